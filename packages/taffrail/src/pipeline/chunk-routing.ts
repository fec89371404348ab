import type { Chunk } from "./chunk.ts";
import type { Picks } from "./chunk-account.ts";
import { rankCount } from "./ranks.ts";

/**
 * The sinks that a record of a chunk goes to, without those that dropped it when it was pushed.
 *
 * @example routesAt(chunk, 0, routes.byRank) & lane.bit
 */
export function routesAt(chunk: Chunk, index: number, byRank: readonly number[]): number {
  return chunk.masks?.[index] ?? byRank[chunk.rankAt(index)] ?? 0;
}

/** Bit set of the ranks that have one of the routes. */
function ranksWith(byRank: readonly number[], routes: number): number {
  let ranks = 0;
  for (let rank = 0; rank < rankCount; rank++) if (((byRank[rank] ?? 0) & routes) !== 0) ranks |= 1 << rank;
  return ranks;
}

/**
 * The records of a chunk that go to one of the routes: all, a list, or undefined for none. Where the ranks decide, nothing is looked at one by one.
 *
 * @example picksFor(chunk, lane.bit, routes.byRank) // { from: 0, to: 12 }
 */
export function picksFor(chunk: Chunk, routes: number, byRank: readonly number[]): Picks | undefined {
  const all = { from: 0, to: chunk.size };
  if (chunk.masks === undefined) {
    const wanted = ranksWith(byRank, routes);
    if ((chunk.ranks & ~wanted) === 0) return all;
    if ((chunk.ranks & wanted) === 0) return undefined;
  }
  const picks: number[] = [];
  for (let index = 0; index < chunk.size; index++)
    if ((routesAt(chunk, index, byRank) & routes) !== 0) picks.push(index);
  if (picks.length === chunk.size) return all;
  return picks.length === 0 ? undefined : picks;
}
