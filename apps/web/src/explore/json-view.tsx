import type { LogView } from "@taffrail/client";
import { type ReactElement, useMemo } from "react";
import { CopyButton } from "../ui/copy.tsx";
import { jsonParts } from "./json-parts.ts";

/** Above this many characters the text stays in one colour: thousands of coloured pieces would make scrolling slow. */
const colouredCharacters = 100_000;

/** The record exactly as the API answers it. */
export function JsonView({ record }: { readonly record: LogView }): ReactElement {
  const json = useMemo(() => JSON.stringify(record, null, 2), [record]);
  const parts = useMemo(
    () => (json.length > colouredCharacters ? [{ kind: "plain" as const, text: json }] : jsonParts(json)),
    [json],
  );
  return (
    <div className="code-block json" data-wrap="true">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="code-scroll scroll" tabIndex={0} aria-label="JSON">
        <pre>
          <code>
            {parts.map((part, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no identity but their place
              <span key={index} className={`json-${part.kind}`}>
                {part.text}
              </span>
            ))}
          </code>
        </pre>
      </section>
      <CopyButton text={json} label="Copy JSON" />
    </div>
  );
}
