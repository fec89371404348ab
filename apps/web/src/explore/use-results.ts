import type { LogView, SearchResult } from "@taffrail/client";
import { type Dispatch, useEffect, useMemo, useRef } from "react";
import { type Problem, problemOf } from "../api/problem.ts";
import { pageSize, pagesMax, useSearch } from "../api/questions.ts";
import { mergeNewestFirst } from "../api/record-order.ts";
import type { TailAction, TailState } from "../api/tail-state.ts";
import { useTail } from "../api/use-tail.ts";
import { useExplore } from "./explore-context.tsx";

/** The records on the table and where they come from. */
export interface Results {
  readonly rows: readonly LogView[];
  /** The newest page: its notices, cost and SQL stand for the whole. */
  readonly first: SearchResult | undefined;
  readonly problem: Problem | undefined;
  /** Nothing to show yet. */
  readonly loading: boolean;
  /** What is shown belongs to the question before. */
  readonly stale: boolean;
  readonly more: "none" | "some" | "loading" | "cut";
  readonly loadMore: () => void;
  readonly tail: TailState;
  readonly tailDo: Dispatch<TailAction>;
}

function moreOf(search: ReturnType<typeof useSearch>, pages: readonly SearchResult[]): Results["more"] {
  if (search.isFetchingNextPage) return "loading";
  if (search.hasNextPage) return "some";
  return pages.length >= pagesMax && pages[pages.length - 1]?.nextCursor !== undefined ? "cut" : "none";
}

/** Records that the table can hold before it asks to narrow the search. */
export const rowsMax = pageSize * pagesMax;

/** Joins the search's pages and the live tail into one list, newest first. */
export function useResults(): Results {
  const { state, question, refresh } = useExplore();
  const search = useSearch(question);
  const [tail, tailDo] = useTail(state.query, state.live);
  const pages = search.data;
  const found = useMemo(() => (pages ?? []).flatMap((page) => page.records), [pages]);
  const rows = useMemo(
    () => (state.live ? mergeNewestFirst(tail.shown, found) : found),
    [state.live, tail.shown, found],
  );

  // Each time the tail connects, a search fills in what was stored before it listened; not while the reader holds the list still.
  const filledIn = useRef(0);
  const paused = tail.pausedBy !== undefined;
  useEffect(() => {
    if (tail.opened === filledIn.current || paused) return;
    filledIn.current = tail.opened;
    if (tail.opened > 0) refresh();
  }, [tail.opened, paused, refresh]);

  const { fetchNextPage } = search;
  return {
    rows,
    first: pages?.[0],
    problem: search.error === null ? undefined : problemOf(search.error),
    loading: search.isPending,
    stale: search.isPlaceholderData,
    more: moreOf(search, pages ?? []),
    loadMore: () => void fetchNextPage(),
    tail,
    tailDo,
  };
}
