import { type Batch, type EncodedRecord, levels, type Signal } from "@taffrail/contracts";

const auditRank = 6;

/** What was read for one batch: the lines one after the other as UTF-8, where each ends, and the rank of each. */
export interface BatchContent {
  readonly signal: Signal;
  readonly id: string;
  readonly bytes: Buffer;
  readonly ends: readonly number[];
  readonly ranks: readonly number[];
}

function recordOf(line: string, rank: number): EncodedRecord {
  if (rank === auditRank) return { line, level: "info", audit: true };
  return { line, level: levels[rank] ?? "info" };
}

/**
 * A batch of records from disk. Its bytes are the bytes of the file; text and records are made when somebody asks.
 *
 * @example createSpoolBatch({ signal: "logs", id: "00ff-1-1", bytes: Buffer.from("{}\n"), ends: [3], ranks: [2] }).size // 1
 */
export function createSpoolBatch({ signal, id, bytes, ends, ranks }: BatchContent): Batch {
  let text: string | undefined;
  let records: readonly EncodedRecord[] | undefined;
  const textOf = (): string => {
    text ??= bytes.toString("utf8");
    return text;
  };
  return {
    signal,
    id,
    size: ends.length,
    get characters() {
      return textOf().length;
    },
    text: textOf,
    bytes: () => bytes,
    records() {
      records ??= ends.map((end, at) => recordOf(bytes.toString("utf8", ends[at - 1] ?? 0, end), ranks[at] ?? 2));
      return records;
    },
  };
}
