import type { DropReason, EncodedRecord, LedgerBook, Level } from "@taffrail/contracts";

/** What became of a record at one sink. */
export type Fate = "delivered" | "filtered" | DropReason;

/**
 * A record on its way to one or more sinks. The family's own ledger counts it once, when the last sink is done with it: as dropped if any sink
 * dropped it, else as delivered if any sink has it, else as filtered.
 */
export interface PendingRecord extends EncodedRecord {
  /** Sinks that are not done with it. */
  open: number;
  fate: Fate;
}

/**
 * Makes a record that waits for `sinks` sinks.
 *
 * @example createPendingRecord("{}\n", "info", 2)
 */
export function createPendingRecord(line: string, level: Level, sinks: number): PendingRecord {
  return { line, level, open: sinks, fate: "filtered" };
}

/** Counts one fate in a ledger. */
export function count(book: LedgerBook, fate: Fate, records = 1): void {
  if (fate === "delivered") book.deliver(records);
  else if (fate === "filtered") book.filter(records);
  else book.drop(fate, records);
}

/**
 * Notes the fate of a record at one sink, and counts the record in the overall ledger when this was the last sink.
 *
 * @example settle(record, "delivered", book);
 */
export function settle(record: PendingRecord, fate: Fate, overall: LedgerBook): void {
  if (record.fate === "filtered" || (record.fate === "delivered" && fate !== "filtered")) record.fate = fate;
  record.open -= 1;
  if (record.open === 0) count(overall, record.fate);
}
