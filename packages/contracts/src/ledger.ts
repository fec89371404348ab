/** Why a record was given up. Each reason is counted on its own; a new reason is a new line here. */
export const dropReasons = [
  "buffer-full",
  "shed",
  "too-large",
  "too-old",
  "invalid",
  "encode-failed",
  "redaction-failed",
  "plugin-failed",
  "sink-refused",
  "retries-exhausted",
  "closed",
  "deadline",
  "damaged",
  "quota",
] as const;

export type DropReason = (typeof dropReasons)[number];

/**
 * The state of a hand-over between two stages, in records. At any moment, exactly:
 * `accepted = delivered + filtered + sum(dropped) + pending`.
 */
export interface Ledger {
  readonly accepted: number;
  readonly delivered: number;
  readonly filtered: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  readonly pending: number;
}

/** A ledger being kept: four counters; `pending` follows from them, so it cannot drift. */
export interface LedgerBook {
  accept(records?: number): void;
  deliver(records?: number): void;
  filter(records?: number): void;
  drop(reason: DropReason, records?: number): void;
  read(): Ledger;
}

/**
 * Opens a ledger.
 *
 * @example
 * const book = createLedger();
 * book.accept(3); book.deliver(2);
 * book.read().pending // 1
 */
export function createLedger(): LedgerBook {
  let accepted = 0;
  let delivered = 0;
  let filtered = 0;
  let droppedTotal = 0;
  const dropped: Partial<Record<DropReason, number>> = {};
  return {
    accept(records = 1): void {
      accepted += records;
    },
    deliver(records = 1): void {
      delivered += records;
    },
    filter(records = 1): void {
      filtered += records;
    },
    drop(reason: DropReason, records = 1): void {
      dropped[reason] = (dropped[reason] ?? 0) + records;
      droppedTotal += records;
    },
    read(): Ledger {
      return {
        accepted,
        delivered,
        filtered,
        dropped: { ...dropped },
        pending: accepted - delivered - filtered - droppedTotal,
      };
    },
  };
}

/** Sum of all drops of a ledger, in records. */
export function droppedTotal(ledger: Ledger): number {
  return Object.values(ledger.dropped).reduce((sum, count) => sum + count, 0);
}

/**
 * Says what is wrong with a ledger, or undefined when it balances and no count is negative.
 *
 * @example ledgerFault({ accepted: 2, delivered: 1, filtered: 0, dropped: {}, pending: 0 }) // "accepted 2 ≠ 1 ..."
 */
export function ledgerFault(ledger: Ledger): string | undefined {
  const dropped = droppedTotal(ledger);
  const sum = ledger.delivered + ledger.filtered + dropped + ledger.pending;
  const parts = `${ledger.delivered} delivered + ${ledger.filtered} filtered + ${dropped} dropped + ${ledger.pending} pending`;
  if (ledger.accepted !== sum) return `accepted ${ledger.accepted} ≠ ${parts}`;
  const counts = [ledger.accepted, ledger.delivered, ledger.filtered, ledger.pending, ...Object.values(ledger.dropped)];
  return counts.some((count) => count < 0) ? `a count is negative: ${ledger.accepted} accepted, ${parts}` : undefined;
}
