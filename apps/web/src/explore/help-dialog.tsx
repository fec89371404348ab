import type { ReactElement } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/parts.tsx";
import { queryExamples } from "./query-examples.ts";
import { shortcutTable } from "./shortcuts.ts";
import "./help-dialog.css";

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
            {queryExamples.map(([query, meaning]) => (
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
