import type { ReactElement } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/parts.tsx";
import { shortcutTable } from "./shortcuts.ts";
import "./help-dialog.css";

/** The query language in a dozen lines. */
const examples: readonly (readonly [query: string, meaning: string])[] = [
  ["timeout", "the word in the message, in any case"],
  ['"timed out"', "exactly this text in the message"],
  ["service:checkout", "a field with exactly this value"],
  ["http.route:/orders*", "a value that starts so; *part* for a part"],
  ["level:>=warn", "this level and all above it"],
  ["duration_ms:>250", "numbers: > >= < <= and [100 TO 200]"],
  ["user.id:*", "the field exists; -user.id:* it does not"],
  ["url:/^https:.*\\.js$/", "a regular expression (RE2)"],
  ["-healthz", "without; also NOT healthz"],
  ["level:error (cart OR checkout)", "both; either; brackets group"],
];

/** Keys and query language on one page. */
export function HelpDialog({
  lettersOff,
  setLettersOff,
  onClose,
}: {
  readonly lettersOff: boolean;
  readonly setLettersOff: (off: boolean) => void;
  readonly onClose: () => void;
}): ReactElement {
  return (
    <Dialog title="Keys and query language" onClose={onClose}>
      <div className="help">
        <section>
          <h3>Keys</h3>
          <dl className="help-list">
            {shortcutTable.map((entry) => (
              <div key={entry.shortcut}>
                <dt>
                  {entry.shown.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </dt>
                <dd>{entry.meaning}</dd>
              </div>
            ))}
          </dl>
          <label className="tick">
            <input type="checkbox" checked={!lettersOff} onChange={(event) => setLettersOff(!event.target.checked)} />
            Shortcuts of a single character
          </label>
        </section>
        <section>
          <h3>Query language</h3>
          <dl className="help-list examples">
            {examples.map(([query, meaning]) => (
              <div key={query}>
                <dt>
                  <code>{query}</code>
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}
