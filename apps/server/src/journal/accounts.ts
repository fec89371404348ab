import { createLedger, type DropReason, type Ledger } from "@taffrail/contracts";
import type { SegmentSummary } from "./segment.ts";

/** The journal's books: the ledger, and what each tenant still waits for. Nothing else counts records. */
export interface Accounts {
  accept(tenant: string, records: number): void;
  /** Books what was found on disk at start; it is pending again. */
  found(summary: SegmentSummary): void;
  /** Records whose bytes were found damaged at start: accepted once, now dropped. */
  lost(records: number): void;
  /** A segment is done: `delivered` of its records are in the store, the rest is dropped for `reason`. */
  settle(summary: SegmentSummary, delivered: number, reason: DropReason): void;
  pendingRecords(tenant: string): number;
  ledger(): Ledger;
}

/**
 * Opens empty books.
 *
 * @example const accounts = createAccounts(); accounts.accept("default", 10); accounts.ledger().pending // 10
 */
export function createAccounts(): Accounts {
  const book = createLedger();
  const pending = new Map<string, number>();
  const change = (tenant: string, records: number): void => {
    const next = (pending.get(tenant) ?? 0) + records;
    if (next === 0) pending.delete(tenant);
    else pending.set(tenant, next);
  };
  return {
    accept(tenant, records): void {
      book.accept(records);
      change(tenant, records);
    },
    found(summary): void {
      book.accept(summary.rows);
      for (const [tenant, part] of summary.tenants) change(tenant, part.rows);
    },
    lost(records): void {
      book.accept(records);
      book.drop("damaged", records);
    },
    settle(summary, delivered, reason): void {
      const stored = Math.min(delivered, summary.rows);
      book.deliver(stored);
      if (stored < summary.rows) book.drop(reason, summary.rows - stored);
      for (const [tenant, part] of summary.tenants) change(tenant, -part.rows);
    },
    pendingRecords: (tenant) => pending.get(tenant) ?? 0,
    ledger: () => book.read(),
  };
}
