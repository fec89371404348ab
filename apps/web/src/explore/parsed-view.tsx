import type { LogView } from "@taffrail/client";
import { type ReactElement, useState } from "react";
import { IconButton } from "../ui/button.tsx";
import { CodeBlock, CopyButton } from "../ui/copy.tsx";
import { useExplore } from "./explore-context.tsx";
import { type FieldLine, fieldGroups, stacksOf } from "./record-fields.ts";

/** Longer values are cut until the reader asks for all of them. */
const shownCharacters = 600;

function ValueText({ line }: { readonly line: FieldLine }): ReactElement {
  const [all, setAll] = useState(false);
  const long = line.value.length > shownCharacters;
  return (
    <span className={line.isNumber ? "value number" : "value"}>
      {all || !long ? line.value : `${line.value.slice(0, shownCharacters)}…`}
      {long ? (
        <button type="button" className="facet-more" onClick={() => setAll(!all)}>
          {all ? "Less" : `All ${line.value.length.toLocaleString("en-US")} characters`}
        </button>
      ) : null}
      {line.value === "" ? <span className="soft">(empty)</span> : null}
    </span>
  );
}

function LineActions({ line }: { readonly line: FieldLine }): ReactElement {
  const { state, filter, filterOf, toggleColumn } = useExplore();
  const mode = filterOf(line.field, line.value);
  const isColumn = state.columns.includes(line.field);
  return (
    <span className="line-actions">
      <IconButton
        icon="include"
        size="small"
        label={`Only records with this ${line.key}`}
        aria-pressed={mode === "include"}
        onClick={() => filter(line.field, line.value, "include")}
      />
      <IconButton
        icon="exclude"
        size="small"
        label={`Leave out records with this ${line.key}`}
        aria-pressed={mode === "exclude"}
        onClick={() => filter(line.field, line.value, "exclude")}
      />
      <IconButton
        icon="columns"
        size="small"
        label={isColumn ? `Remove column ${line.key}` : `Show ${line.key} as a column`}
        aria-pressed={isColumn}
        onClick={() => toggleColumn(line.field)}
      />
      <CopyButton text={line.value} label={`Copy ${line.key}`} />
    </span>
  );
}

/** The record as people read it: message, stack traces, then every field with what can be done with it. */
export function ParsedView({ record }: { readonly record: LogView }): ReactElement {
  return (
    <div className="parsed">
      <CodeBlock code={record.body === "" ? record.eventName : record.body} label="message" wrap />
      {stacksOf(record).map((view) => (
        <section key={view.key}>
          <h3>{view.key}</h3>
          <CodeBlock code={view.stack} label={view.key} />
        </section>
      ))}
      {fieldGroups(record).map((group) => (
        <section key={group.title}>
          <h3>{group.title}</h3>
          <dl>
            {group.lines.map((line) => (
              <div key={line.field} className="line">
                <dt title={line.field}>{line.key}</dt>
                <dd>
                  <ValueText line={line} />
                  <LineActions line={line} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
