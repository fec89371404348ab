import { parseQuery } from "@taffrail/query";
import {
  type KeyboardEvent,
  type ReactElement,
  type RefObject,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Problem } from "../api/problem.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { applySuggestion, type Suggestion } from "./completion.ts";
import { CompletionList, optionId } from "./completion-list.tsx";
import { useExplore } from "./explore-context.tsx";
import { QueryFault, type QueryMistake } from "./query-fault.tsx";
import { QueryOverlay } from "./query-overlay.tsx";
import { useQueryHistory } from "./use-query-history.ts";
import { useSuggestions } from "./use-suggestions.ts";
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
  return {
    column: problem.column ?? 1,
    length: problem.column === undefined ? draft.length : 1,
    reason: problem.message,
    hint: problem.remedy,
  };
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

/** The draft follows the address: back, forward and a click on a filter change what is written here. */
function useDraft(committed: string): readonly [string, (text: string) => void] {
  const [draft, setDraft] = useState(committed);
  const [seen, setSeen] = useState(committed);
  if (seen !== committed) {
    setSeen(committed);
    setDraft(committed);
  }
  return [draft, setDraft];
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
  const { state, patch, refresh } = useExplore();
  const [draft, setDraft] = useDraft(state.query);
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const [history, addHistory] = useQueryHistory();
  const suggestions = useSuggestions({ draft, caret, open, history });
  const mistake = useMemo(() => mistakeOf(draft, state.query, problem), [draft, state.query, problem]);
  const rested = useRested(draft);
  const overlay = useRef<HTMLDivElement>(null);
  const listId = useId();
  const faultId = useId();
  const shown = open && suggestions.list.length > 0;

  const run = (text: string): void => {
    setOpen(false);
    if (!parseQuery(text).ok) return;
    addHistory(text);
    if (text.trim() === state.query) refresh();
    else patch({ query: text.trim() });
  };
  const write = (text: string, at: number): void => {
    setDraft(text);
    setCaret(at);
    setChosen(-1);
    requestAnimationFrame(() => inputRef.current?.setSelectionRange(at, at));
  };
  const accept = (suggestion: Suggestion): void => {
    if (suggestions.kind === "history") {
      write(suggestion.insert, suggestion.insert.length);
      setOpen(false);
      return;
    }
    const applied = applySuggestion(draft, suggestions.place, suggestion.insert);
    write(applied.text, applied.caret);
    setOpen(suggestion.insert.endsWith(":"));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const picked = shown ? suggestions.list[chosen] : undefined;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const count = suggestions.list.length;
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (!open) setOpen(true);
      else if (count > 0) setChosen((before) => ((before + step + 1 + (count + 1)) % (count + 1)) - 1);
    } else if (event.key === "Enter") {
      if (picked === undefined) run(draft);
      else accept(picked);
    } else if (event.key === "Tab" && picked !== undefined) accept(picked);
    else if (event.key === "Escape") {
      if (shown) setOpen(false);
      else onLeave();
    } else return;
    event.preventDefault();
  };
  const follow = (): void => {
    const input = inputRef.current;
    if (input === null) return;
    setCaret(input.selectionStart ?? 0);
    if (overlay.current !== null) overlay.current.scrollLeft = input.scrollLeft;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the coloured text must stay under the written one after each change of either
  useEffect(follow, [draft]);

  return (
    <search className="query">
      <div className="query-box" data-invalid={mistake !== undefined}>
        <Icon name="search" />
        <div className="query-line">
          <QueryOverlay boxRef={overlay} text={draft} mistake={mistake} />
          <input
            ref={inputRef}
            className="query-input"
            role="combobox"
            aria-label="Query"
            aria-expanded={shown}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={shown && chosen >= 0 ? optionId(listId, chosen) : undefined}
            aria-invalid={mistake !== undefined}
            aria-describedby={mistake === undefined ? undefined : faultId}
            placeholder="Search: words, level:>=warn, service:checkout, duration_ms:>250 …"
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            value={draft}
            onChange={(event) => {
              setDraft(event.target.value);
              setCaret(event.target.selectionStart ?? 0);
              setChosen(-1);
              setOpen(true);
            }}
            onKeyDown={onKeyDown}
            onKeyUp={follow}
            onSelect={follow}
            onScroll={follow}
            onClick={() => setOpen(true)}
            onBlur={() => setOpen(false)}
          />
        </div>
        {draft === "" ? null : (
          <IconButton
            icon="close"
            size="small"
            label="Clear the query"
            onClick={() => {
              write("", 0);
              run("");
              inputRef.current?.focus();
            }}
          />
        )}
      </div>
      <CompletionList
        id={listId}
        open={shown}
        kind={suggestions.kind}
        items={suggestions.list}
        chosen={chosen}
        onAccept={accept}
      />
      {mistake !== undefined && !shown && rested ? <QueryFault id={faultId} mistake={mistake} /> : null}
    </search>
  );
}
