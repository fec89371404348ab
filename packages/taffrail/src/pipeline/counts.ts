import type { Batch, WriteResult } from "@taffrail/contracts";

/**
 * A number of records as a sink says it: never more than there are, and none when it is no number.
 *
 * @example countIn(12, 10) // 10
 */
export function countIn(value: unknown, most: number): number {
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
