import type { Level } from "./level.ts";

/** Version of the plugin contract in this file. A plugin that names another is refused when it is loaded. */
export const pluginApiVersion = 1;

/** The kinds of plugin that exist. A kind is listed here when it has a contract below and a conformance suite in the testkit. */
export const pluginKinds = ["sink"] as const;
export type PluginKind = (typeof pluginKinds)[number];

/** A plugin's description of itself: data, so that a page, a check and a loader can read it without running it. */
export interface PluginManifest {
  readonly name: string;
  readonly kind: PluginKind;
  readonly apiVersion: number;
}

/** One encoded record: a single JSON line that ends in "\n", and what routing needs without parsing it. */
export interface EncodedRecord {
  readonly line: string;
  readonly level: Level;
}

/** What became of a batch. Thrown errors mean a bug and are treated as `retry`. */
export type WriteResult =
  | { readonly outcome: "ok" }
  /** Some records were refused for good; the rest is delivered. `refused` counts records. */
  | { readonly outcome: "partial"; readonly refused: number; readonly reason: string }
  /** Nothing of the batch is delivered; try the same batch again, not before `afterMs`. */
  | { readonly outcome: "retry"; readonly afterMs?: number; readonly reason: string }
  /** Nothing of the batch can ever be delivered. */
  | { readonly outcome: "drop"; readonly reason: string };

/** How a sink likes its batches. A batch ends at the first bound that is reached. */
export interface Batching {
  /** Least time between the starts of two batches that are not full, in ms: records wait for company that long. */
  readonly lingerMs?: number;
  readonly maxRecords?: number;
  /** Characters of all lines together. */
  readonly maxCharacters?: number;
}

export type Health = { readonly status: "healthy" | "degraded" | "unhealthy"; readonly detail?: string };

/**
 * A place that encoded records go to.
 *
 * The pipeline calls `write` with one batch at a time and waits for its result before the next; it never calls it again after `close`.
 * A sink must not keep the batch after its promise settled, must settle soon after `signal` aborts, must not throw from any member, and must
 * not log through the logger that feeds it. `writeSync` is called only while the process exits: it must block until the bytes are out.
 * `close` is called once or more and ends what the sink opened, never a stream that it was given.
 */
export interface Sink {
  readonly manifest: PluginManifest;
  /** Wishes about the batches it is given; without them a batch starts as soon as the one before it ended. */
  readonly batching?: Batching;
  write(batch: readonly EncodedRecord[], signal: AbortSignal): Promise<WriteResult>;
  /**
   * Capability: last words at process exit. Returns how many records of the batch are out. When a `write` is unfinished, its batch comes first:
   * the sink finishes it by itself, since the event loop will not run again.
   */
  writeSync?(batch: readonly EncodedRecord[]): number;
  /** Capability: make what was written durable (fsync). */
  flush?(signal: AbortSignal): Promise<void>;
  health?(): Health;
  close(signal: AbortSignal): Promise<void>;
}
