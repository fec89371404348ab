import { recordCost } from "./chunk.ts";
import { sizeOf } from "./memory-batch.ts";
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
  const { chunk, picks } = entry;
  const size = sizeOf(picks);
  let freed = 0;
  for (let place = 0; place < size && freed < bytes; place++) {
    const index = "from" in picks ? picks.from + place : (picks[place] ?? 0);
    if (chunk.rankAt(index) !== rank) continue;
    gone.add(index);
    freed += chunk.endOf(index) - chunk.endOf(index - 1) + recordCost;
  }
  return freed;
}

/** The lines of some records, in a text of their own: a slice of the chunk's text would keep all of it in memory. */
function linesOf(entry: Entry, kept: readonly number[], own: readonly string[] | undefined): readonly string[] {
  if (kept.length === 0) return [];
  const lines = own ?? entry.chunk.records(kept).map((record) => record.line);
  const text = lines.join("");
  let end = 0;
  return lines.map(({ length }) => {
    end += length;
    return text.slice(end - length, end);
  });
}

function evict(entry: Entry, gone: ReadonlySet<number>): Eviction {
  const removed: number[] = [];
  const kept: number[] = [];
  const own: string[] | undefined = entry.lines === undefined ? undefined : [];
  indexesOf(entry).forEach((index, place) => {
    if (gone.has(index)) {
      removed.push(index);
      return;
    }
    kept.push(index);
    own?.push(entry.lines?.[place] ?? "");
  });
  return { entry, removed, kept, lines: linesOf(entry, kept, own) };
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
