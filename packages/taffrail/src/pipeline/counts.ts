import type { Batch, WriteResult } from "@taffrail/contracts";

/**
 * A number of records as a sink says it: never more than there are, and none when it is no number.
 *
 * @example countIn(12, 10) // 10
 */
function countIn(value: unknown, most: number): number {
  return typeof value === "number" ? Math.min(Math.max(Math.floor(value) || 0, 0), most) : 0;
}

/**
 * Records of a batch that a sink refused, whatever it says.
 *
 * @example refusedOf({ outcome: "ok" }, batch) // 0
 */
export function refusedOf(result: WriteResult, { size }: Batch): number {
  return result.outcome === "partial" ? countIn(result.refused, size) : 0;
}

/** How many records of a batch last words have decided, from the first on, and how many of those were refused. */
export interface LastWords {
  readonly done: number;
  readonly refused: number;
  readonly reason: string;
}

/**
 * What became of last words, whatever the sink says.
 *
 * @example readLastWords({ out: 9, refused: 1, reason: "no JSON" }, 10) // { done: 10, refused: 1, reason: "no JSON" }
 */
export function readLastWords(answer: unknown, size: number): LastWords {
  if (typeof answer !== "object" || answer === null) return { done: countIn(answer, size), refused: 0, reason: "" };
  const { out, refused, reason } = answer as Readonly<Record<string, unknown>>;
  const delivered = countIn(out, size);
  const lost = countIn(refused, size - delivered);
  return { done: delivered + lost, refused: lost, reason: typeof reason === "string" ? reason : "no reason given" };
}
