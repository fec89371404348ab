import type { DropReason, LedgerBook } from "@taffrail/contracts";

/** What became of a record at one sink. */
export type Fate = "delivered" | "filtered" | DropReason;

/**
 * What became of a record that two sinks judged: dropped if any dropped it, else delivered if any has it, else filtered.
 *
 * @example worse("delivered", "filtered") // "delivered"
 */
export function worse(one: Fate, other: Fate): Fate {
  if (one === "filtered") return other;
  return one === "delivered" && other !== "filtered" ? other : one;
}

/**
 * Counts one fate in a ledger.
 *
 * @example count(book, "delivered", 3);
 */
export function count(book: LedgerBook, fate: Fate, records: number): void {
  if (records === 0) return;
  if (fate === "delivered") book.deliver(records);
  else if (fate === "filtered") book.filter(records);
  else book.drop(fate, records);
}
