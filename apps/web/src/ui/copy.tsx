import { type ReactElement, useEffect, useState } from "react";
import { IconButton } from "./button.tsx";

/** Puts text on the clipboard; false where the browser refuses (no permission, no secure context). */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Copies a text and says so for a moment. */
export function CopyButton({
  text,
  label,
  icon = "copy",
}: {
  readonly text: string;
  readonly label: string;
  readonly icon?: "copy" | "link";
}): ReactElement {
  const [outcome, setOutcome] = useState<"idle" | "copied" | "refused">("idle");
  useEffect(() => {
    if (outcome === "idle") return;
    const timer = setTimeout(() => setOutcome("idle"), 1500);
    return () => clearTimeout(timer);
  }, [outcome]);
  const shown = { idle: label, copied: "Copied", refused: "The browser refused to copy" }[outcome];
  return (
    <>
      <IconButton
        icon={outcome === "copied" ? "check" : outcome === "refused" ? "alert" : icon}
        label={shown}
        size="small"
        onClick={() => void copyText(text).then((done) => setOutcome(done ? "copied" : "refused"))}
      />
      <span className="quiet" aria-live="polite">
        {outcome === "idle" ? "" : shown}
      </span>
    </>
  );
}

/** Code to read and to copy. */
export function CodeBlock({
  code,
  label,
  wrap = false,
}: {
  readonly code: string;
  readonly label: string;
  readonly wrap?: boolean;
}): ReactElement {
  return (
    <div className="code-block" data-wrap={wrap}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="code-scroll scroll" tabIndex={0} aria-label={label}>
        <pre>
          <code>{code}</code>
        </pre>
      </section>
      <CopyButton text={code} label={`Copy ${label}`} />
    </div>
  );
}
