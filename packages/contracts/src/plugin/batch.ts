import type { Level } from "../level.ts";

/** What a line tells of. Log lines are flat JSON records; lines of traces and metrics are OTLP/JSON `ResourceSpans` and `ResourceMetrics` objects. */
export type Signal = "logs" | "traces" | "metrics";

/** One encoded record: a single JSON line that ends in "\n", and what is known of it without parsing. */
export interface EncodedRecord {
  readonly line: string;
  readonly level: Level;
  /** An audit record: it stands above every level and every sampling. */
  readonly audit?: boolean;
}

/** Records on their way to a sink. What it returns is shared with other sinks: never change it, never keep it after the write settled. */
export interface Batch {
  readonly signal: Signal;
  /**
   * Identity of the batch, in durable mode only: the same id always stands for the same bytes, also after a restart, so a receiver can
   * recognise what it has already. Form: `<spool id>-<first record>-<last record>`.
   */
  readonly id?: string | undefined;
  /** Records, at least 1. */
  readonly size: number;
  /** Characters of all lines. */
  readonly characters: number;
  /** All lines, one after the other. */
  text(): string;
  /** The same as UTF-8; encoded once, however many sinks ask. The fastest form. */
  bytes(): Uint8Array;
  /** Record by record; for sinks that need each line or its level. */
  records(): readonly EncodedRecord[];
}

const encoder = new TextEncoder();

/**
 * Makes a batch of records.
 *
 * @example createBatch([{ line: "{}\n", level: "info" }]).size // 1
 */
export function createBatch(
  records: readonly EncodedRecord[],
  { signal = "logs", id }: { readonly signal?: Signal; readonly id?: string } = {},
): Batch {
  let text: string | undefined;
  let bytes: Uint8Array | undefined;
  const textOf = (): string => {
    text ??= records.map((record) => record.line).join("");
    return text;
  };
  return {
    signal,
    id,
    size: records.length,
    get characters() {
      return textOf().length;
    },
    text: textOf,
    bytes() {
      bytes ??= encoder.encode(textOf());
      return bytes;
    },
    records: () => records,
  };
}
