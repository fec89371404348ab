import { type Batch, pluginApiVersion, type Sink } from "@taffrail/contracts";

/** A line as it was logged, parsed. */
export type RecordedLine = Readonly<Record<string, unknown>>;

/** A sink that keeps everything, for tests of code that logs. */
export interface Recorder extends Sink {
  /** All records so far, parsed, oldest first. */
  readonly records: readonly RecordedLine[];
  /** All lines so far, as they came. */
  readonly lines: readonly string[];
  /** The records whose fields equal those of `wanted`. */
  matching(wanted: RecordedLine): readonly RecordedLine[];
  clear(): void;
}

function matches(record: RecordedLine, wanted: RecordedLine): boolean {
  return Object.entries(wanted).every(([key, value]) => JSON.stringify(record[key]) === JSON.stringify(value));
}

/**
 * Makes a recorder. Flush the logger before reading from it.
 *
 * @example
 * const recorded = recorder();
 * const log = createLogger({ sinks: [recorded] });
 * log.warn("stock is low", { sku: "A1" });
 * await log.flush();
 * recorded.matching({ level: "warn" }) // one record
 */
export function recorder(): Recorder {
  let lines: string[] = [];
  let records: RecordedLine[] = [];
  const keep = (batch: Batch): void => {
    for (const { line } of batch.records()) {
      lines.push(line);
      records.push(JSON.parse(line) as RecordedLine);
    }
  };
  return {
    manifest: { name: "recorder", kind: "sink", apiVersion: pluginApiVersion },
    get records() {
      return records;
    },
    get lines() {
      return lines;
    },
    matching: (wanted) => records.filter((record) => matches(record, wanted)),
    clear() {
      lines = [];
      records = [];
    },
    async write(batch) {
      keep(batch);
      return { outcome: "ok" };
    },
    // A write is done before its promise is returned: an unfinished one is kept already.
    writeSync(batch, unfinished) {
      keep(batch);
      return (unfinished?.size ?? 0) + batch.size;
    },
    async close() {},
  };
}
