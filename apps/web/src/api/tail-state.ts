import type { LogView } from "@taffrail/client";
import { msOf } from "../time/format.ts";
import type { Problem } from "./problem.ts";
import { mergeNewestFirst } from "./record-order.ts";

/** Why the list stands still although records arrive. */
export type PauseReason = "scroll" | "selection" | "record" | "button";

/** What arrived in one event, kept for the rate. */
interface Arrival {
  readonly at: number;
  readonly matched: number;
  readonly shown: number;
}

/** A live tail as the page keeps it. Lists are newest first. */
export interface TailState {
  readonly connection: "connecting" | "open" | "lost" | "refused";
  readonly problem?: Problem;
  /** How often a connection was opened; each time a search must fill what was missed. */
  readonly opened: number;
  readonly shown: readonly LogView[];
  /** What arrived during the pause. */
  readonly held: readonly LogView[];
  /** How many arrived during the pause: more than `held` keeps when the pause is long. */
  readonly heldCount: number;
  readonly pausedBy: PauseReason | undefined;
  readonly arrivals: readonly Arrival[];
  /** From the arrival of the newest record at the server until it was seen here, in milliseconds. */
  readonly lagMs: number | undefined;
}

export type TailAction =
  | { readonly type: "hello" }
  | { readonly type: "records"; readonly records: readonly LogView[]; readonly matched: number; readonly now: number }
  | { readonly type: "lost"; readonly problem: Problem }
  | { readonly type: "refused"; readonly problem: Problem }
  | { readonly type: "pause"; readonly reason: PauseReason }
  | { readonly type: "resume" }
  | { readonly type: "tick"; readonly now: number }
  | { readonly type: "restart" };

/** Records that a tail keeps on screen and behind a pause; older ones are found by scrolling into the search's pages. */
const tailRecordsMax = 2000;

/** The rate is taken over this long, in milliseconds. */
const rateWindowMs = 10_000;

export const initialTail: TailState = {
  connection: "connecting",
  opened: 0,
  shown: [],
  held: [],
  heldCount: 0,
  pausedBy: undefined,
  arrivals: [],
  lagMs: undefined,
};

const within = (arrivals: readonly Arrival[], now: number): readonly Arrival[] =>
  arrivals.filter((arrival) => arrival.at > now - rateWindowMs);

function receive(state: TailState, action: Extract<TailAction, { readonly type: "records" }>): TailState {
  const { records, matched, now } = action;
  const newestFirst = mergeNewestFirst([...records].reverse(), []);
  const newest = newestFirst[0];
  const common = {
    ...state,
    connection: "open" as const,
    arrivals: [...within(state.arrivals, now), { at: now, matched, shown: records.length }],
    lagMs: newest === undefined ? state.lagMs : Math.max(0, now - msOf(newest.observedTime)),
  };
  if (state.pausedBy === undefined) {
    return { ...common, shown: mergeNewestFirst(newestFirst, state.shown).slice(0, tailRecordsMax) };
  }
  return {
    ...common,
    held: mergeNewestFirst(newestFirst, state.held).slice(0, tailRecordsMax),
    heldCount: state.heldCount + matched,
  };
}

/** One step of a tail: what it looks like after something happened. */
export function reduceTail(state: TailState, action: TailAction): TailState {
  switch (action.type) {
    case "hello": {
      const { problem: _, ...rest } = state;
      return { ...rest, connection: "open", opened: state.opened + 1 };
    }
    case "records":
      return receive(state, action);
    case "lost":
      return { ...state, connection: "lost", problem: action.problem };
    case "refused":
      return { ...state, connection: "refused", problem: action.problem };
    case "pause":
      return state.pausedBy === undefined ? { ...state, pausedBy: action.reason } : state;
    case "resume": {
      const shown = mergeNewestFirst(state.held, state.shown).slice(0, tailRecordsMax);
      return { ...state, pausedBy: undefined, shown, held: [], heldCount: 0 };
    }
    case "tick":
      return { ...state, arrivals: within(state.arrivals, action.now) };
    case "restart":
      return initialTail;
  }
}

/** Matching records a second over the last seconds. */
export function tailRate(state: TailState): number {
  return state.arrivals.reduce((sum, arrival) => sum + arrival.matched, 0) / (rateWindowMs / 1000);
}

/**
 * The `k` of "showing 1 of k": how many records matched for each that was sent, over the last seconds; 1 when all were.
 *
 * @example tailSampling({ ...initialTail, arrivals: [{ at: 0, matched: 300, shown: 100 }] }) // 3
 */
export function tailSampling(state: TailState): number {
  const matched = state.arrivals.reduce((sum, arrival) => sum + arrival.matched, 0);
  const shown = state.arrivals.reduce((sum, arrival) => sum + arrival.shown, 0);
  return shown === 0 || matched <= shown ? 1 : matched / shown;
}
