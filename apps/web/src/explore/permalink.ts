import { msOf } from "../time/format.ts";
import { absoluteRange } from "../time/range.ts";
import { type ExploreState, encodeState, type RecordRef } from "../url/explore-state.ts";

/** How much time a link to a record shows on each side of it, in milliseconds. */
const aroundMs = 5 * 60_000;

/**
 * The part of an address after `?` that leads to one record for good: an absolute range around it, no live tail.
 *
 * @example permalinkSearch(state, { id: "7", time: "2026-11-22T09:00:00.000000000Z" }) // "?from=2026-11-22T08%3A55..."
 */
export function permalinkSearch(state: ExploreState, record: RecordRef): string {
  const at = msOf(record.time);
  return encodeState({ ...state, record, live: false, range: absoluteRange(at - aroundMs, at + aroundMs) });
}

/** The whole address of a record. */
export function permalinkOf(state: ExploreState, record: RecordRef): string {
  return `${window.location.origin}${window.location.pathname}${permalinkSearch(state, record)}`;
}
