/** What became of everything that was read, in records. At any moment `read = shipped + rejected + skipped + pending`. */
export interface ShipLedger {
  /** Lines read; several of them may make one record: `lines = read + joined`. */
  readonly lines: number;
  readonly joined: number;
  readonly read: number;
  /** Acknowledged by the server: durable there. */
  readonly shipped: number;
  /** Refused by the server one by one; they are in its dead letters. */
  readonly rejected: number;
  /** Not sent: `skippedBlank + skippedTooLong + skippedForeign`. */
  readonly skipped: number;
  readonly skippedBlank: number;
  readonly skippedTooLong: number;
  /** Not of the format that was forced. */
  readonly skippedForeign: number;
  /** Read, but not acknowledged when the command ended; a restart reads them again. */
  readonly pending: number;
}

/** A ship's ledger being kept. */
export interface ShipBook {
  readRecord(lines: number): void;
  skipBlank(): void;
  skipTooLong(): void;
  skipForeign(lines: number): void;
  settle(shipped: number, rejected: number): void;
  view(): ShipLedger;
}

/**
 * Opens the ledger.
 *
 * @example const book = createShipBook(); book.readRecord(3); book.settle(1, 0); book.view().joined // 2
 */
export function createShipBook(): ShipBook {
  const count = { lines: 0, read: 0, shipped: 0, rejected: 0, skippedBlank: 0, skippedTooLong: 0, skippedForeign: 0 };
  return {
    readRecord(lines) {
      count.lines += lines;
      count.read += 1;
    },
    skipBlank() {
      count.lines += 1;
      count.read += 1;
      count.skippedBlank += 1;
    },
    skipTooLong() {
      count.lines += 1;
      count.read += 1;
      count.skippedTooLong += 1;
    },
    skipForeign(lines) {
      count.lines += lines;
      count.read += 1;
      count.skippedForeign += 1;
    },
    settle(shipped, rejected) {
      count.shipped += shipped;
      count.rejected += rejected;
    },
    view() {
      const skipped = count.skippedBlank + count.skippedTooLong + count.skippedForeign;
      const pending = count.read - count.shipped - count.rejected - skipped;
      return { ...count, joined: count.lines - count.read, skipped, pending };
    },
  };
}
