import type { DropReason } from "@taffrail/contracts";
import type { ProcessorChain } from "../plugins/processor-chain.ts";
import type { Chunk } from "./chunk.ts";
import { auditRank, levelOfRank } from "./ranks.ts";

/** A record that ended at a processor: filtered, or dropped for a reason. */
export interface Ended {
  readonly reason: DropReason | undefined;
}

/**
 * Passes a line through the processors.
 *
 * @example processLine(chain, "{}\n", 2) // the line to go on with, or { reason }
 */
export function processLine(processors: ProcessorChain, line: string, rank: number): string | Ended {
  const made = processors.process(line, levelOfRank(rank), rank === auditRank);
  return made ?? { reason: processors.failed ? "plugin-failed" : undefined };
}

/**
 * Passes a chunk through the processors into a new one. `onEnded` is told the index of each record that does not go on.
 *
 * @example processChunk(pushed, new Chunk(pool), chain, (index, reason) => {})
 */
export function processChunk(
  from: Chunk,
  into: Chunk,
  processors: ProcessorChain,
  onEnded: (index: number, reason: DropReason | undefined) => void,
): Chunk {
  const marks = new Map(from.marks?.map((mark) => [mark.index, mark]));
  if (from.masks !== undefined) into.masks = [];
  for (let index = 0; index < from.size; index++) {
    const rank = from.rankAt(index);
    const line = from.text.slice(from.endOf(index - 1), from.endOf(index));
    const made = processLine(processors, line, rank);
    if (typeof made !== "string") {
      onEnded(index, made.reason);
      continue;
    }
    const mark = marks.get(index);
    if (mark !== undefined) {
      into.marks ??= [];
      into.marks.push({ ...mark, index: into.size });
    }
    into.masks?.push(from.masks?.[index] ?? 0);
    into.add(made, rank);
  }
  return into;
}
