import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Clock, type IdSource, limits, TaffrailError } from "@taffrail/contracts";
import type { Failpoint } from "@taffrail/experiments";
import { type Accounts, createAccounts } from "./accounts.ts";
import { checkAppend } from "./append-check.ts";
import { type Budget, createBudget } from "./budget.ts";
import { Committer } from "./committer.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { syncDirectory } from "./file-effects.ts";
import type { SegmentHeader } from "./frame-codec.ts";
import {
  type AppendReceipt,
  type AppendRequest,
  type Commit,
  type FrameKind,
  frameKinds,
  type Journal,
  type JournalStats,
} from "./journal.ts";
import { journalBudget } from "./journal-budget.ts";
import { createPutAway } from "./put-away.ts";
import { openQuarantine, type Quarantine } from "./quarantine.ts";
import { recoverSegments } from "./recovery.ts";
import { type Segment, senderOf } from "./segment.ts";
import { segmentFormatVersion } from "./segment-format.ts";
import type { SegmentStore } from "./segment-store.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { openSeqAllocator, type SeqAllocator } from "./seq-allocator.ts";

/** What a journal is made of. */
export interface JournalDeps {
  /** Directory of its own; created with mode 0700 if missing. Only one journal may have it open. */
  readonly dir: string;
  readonly store: SegmentStore;
  readonly deadLetters: Pick<DeadLetters, "add">;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly failpoint: Failpoint;
  /** Told of trouble that no caller waits for: refused frames, damage, segments that have to wait. */
  readonly report: (error: TaffrailError) => void;
  /** Bytes that may wait on disk. Default: a tenth of the free disk, at most `limits.journalBudget`. */
  readonly budgetBytes?: number;
}

/** Ages at which an open segment is closed, milliseconds. */
const closeAfterMs = { tailing: 200, usual: 1000, backlog: 5000 } as const;
/** Waiting segments from which on new ones may grow older, so that an engine that is away leaves few large files instead of many small ones. */
const backlogSegments = 8;
/** What a frame's head takes at most for usual names; reserved beside the payload until the true size is known. */
const headBytesUsual = 256;
const stuckPollMs = 100;

function unavailable(cause: unknown): TaffrailError {
  if (cause instanceof TaffrailError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TaffrailError("journal_unavailable", { reason }, cause);
}

interface Parts {
  readonly deps: JournalDeps;
  readonly accounts: Accounts;
  readonly budget: Budget;
  readonly quarantine: Quarantine;
  readonly seq: SeqAllocator;
  readonly segmentsUnreadable: number;
}

class DiskJournal implements Journal {
  readonly #parts: Parts;
  readonly #committer: Committer;
  readonly #writers: Readonly<Record<FrameKind, SegmentWriter>>;
  readonly #listeners = new Set<(commit: Commit) => void>();
  #tailing = false;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts, fallbackHeader: (kind: FrameKind) => SegmentHeader) {
    const { deps, accounts, budget, quarantine } = parts;
    const { store, deadLetters, clock, failpoint, report } = deps;
    this.#parts = parts;
    this.#committer = new Committer({
      store,
      accounts,
      budget,
      clock,
      failpoint,
      report,
      putAway: createPutAway({ quarantine, deadLetters, clock, report }),
      fallbackHeader: (segment) => fallbackHeader(segment.kind),
      onStored: (segment, rows) => this.#tellStored(segment, rows),
      onQueue: () => this.#rearm(),
    });
    this.#writers = { "otlp-logs": this.#writer("otlp-logs"), "log-rows": this.#writer("log-rows") };
  }

  /** Takes over what a start found, then begins to work. */
  start(segments: readonly Segment[]): void {
    for (const segment of segments) {
      this.#parts.accounts.found(segment.summary);
      this.#parts.budget.found(segment.summary);
      this.#committer.add(segment);
    }
    this.#committer.start();
  }

  async append(request: AppendRequest): Promise<AppendReceipt> {
    if (this.#closing !== undefined) throw new TaffrailError("shutting_down");
    checkAppend(request);
    const { budget } = this.#parts;
    budget.admit(senderOf(request.tenant, request.source), request.payload.length + headBytesUsual, this.#oldestMs());
    return this.#writers[request.kind].append(request);
  }

  stats(): JournalStats {
    const { accounts, budget, quarantine, deps } = this.#parts;
    const writers = Object.values(this.#writers);
    const created = [this.#committer.queue.oldest?.createdMs, ...writers.map((writer) => writer.openCreatedMs)];
    const oldest = Math.min(...created.filter((ms) => ms !== undefined));
    return {
      ledger: accounts.ledger(),
      bytes: budget.used,
      bytesLimit: budget.limit,
      segmentsOpen: writers.filter((writer) => writer.openCreatedMs !== undefined).length,
      segmentsWaiting: this.#committer.queue.unsettled + writers.reduce((sum, writer) => sum + writer.stuck, 0),
      segmentsQuarantined: quarantine.files,
      segmentsUnreadable: this.#parts.segmentsUnreadable,
      refusedLastMinute: budget.refusedLastMinute,
      oldestPendingMs: Number.isFinite(oldest) ? Math.max(0, deps.clock.now() - oldest) : 0,
      drainBytesPerSecond: budget.drainBytesPerSecond(),
    };
  }

  pendingRecords(tenant: string): number {
    return this.#parts.accounts.pendingRecords(tenant);
  }

  setTailing(active: boolean): void {
    this.#tailing = active;
    this.#rearm();
  }

  setBudget(bytes: number): void {
    this.#parts.budget.setLimit(bytes);
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async drained(signal?: AbortSignal): Promise<void> {
    const writers = Object.values(this.#writers);
    if (this.#closing === undefined) await Promise.all(writers.map((writer) => writer.roll()));
    // A segment whose failed last write is still to be cut off reaches the committer late.
    while (writers.some((writer) => writer.stuck > 0)) await delay(stuckPollMs, undefined, signal && { signal });
    await this.#committer.queue.settledUpToNow(signal);
  }

  close(deadlineMs: number): Promise<void> {
    this.#closing ??= this.#close(deadlineMs);
    return this.#closing;
  }

  async #close(deadlineMs: number): Promise<void> {
    await Promise.all(Object.values(this.#writers).map((writer) => writer.close()));
    await this.#committer.stop(deadlineMs);
    this.#listeners.clear();
  }

  #writer(kind: FrameKind): SegmentWriter {
    const { deps, accounts, budget, seq } = this.#parts;
    const reserved = ({ payload }: AppendRequest): number => payload.length + headBytesUsual;
    return new SegmentWriter({
      ...deps,
      kind,
      seq,
      ageMs: () => this.#closeAfterMs(),
      onAccepted: (request, bytes) => {
        accounts.accept(request.tenant, request.count);
        budget.written(senderOf(request.tenant, request.source), reserved(request), bytes);
      },
      onRefused: (request) => budget.cancelled(senderOf(request.tenant, request.source), reserved(request)),
      onOverhead: (bytes) => budget.overhead(bytes),
      onClosed: (segment) => this.#committer.add(segment),
    });
  }

  #closeAfterMs(): number {
    const backlog = this.#committer.queue.unsettled >= backlogSegments;
    if (this.#tailing) return backlog ? closeAfterMs.usual : closeAfterMs.tailing;
    return backlog ? closeAfterMs.backlog : closeAfterMs.usual;
  }

  #rearm(): void {
    for (const kind of frameKinds) this.#writers[kind].rearm();
  }

  /** How long the oldest segment has been waiting in this process. */
  #oldestMs(): number {
    const since = this.#committer.queue.oldest?.sinceMs;
    return since === undefined ? 0 : this.#parts.deps.clock.monotonic() - since;
  }

  #tellStored(segment: Segment, rows: number): void {
    const ranges = [...segment.summary.tenants].map(([tenant, { from, to }]) => ({ tenant, from, to }));
    for (const listener of this.#listeners) {
      try {
        listener({ kind: segment.kind, rows, ranges });
      } catch (error) {
        // A listener's fault must not stop the journal.
        this.#parts.deps.report(new TaffrailError("internal", { id: "journal listener" }, error));
      }
    }
  }
}

/**
 * Opens the journal of a directory: repairs what a crash left, takes up again what was not stored, and is then ready for appends. Rejects with
 * `journal_unavailable` when the directory cannot be used.
 *
 * @example
 * const journal = await openJournal({ dir, store, deadLetters, clock, ids, failpoint, report });
 * const { seqBase } = await journal.append(request);
 * await journal.close(10_000);
 */
export async function openJournal(deps: JournalDeps): Promise<Journal> {
  const { dir, store, clock, failpoint } = deps;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    // A power loss must not take the directory itself.
    await syncDirectory(dirname(dir));
    const quarantine = await openQuarantine(`${dir}/quarantine`, clock, failpoint);
    const headerFor = (writer: number) => (kind: FrameKind) => ({
      format: segmentFormatVersion,
      kind,
      statementVersion: store.statementVersion,
      blockSettings: store.blockSettings,
      createdMs: clock.now(),
      writer,
    });
    const recovered = await recoverSegments({ ...deps, quarantine, fallbackHeader: headerFor(0) });
    const { segments, lostRecords, segmentsUnreadable } = recovered;
    const seen = segments.map(({ summary }) => summary.seqTo);
    const seq = await openSeqAllocator({ ...deps, seen });
    const limitBytes = deps.budgetBytes ?? (await journalBudget(0, dir));
    const budget = createBudget({ clock, limitBytes, ageMs: limits.journalAge.value });
    const accounts = createAccounts();
    if (lostRecords > 0) accounts.lost(lostRecords);
    const journal = new DiskJournal(
      { deps, accounts, budget, quarantine, seq, segmentsUnreadable },
      headerFor(seq.writer),
    );
    journal.start(segments);
    return journal;
  } catch (error) {
    throw unavailable(error);
  }
}
