import type { Batch, Signal } from "./batch.ts";
import type { Plugin } from "./manifest.ts";

/** What became of a batch. Thrown errors mean a bug and are treated as `retry`. */
export type WriteResult =
  | { readonly outcome: "ok" }
  /** Some records were refused for good; the rest is delivered. `refused` counts records. */
  | { readonly outcome: "partial"; readonly refused: number; readonly reason: string }
  /** Nothing of the batch is delivered; try the same batch again, not before `afterMs`. */
  | { readonly outcome: "retry"; readonly afterMs?: number; readonly reason: string }
  /** Nothing of the batch can ever be delivered. */
  | { readonly outcome: "drop"; readonly reason: string };

/**
 * What became of last words. A number: so many records are out, counted from the first. With records that were refused for good, which must not stop
 * those behind them: `out` are delivered and `refused` are not and never will be; together they are the first `out + refused`.
 */
export type SyncWriteResult = number | { readonly out: number; readonly refused: number; readonly reason: string };

/** How a sink likes its batches. A batch ends at the first bound that is reached. */
export interface Batching {
  /** Least time between the starts of two batches that are not full, in ms: records wait for company that long. */
  readonly lingerMs?: number;
  readonly maxRecords?: number;
  /** Characters of all lines together. */
  readonly maxCharacters?: number;
}

/**
 * A place that encoded records go to.
 *
 * The pipeline calls `write` with one batch at a time (for each signal) and waits for its result before the next; it never calls it again after
 * `close`. A sink must not keep the batch after its promise settled, must settle soon after `signal` aborts, must not throw from any member, and
 * must not log through the logger that feeds it. `writeSync` is called only while the process exits: it must block until the bytes are out.
 * `close` is called once or more and ends what the sink opened, never a stream that it was given.
 */
export interface Sink extends Plugin {
  /** Signals that it takes; records of others are filtered for it. Default: logs only. */
  readonly signals?: readonly Signal[];
  /** Wishes about the batches it is given; without them a batch starts as soon as the one before it ended. */
  readonly batching?: Batching;
  write(batch: Batch, signal: AbortSignal): Promise<WriteResult>;
  /**
   * Capability: last words at process exit. `unfinished` is the batch of a `write` whose promise has not settled: the sink finishes it first, by
   * itself, since the event loop will not run again. `batch` may be empty (size 0). Says how many records of both together are out, counted
   * from the first of `unfinished`.
   */
  writeSync?(batch: Batch, unfinished: Batch | undefined): SyncWriteResult;
  /** Capability: make what was written durable (fsync). */
  flush?(signal: AbortSignal): Promise<void>;
  close(signal: AbortSignal): Promise<void>;
}
