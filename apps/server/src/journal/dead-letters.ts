import type { ErrorCode } from "@taffrail/contracts";

/** One thing that could not be stored, as it is handed over. */
export interface DeadLetterEntry {
  readonly tenant: string;
  /** Protocol or part it came by: `otlp`, `lines`, `journal`, ... */
  readonly source: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** The record's bytes; what exceeds 4 KiB is cut off. */
  readonly sample: Uint8Array;
  /** Records that this entry stands for, at least 1. */
  readonly count: number;
  readonly receivedAtMs: number;
}

/** A kept dead letter, as the API shows it. */
export interface DeadLetter {
  readonly id: string;
  /** RFC 3339, milliseconds, UTC. */
  readonly receivedAt: string;
  readonly source: string;
  readonly code: string;
  readonly message: string;
  /** The sample as text; bytes that are not UTF-8 show as U+FFFD. */
  readonly sample: string;
  readonly count: number;
}

/**
 * Records that were taken in but cannot be stored, kept for people to look at. Bounded in bytes and entries: the oldest go first.
 *
 * `add` may be called concurrently; it resolves when all entries are on disk (calls that wait together share one fsync) and rejects with
 * `journal_unavailable` when they cannot be written. Reading methods answer one tenant's entries only.
 */
export interface DeadLetters {
  add(entries: readonly DeadLetterEntry[]): Promise<void>;
  /** The newest entries first. */
  list(tenant: string, limit: number): Promise<readonly DeadLetter[]>;
  /** Entries kept for the tenant. */
  total(tenant: string): number;
  /** Waits for writes under way and closes the files; idempotent. */
  close(): Promise<void>;
}
