import { tailBytes } from "./place.ts";
import type { JoinedRecord } from "./record-joiner.ts";

/** Records of one file on their way to the server. */
export interface Batch {
  /** Lines for the server, "\n" after each. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly records: number;
  /** The place that is reached when the server has acknowledged it and every batch before it. */
  readonly endOffset: number;
  /** The last bytes with content before that place, or undefined when it holds none. */
  readonly tail: { readonly bytes: Buffer; readonly end: number } | undefined;
}

export interface BatchBounds {
  readonly bytesMax: number;
  readonly recordsMax: number;
  /** How long the first record waits for others, milliseconds. */
  readonly lingerMs: number;
}

/** Collects records to a batch. */
export interface BatchBuilder {
  /** Adds an encoded record, or only its place when it is not sent (`encoded` absent). */
  add(record: JoinedRecord, encoded: Buffer | undefined, nowMs: number): void;
  isFull(): boolean;
  /** Whether the first record has waited long enough. */
  isDue(nowMs: number): boolean;
  /** The batch so far, or undefined when there is nothing to send or to remember; the builder is empty afterwards. */
  take(): Batch | undefined;
}

const lineBreak = 10;

/**
 * Makes a builder. Its buffer grows to `bytesMax` and one record more.
 *
 * @example const builder = createBatchBuilder({ bytesMax: 1_048_576, recordsMax: 10_000, lingerMs: 200 });
 */
export function createBatchBuilder(bounds: BatchBounds): BatchBuilder {
  let buffer = Buffer.allocUnsafeSlow(0);
  let length = 0;
  let records = 0;
  let endOffset = -1;
  let sinceMs = 0;
  let tail: Batch["tail"];

  const reserve = (bytes: number): void => {
    if (length + bytes <= buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(
      Math.max(length + bytes, Math.min(buffer.length * 2 + 65_536, bounds.bytesMax + 65_536)),
    );
    buffer.copy(grown, 0, 0, length);
    buffer = grown;
  };
  return {
    add(record, encoded, nowMs) {
      if (endOffset < 0) sinceMs = nowMs;
      endOffset = record.endOffset;
      const last = record.lines.at(-1);
      if (last) tail = { bytes: last.subarray(Math.max(0, last.length - tailBytes)), end: record.contentEnd };
      if (!encoded) return;
      reserve(encoded.length + 1);
      length += encoded.copy(buffer, length);
      buffer[length] = lineBreak;
      length += 1;
      records += 1;
    },
    isFull: () => length >= bounds.bytesMax || records >= bounds.recordsMax,
    isDue: (nowMs) => endOffset >= 0 && nowMs - sinceMs >= bounds.lingerMs,
    take() {
      if (endOffset < 0) return undefined;
      const batch = { body: buffer.subarray(0, length), records, endOffset, tail };
      buffer = Buffer.allocUnsafeSlow(0);
      length = 0;
      records = 0;
      endOffset = -1;
      tail = undefined;
      return batch;
    },
  };
}
