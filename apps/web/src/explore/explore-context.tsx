import { addTerm } from "@taffrail/query";
import { createContext, type ReactElement, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import type { Question } from "../api/questions.ts";
import { createTimeFormat, type TimeFormat, zoneName } from "../time/format.ts";
import { rangeKey, resolveRange, type Span, type TimeRange } from "../time/range.ts";
import { columnsMax, type ExploreState } from "../url/explore-state.ts";
import { type PatchState, useExploreState } from "../url/use-explore-state.ts";
import { type FilterLookup, type FilterMode, filterLookup } from "./filters.ts";
import { highlightPattern } from "./highlights.ts";

/** What every part of Explore can see and do. */
export interface Explore {
  readonly state: ExploreState;
  readonly patch: PatchState;
  /** The range with both ends known, as of the last run. */
  readonly span: Span;
  readonly question: Question;
  readonly format: TimeFormat;
  /** Asks everything again; a relative range moves on to now. */
  readonly refresh: () => void;
  /** Puts a field's value or its negation into the query, or takes it out when it is there. */
  readonly filter: (field: string, value: string, mode: FilterMode) => void;
  readonly filterOf: FilterLookup;
  /** What the query looks for in messages. */
  readonly highlight: RegExp | undefined;
  readonly toggleColumn: (field: string) => void;
  /** Shows an absolute range; a live tail ends, because it has no end to look at. */
  readonly zoom: (range: TimeRange) => void;
}

const ExploreContext = createContext<Explore | undefined>(undefined);

function useResolvedSpan(state: ExploreState): readonly [Span, () => void] {
  const [runs, setRuns] = useState(0);
  const refresh = useCallback(() => setRuns((count) => count + 1), []);
  const key = `${runs} ${rangeKey(state.range)} ${state.query}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the range, and for the moment that "now" is taken at
  const span = useMemo(() => resolveRange(state.range, Date.now()), [key]);
  return [span, refresh];
}

/** Holds Explore together: the address is the state, this gives its parts one way to read and change it. */
export function ExploreProvider({ children }: { readonly children: ReactNode }): ReactElement {
  const [state, patch] = useExploreState();
  const [span, refresh] = useResolvedSpan(state);
  const format = useMemo(() => createTimeFormat(zoneName(state.zone)), [state.zone]);
  const { query, columns } = state;
  const question = useMemo(() => ({ query, span }), [query, span]);
  const filter = useCallback<Explore["filter"]>(
    (field, value, mode) => patch({ query: addTerm(query, field, value, mode) }),
    [patch, query],
  );
  const filterOf = useMemo(() => filterLookup(query), [query]);
  const highlight = useMemo(() => highlightPattern(query), [query]);
  const toggleColumn = useCallback(
    (field: string) => {
      const without = columns.filter((column) => column !== field);
      patch({ columns: without.length < columns.length ? without : [...columns, field].slice(-columnsMax) });
    },
    [patch, columns],
  );
  const zoom = useCallback((range: TimeRange) => patch({ range, live: false }), [patch]);
  const explore = useMemo(
    () => ({ state, patch, span, question, format, refresh, filter, filterOf, highlight, toggleColumn, zoom }),
    [state, patch, span, question, format, refresh, filter, filterOf, highlight, toggleColumn, zoom],
  );
  return <ExploreContext value={explore}>{children}</ExploreContext>;
}

/** Explore's state and actions. */
export function useExplore(): Explore {
  const explore = useContext(ExploreContext);
  if (explore === undefined) throw new Error("useExplore needs an ExploreProvider above it");
  return explore;
}
