import type { Ledger } from "@taffrail/contracts";

/**
 * How a frame's payload is written:
 * `otlp-logs`: an ExportLogsServiceRequest, bytes as they came, already walked and free of nested values;
 * `log-rows`: row lines (see @taffrail/protocol `RowLine`), one JSON object a line, "\n" after each.
 * Frames of one kind share a segment file, because one insert statement reads the whole file.
 */
export const frameKinds = ["otlp-logs", "log-rows"] as const;
export type FrameKind = (typeof frameKinds)[number];

/** A checked payload on its way into the journal. `count` and the times were worked out by the walk; the journal trusts them. */
export interface AppendRequest {
  readonly kind: FrameKind;
  readonly tenant: string;
  readonly principal: string;
  /** Protocol it came by: `otlp`, `lines`, `docker`, ... */
  readonly source: string;
  /** The sender's batch id, or empty. */
  readonly batchId: string;
  readonly payload: Uint8Array;
  readonly count: number;
  /** Earliest and latest record time of the payload, milliseconds since 1970; they decide whether a segment must be cut by day. */
  readonly timeMinMs: number;
  readonly timeMaxMs: number;
  readonly receivedAtMs: number;
}

export interface AppendReceipt {
  readonly seqBase: bigint;
  readonly count: number;
}

/** Says that a segment's rows are in the store. `ranges` are half-open Seq ranges [from, to) per tenant. */
export interface Commit {
  readonly kind: FrameKind;
  readonly rows: number;
  readonly ranges: readonly { readonly tenant: string; readonly from: bigint; readonly to: bigint }[];
}

export interface JournalStats {
  readonly ledger: Ledger;
  readonly bytes: number;
  readonly bytesLimit: number;
  readonly segmentsOpen: number;
  readonly segmentsWaiting: number;
  readonly segmentsQuarantined: number;
  /** Segment files that could not be read at the start, or are of a later format: their records are in no ledger until a start reads them. */
  readonly segmentsUnreadable: number;
  /** Appends refused within the last minute because of the budget (bytes, a sender's share, age). */
  readonly refusedLastMinute: number;
  /** Age of the oldest record not yet in the store, milliseconds; 0 when none waits. */
  readonly oldestPendingMs: number;
  /** Bytes per second that left the journal lately; the base of Retry-After. */
  readonly drainBytesPerSecond: number;
}

/**
 * The journal: write-ahead log, batch and retry unit in one.
 *
 * `append` may be called concurrently. It resolves only after the frame is on disk (write, then fsync shared by the group) and from then on the
 * records are stored exactly once, whatever crashes. It rejects with `ingest_busy` (budget used up), `ingest_stalled` (the
 * oldest has waited too long), `journal_unavailable` (disk full, I/O
 * error; nothing of the frame remains) or `shutting_down`; then nothing was accepted. `close` stops accepting, commits what the engine can take
 * within the deadline and leaves the rest on disk for the next start.
 */
export interface Journal {
  append(request: AppendRequest): Promise<AppendReceipt>;
  stats(): JournalStats;
  /** Records accepted for the tenant that a search cannot find yet. */
  pendingRecords(tenant: string): number;
  /** While anyone tails, segments close sooner (200 ms instead of 1 s). */
  setTailing(active: boolean): void;
  /** Changes the most bytes that may wait on disk; it holds from the next append. */
  setBudget(bytes: number): void;
  onCommit(listener: (commit: Commit) => void): () => void;
  /** Resolves when everything accepted so far is in the store. */
  drained(signal?: AbortSignal): Promise<void>;
  close(deadlineMs: number): Promise<void>;
}
