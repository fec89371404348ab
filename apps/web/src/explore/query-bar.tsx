import { parseQuery } from "@taffrail/query";
import { type ReactElement, type RefObject, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Problem } from "../api/problem.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { CompletionList, optionId } from "./completion-list.tsx";
import { useExplore } from "./explore-context.tsx";
import { QueryFault, type QueryMistake } from "./query-fault.tsx";
import { QueryOverlay } from "./query-overlay.tsx";
import { type QueryLine, useQueryLine } from "./use-query-line.ts";
import "./query-bar.css";

/** While somebody writes, a mistake is underlined at once but explained only after this pause, in milliseconds. */
const explainDelayMs = 900;

function mistakeOf(draft: string, committed: string, problem: Problem | undefined): QueryMistake | undefined {
  const parsed = parseQuery(draft);
  if (!parsed.ok) {
    const { column, length, reason, hint } = parsed.error;
    return { column, length, reason, hint };
  }
  if (problem?.kind !== "query" || draft !== committed) return undefined;
  const length = problem.column === undefined ? draft.length : 1;
  return { column: problem.column ?? 1, length, reason: problem.message, hint: problem.remedy };
}

/** True once `draft` has rested for a while. */
function useRested(draft: string): boolean {
  const [rested, setRested] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setRested(draft), explainDelayMs);
    return () => clearTimeout(timer);
  }, [draft]);
  return rested === draft;
}

function QueryInput({
  inputRef,
  line,
  listId,
  faultId,
  mistake,
}: {
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly line: QueryLine;
  readonly listId: string;
  readonly faultId: string;
  readonly mistake: QueryMistake | undefined;
}): ReactElement {
  const overlay = useRef<HTMLDivElement>(null);
  const align = (): void => {
    if (overlay.current !== null) overlay.current.scrollLeft = inputRef.current?.scrollLeft ?? 0;
  };
  const follow = (): void => {
    line.moveCaret(inputRef.current?.selectionStart ?? 0);
    align();
  };
  // After each change the coloured text must lie under the written one again.
  useEffect(align);
  return (
    <div className="query-line">
      <QueryOverlay boxRef={overlay} text={line.draft} mistake={mistake} />
      <input
        ref={inputRef}
        className="query-input"
        role="combobox"
        aria-label="Query"
        aria-expanded={line.listed}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={line.listed && line.chosen >= 0 ? optionId(listId, line.chosen) : undefined}
        aria-invalid={mistake !== undefined}
        aria-describedby={mistake === undefined ? undefined : faultId}
        placeholder="Search: words, level:>=warn, service:checkout, duration_ms:>250 …"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        value={line.draft}
        onChange={(event) => line.type(event.target.value, event.target.selectionStart ?? 0)}
        onKeyDown={line.onKeyDown}
        onKeyUp={follow}
        onSelect={follow}
        onScroll={align}
        onClick={() => line.setOpen(true)}
        onBlur={() => line.setOpen(false)}
      />
    </div>
  );
}

/** The line in which the query is written, with colours, completion, history and mistakes shown in place. */
export function QueryBar({
  inputRef,
  problem,
  onLeave,
}: {
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly problem: Problem | undefined;
  /** Escape with nothing to close: the reader wants back to the records. */
  readonly onLeave: () => void;
}): ReactElement {
  const { state } = useExplore();
  const line = useQueryLine(inputRef, onLeave);
  const { draft, suggestions } = line;
  const mistake = useMemo(() => mistakeOf(draft, state.query, problem), [draft, state.query, problem]);
  const rested = useRested(draft);
  // While the list is open or letters still come, an unfinished query is not a mistake yet.
  const told = (rested || line.refused === draft) && !line.listed ? mistake : undefined;
  const listId = useId();
  const faultId = useId();
  return (
    <search className="query">
      <div className="query-box" data-invalid={told !== undefined}>
        <Icon name="search" />
        <QueryInput inputRef={inputRef} line={line} listId={listId} faultId={faultId} mistake={told} />
        {draft === "" ? null : (
          <IconButton
            icon="close"
            size="small"
            label="Clear the query"
            onClick={() => {
              line.clear();
              inputRef.current?.focus();
            }}
          />
        )}
      </div>
      <CompletionList
        id={listId}
        open={line.listed}
        kind={suggestions.kind}
        items={suggestions.list}
        chosen={line.chosen}
        onAccept={line.accept}
      />
      {told === undefined ? null : <QueryFault id={faultId} mistake={told} />}
    </search>
  );
}
