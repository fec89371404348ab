import { recordCost } from "./chunk.ts";
import type { Entry } from "./memory-lane.ts";

/** What of one entry goes and what stays. */
export interface Eviction {
  readonly entry: Entry;
  readonly removed: readonly number[];
  readonly kept: readonly number[];
  /** The lines of `kept`. */
  readonly lines: readonly string[];
}

function indexesOf({ picks }: Entry): readonly number[] {
  return "from" in picks ? Array.from({ length: picks.to - picks.from }, (_, offset) => picks.from + offset) : picks;
}

/**
 * Chooses records that make room: the lowest rank first, of each rank the oldest first, none above `rank`, until `bytes` are free or there are no
 * more.
 *
 * @example planEviction(waiting, 4096, 2)
 */
export function planEviction(waiting: readonly Entry[], bytes: number, rank: number): readonly Eviction[] {
  const removed = new Map<Entry, Set<number>>();
  let freed = 0;
  for (let victim = 0; victim <= rank && freed < bytes; victim++) {
    for (const entry of waiting) {
      if (freed >= bytes) break;
      if ((entry.chunk.ranks & (1 << victim)) === 0) continue;
      const gone = removed.get(entry) ?? new Set<number>();
      for (const index of indexesOf(entry)) {
        if (freed >= bytes) break;
        if (entry.chunk.rankAt(index) !== victim) continue;
        gone.add(index);
        freed += entry.chunk.endOf(index) - entry.chunk.endOf(index - 1) + recordCost;
      }
      if (gone.size > 0) removed.set(entry, gone);
    }
  }
  return [...removed].map(([entry, gone]) => {
    const indexes = indexesOf(entry);
    const kept = indexes.filter((index) => !gone.has(index));
    const places = new Map(indexes.map((index, place) => [index, place]));
    const lines = kept.map((index) => entry.lines?.[places.get(index) ?? 0] ?? "");
    const own = entry.lines === undefined ? entry.chunk.records(kept).map((record) => record.line) : lines;
    return { entry, removed: indexes.filter((index) => gone.has(index)), kept, lines: own };
  });
}
