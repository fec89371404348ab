import { parseQuery } from "@taffrail/query";
import { type KeyboardEvent, type RefObject, useState } from "react";
import { applySuggestion, type Suggestion } from "./completion.ts";
import { useExplore } from "./explore-context.tsx";
import { useQueryHistory } from "./use-query-history.ts";
import { type Suggestions, useSuggestions } from "./use-suggestions.ts";

/** The query line's state: what is written, where the caret is, which suggestion is chosen. */
export interface QueryLine {
  readonly draft: string;
  readonly suggestions: Suggestions;
  /** The list of suggestions is on screen. */
  readonly listed: boolean;
  /** Index of the chosen suggestion; -1 while none is. */
  readonly chosen: number;
  /** The last text that was not run because it is no query. */
  readonly refused: string | undefined;
  readonly type: (text: string, caret: number) => void;
  readonly moveCaret: (caret: number) => void;
  readonly setOpen: (open: boolean) => void;
  readonly accept: (suggestion: Suggestion) => void;
  readonly clear: () => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => void;
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

/** The next place in a list of `count`, where -1 stands for "none chosen" between the last and the first. */
const stepThrough = (chosen: number, by: 1 | -1, count: number): number =>
  ((chosen + by + count + 2) % (count + 1)) - 1;

/** Runs the query line. `onLeave` is called for Escape with nothing left to close. */
export function useQueryLine(inputRef: RefObject<HTMLInputElement | null>, onLeave: () => void): QueryLine {
  const { state, patch, refresh } = useExplore();
  const [draft, setDraft] = useDraft(state.query);
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const [refused, setRefused] = useState<string>();
  const [history, addHistory] = useQueryHistory();
  const suggestions = useSuggestions({ draft, caret, open, history });
  const listed = open && suggestions.list.length > 0;

  const type = (text: string, at: number): void => {
    setDraft(text);
    setCaret(at);
    setChosen(-1);
    setOpen(true);
  };
  const write = (text: string, at: number): void => {
    type(text, at);
    requestAnimationFrame(() => inputRef.current?.setSelectionRange(at, at));
  };
  const run = (text: string): void => {
    setOpen(false);
    if (!parseQuery(text).ok) setRefused(text);
    else {
      addHistory(text);
      if (text.trim() === state.query) refresh();
      else patch({ query: text.trim() });
    }
  };
  const accept = (suggestion: Suggestion): void => {
    const past = suggestions.kind === "history";
    const applied = past
      ? { text: suggestion.insert, caret: suggestion.insert.length }
      : applySuggestion(draft, suggestions.place, suggestion.insert);
    write(applied.text, applied.caret);
    setOpen(suggestion.insert.endsWith(":") && !past);
  };
  const step = (by: 1 | -1): void => {
    if (!open) setOpen(true);
    else setChosen((before) => stepThrough(before, by, suggestions.list.length));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const picked = listed ? suggestions.list[chosen] : undefined;
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (picked !== undefined && (event.key === "Enter" || event.key === "Tab")) accept(picked);
    else if (event.key === "Enter") run(draft);
    else if (event.key === "Escape" && listed) setOpen(false);
    else if (event.key === "Escape") onLeave();
    else return;
    event.preventDefault();
  };
  const clear = (): void => {
    write("", 0);
    run("");
  };
  return { draft, suggestions, listed, chosen, refused, type, moveCaret: setCaret, setOpen, accept, clear, onKeyDown };
}
