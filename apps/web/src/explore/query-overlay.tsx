import type { ReactElement, RefObject } from "react";
import type { QueryMistake } from "./query-fault.tsx";
import { paintQuery } from "./query-paint.ts";

/** The query in colours. It lies under the input, whose own text is transparent, letter upon letter. */
export function QueryOverlay({
  boxRef,
  text,
  mistake,
}: {
  readonly boxRef: RefObject<HTMLDivElement | null>;
  readonly text: string;
  readonly mistake: QueryMistake | undefined;
}): ReactElement {
  return (
    <div ref={boxRef} className="query-overlay" aria-hidden="true">
      {paintQuery(text, mistake).map((piece) => (
        <span key={piece.from} className={piece.wrong ? `paint ${piece.paint} wrong` : `paint ${piece.paint}`}>
          {piece.text}
        </span>
      ))}
    </div>
  );
}
