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

/** Marks records of one rank in an entry until `bytes` are free. Answers how many bytes were freed. */
function mark(entry: Entry, rank: number, bytes: number, gone: Set<number>): number {
  const { chunk } = entry;
  let freed = 0;
  for (const index of indexesOf(entry)) {
    if (freed >= bytes) break;
    if (chunk.rankAt(index) !== rank) continue;
    gone.add(index);
    freed += chunk.endOf(index) - chunk.endOf(index - 1) + recordCost;
  }
  return freed;
}

function evict(entry: Entry, gone: ReadonlySet<number>): Eviction {
  const indexes = indexesOf(entry);
  const kept = indexes.filter((index) => !gone.has(index));
  const own = entry.lines?.filter((_, place) => !gone.has(indexes[place] ?? -1));
  const lines = own ?? entry.chunk.records(kept).map((record) => record.line);
  return { entry, removed: indexes.filter((index) => gone.has(index)), kept, lines };
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
  for (let victim = 0; victim <= rank; victim++) {
    for (const entry of waiting) {
      if (freed >= bytes) break;
      if ((entry.chunk.ranks & (1 << victim)) === 0) continue;
      const gone = removed.get(entry) ?? new Set<number>();
      freed += mark(entry, victim, bytes - freed, gone);
      if (gone.size > 0) removed.set(entry, gone);
    }
  }
  return [...removed].map(([entry, gone]) => evict(entry, gone));
}
