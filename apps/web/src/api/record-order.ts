import type { LogView } from "@taffrail/client";

type Place = Pick<LogView, "id" | "time">;

/** Ids are decimal numbers of up to twenty digits: longer is larger. */
function compareIds(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Negative when `one` is the newer: by time (RFC 3339 with nine digits sorts as text), then by id. */
export function compareNewestFirst(one: Place, other: Place): number {
  if (one.time !== other.time) return one.time > other.time ? -1 : 1;
  return compareIds(other.id, one.id);
}

/**
 * Joins two lists into one, newest first, each record once. The second list must be in order already; the first, being short, is sorted here.
 *
 * @example mergeNewestFirst([b], [c, a]) // [c, b, a] when a is the oldest
 */
export function mergeNewestFirst<Item extends Place>(
  fresh: readonly Item[],
  settled: readonly Item[],
): readonly Item[] {
  const sorted = [...fresh].sort(compareNewestFirst);
  if (sorted.length === 0) return settled;
  const merged: Item[] = [];
  let left = 0;
  let right = 0;
  while (left < sorted.length || right < settled.length) {
    const one = sorted[left];
    const other = settled[right];
    const takeLeft = other === undefined || (one !== undefined && compareNewestFirst(one, other) <= 0);
    const next = takeLeft ? one : other;
    if (takeLeft) left++;
    else right++;
    if (next !== undefined && merged[merged.length - 1]?.id !== next.id) merged.push(next);
  }
  return merged;
}
