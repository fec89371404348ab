import type { Batch, Sink } from "@taffrail/contracts";
import { checkOptions, isInteger } from "../options/check-options.ts";
import { sinkManifest } from "./manifest.ts";

export interface MemorySinkOptions {
  /** Newest records that are kept; older ones are forgotten. Default 10,000. */
  readonly maxRecords?: number;
}

/** A sink whose records can be read back. */
export interface MemorySink extends Sink {
  /** The kept lines, oldest first, without their line feeds. */
  lines(): readonly string[];
  /** The kept records, parsed, oldest first. */
  records(): readonly Readonly<Record<string, unknown>>[];
  clear(): void;
}

/**
 * Makes a sink that keeps the newest records in memory: for tests and for "show me the last lines" pages.
 * Throws `option_unknown` and `option_invalid`.
 *
 * @example const memory = memorySink(); const log = createLogger({ sinks: [memory] }); log.info("hi"); await log.flush(); memory.records()[0]?.msg // "hi"
 */
export function memorySink(options: MemorySinkOptions = {}): MemorySink {
  checkOptions("memorySink", options, { maxRecords: isInteger(1, 10_000_000) });
  const maxRecords = options.maxRecords ?? 10_000;
  let kept: string[] = [];
  let closed = false;
  const keep = (batch: Batch): void => {
    for (const record of batch.records()) kept.push(record.line.slice(0, -1));
    if (kept.length > maxRecords) kept = kept.slice(-maxRecords);
  };
  return {
    manifest: sinkManifest("memory"),
    async write(batch) {
      if (closed) return { outcome: "drop", reason: "the sink is closed" };
      keep(batch);
      return { outcome: "ok" };
    },
    // A write is done before its promise is returned: an unfinished one is in memory already.
    writeSync(batch, unfinished) {
      keep(batch);
      return (unfinished?.size ?? 0) + batch.size;
    },
    lines: () => [...kept],
    records: () => kept.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    clear() {
      kept = [];
    },
    async close() {
      closed = true;
    },
  };
}
