import type { ReactElement } from "react";
import { Icon } from "../ui/icon.tsx";

/** What is wrong with the query and where. */
export interface QueryMistake {
  /** From 1. */
  readonly column: number;
  /** Characters at fault. */
  readonly length: number;
  readonly reason: string;
  readonly hint: string;
}

const sentence = (text: string): string => {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
};

/** The mistake in words, right below the line. */
export function QueryFault({ id, mistake }: { readonly id: string; readonly mistake: QueryMistake }): ReactElement {
  return (
    <div id={id} className="query-fault" role="alert">
      <Icon name="alert" />
      <div>
        <b>{sentence(mistake.reason)}</b> {sentence(mistake.hint)} <span className="soft">Column {mistake.column}</span>
      </div>
    </div>
  );
}
