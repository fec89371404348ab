import type { Sink } from "@taffrail/contracts";
import type { BatchBounds } from "./batch-source.ts";

/** A batch is large enough to make its fixed cost small, and small enough that a retry repeats little. */
const defaultBounds: BatchBounds = { maxRecords: 16_384, maxCharacters: 512 * 1024 };
/** Longest time of a timer, in ms. */
const longestMs = 2 ** 31 - 1;

function numberIn(value: unknown, least: number, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) && value >= least ? value : otherwise;
}

/**
 * How a sink likes its batches. Wishes that no batch can meet (none, no number, less than one record) give way to the defaults.
 *
 * @example batchingOf(sink) // { lingerMs: 0, bounds: { maxRecords: 16_384, maxCharacters: 524_288 } }
 */
export function batchingOf({ batching }: Sink): { readonly lingerMs: number; readonly bounds: BatchBounds } {
  return {
    lingerMs: Math.min(numberIn(batching?.lingerMs, 0, 0), longestMs),
    bounds: {
      maxRecords: Math.floor(numberIn(batching?.maxRecords, 1, defaultBounds.maxRecords)),
      maxCharacters: numberIn(batching?.maxCharacters, 1, defaultBounds.maxCharacters),
    },
  };
}
