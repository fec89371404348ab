import { levels } from "@taffrail/contracts";
import { knownFields } from "@taffrail/query";
import { useDeferredValue, useMemo } from "react";
import { useFields, useFieldValues } from "../api/questions.ts";
import { type CompletionPlace, completionAt, quoteValue, rankSuggestions, type Suggestion } from "./completion.ts";
import { useExplore } from "./explore-context.tsx";

export type SuggestionKind = "field" | "value" | "history";

/** What the completion list shows, and which part of the query it would replace. */
export interface Suggestions {
  readonly kind: SuggestionKind;
  readonly place: CompletionPlace;
  readonly list: readonly Suggestion[];
}

/** Recent queries offered when the line is empty. */
const historyShown = 10;

function fieldCandidates(seen: readonly string[]): readonly Suggestion[] {
  const known = knownFields.map((field) => ({ text: field.name, insert: `${field.name}:`, detail: field.description }));
  const names = new Set(knownFields.map((field) => field.name));
  const others = seen.filter((name) => !names.has(name));
  return [...known, ...others.map((name) => ({ text: name, insert: `${name}:`, detail: "" }))];
}

const levelCandidates: readonly Suggestion[] = [...levels]
  .reverse()
  .map((level) => ({ text: level, insert: level, detail: "" }));

/** Completion for the word at the caret; the recent queries while nothing is written. Nothing is asked of the server until the list is open. */
export function useSuggestions(input: {
  readonly draft: string;
  readonly caret: number;
  readonly open: boolean;
  readonly history: readonly string[];
}): Suggestions {
  const { draft, caret, open, history } = input;
  const { span } = useExplore();
  const place = useMemo(() => completionAt(draft, caret), [draft, caret]);
  const fields = useFields(span, open).data?.fields;
  // Values are those of the whole range: a half-written query would ask a new question at each letter.
  const asked = open && place.kind === "value" && place.field !== "level" ? place.field : undefined;
  const valueQuestion = useMemo(() => ({ query: "", span }), [span]);
  const values = useFieldValues(valueQuestion, useDeferredValue(asked)).data?.facets[0];
  const list = useMemo(() => {
    if (draft.trim() === "") {
      return history.slice(0, historyShown).map((query) => ({ text: query, insert: query, detail: "" }));
    }
    if (place.kind === "field")
      return place.prefix === "" ? [] : rankSuggestions(fieldCandidates(fields ?? []), place.prefix);
    if (place.field === "level") return rankSuggestions(levelCandidates, place.prefix);
    const found = (values?.field === place.field ? values.values : []).map(({ value, count }) => ({
      text: value,
      insert: quoteValue(value),
      detail: count.toLocaleString("en-US"),
    }));
    return rankSuggestions(found, place.prefix);
  }, [draft, place, fields, values, history]);
  return { kind: draft.trim() === "" ? "history" : place.kind, place, list };
}
