import type { ReactElement } from "react";

/** The mark: a rail, and the log line towed from it with its rotor. It reads as a T. */
function BrandMark(): ReactElement {
  return (
    <svg className="brand-mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path className="brand-rail" d="M3 5.5h18" />
      <path className="brand-line" d="M12 5.5v5.2c0 3.4 1.2 5.3 3.9 6.6" />
      <path className="brand-rotor" d="m15.6 15.2 5.2 4.9-5.9-.3c-1.3-.4-1.7-1.5-1.3-2.6.3-1 1-1.8 2-2Z" />
    </svg>
  );
}

/** Mark and name, as they stand at the head of the page. */
export function Brand(): ReactElement {
  return (
    <span className="brand">
      <BrandMark />
      <span className="brand-name">Taffrail</span>
    </span>
  );
}
