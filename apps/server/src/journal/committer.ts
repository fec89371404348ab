import { basename } from "node:path";
import { type Clock, TaffrailError } from "@taffrail/contracts";
import type { Failpoint } from "@taffrail/experiments";
import type { Accounts } from "./accounts.ts";
import type { Budget } from "./budget.ts";
import { CommitQueue, type QueueEntry } from "./commit-queue.ts";
import { isThere, removeIfThere } from "./file-effects.ts";
import type { SegmentHeader } from "./frame-codec.ts";
import type { Guilt, PutAway } from "./put-away.ts";
import type { Segment } from "./segment.ts";
import type { SegmentStore } from "./segment-store.ts";
import { splitSegment } from "./split-segment.ts";
import { attemptCount, attemptSegment, firstMode, type Outcome, untilAbort } from "./store-segment.ts";
import { afterFailure, firstTrial } from "./trial.ts";

/** Pause after the file system refused something, milliseconds. */
const diskPauseMs = 2000;
/** Pieces of one segment that are put away before a further guilty piece goes whole instead of being searched. */
const searchedPiecesMax = 32;
/**
 * Frames put away with none stored in between. Beyond it the fault is likely not in the frames: they stay where they are, tried now and then, until
 * something is stored again.
 */
const putAwayInARowMax = 3;
const distrustPauseMs = 15_000;
/** The longest a timer can run. */
const deadlineMsMax = 2 ** 31 - 1;
/** Failures in a row after which the waiting is reported. */
const reportAfterFailures = 3;

export interface CommitterOptions {
  readonly store: SegmentStore;
  readonly accounts: Accounts;
  readonly budget: Budget;
  readonly putAway: PutAway;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  /** Header for pieces of a segment whose own header was damaged. */
  readonly fallbackHeader: (segment: Segment) => SegmentHeader;
  readonly onStored: (segment: Segment, rows: number) => void;
  /** The number of waiting segments changed. */
  readonly onQueue: () => void;
  readonly report: (error: TaffrailError) => void;
}

/** Brings closed segments into the store, one statement at a time, newest and oldest in turn, until each is proven stored or put away. */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #queue: CommitQueue;
  readonly #abort = new AbortController();
  #stopping = false;
  #putAwayInARow = 0;
  #running: Promise<void> | undefined;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#queue = new CommitQueue(options.clock);
  }

  get queue(): Pick<CommitQueue, "unsettled" | "oldest" | "settledUpToNow"> {
    return this.#queue;
  }

  add(segment: Segment): void {
    this.#queue.push(segment, firstTrial(firstMode(segment, this.#options.store)));
    this.#options.onQueue();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Goes on until nothing waits or the deadline (milliseconds from now) has passed; what then waits stays on disk. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true;
    this.#queue.wake();
    const timer = setTimeout(
      () => this.#abort.abort(new Error("the journal is closing")),
      Math.min(deadlineMs, deadlineMsMax),
    );
    await this.#running;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    signal.addEventListener("abort", () => this.#queue.wake(), { once: true });
    while (!signal.aborted && !(this.#stopping && this.#queue.size === 0)) {
      const entry = this.#queue.pick();
      if (entry) await this.#step(entry);
      else await this.#queue.sleep();
    }
  }

  async #step(entry: QueueEntry): Promise<void> {
    try {
      if (entry.phase === "delete") await this.#delete(entry);
      else if (await this.#storeReady(entry)) await this.#advance(entry);
    } catch (error) {
      // The disk refused a split, a move or a removal. Nothing was lost; the same step is tried again.
      this.#wait(entry, diskPauseMs, error instanceof Error ? error.message : String(error), true);
    }
  }

  async #storeReady(entry: QueueEntry): Promise<boolean> {
    const { signal } = this.#abort;
    try {
      await untilAbort(this.#options.store.ready(signal), signal);
      return true;
    } catch (error) {
      this.#wait(entry, diskPauseMs, error instanceof Error ? error.message : String(error), false);
      return false;
    }
  }

  async #advance(entry: QueueEntry): Promise<void> {
    const { store, failpoint } = this.#options;
    const options = { store, failpoint, signal: this.#abort.signal };
    if (entry.phase === "put-away") {
      const outcome = await attemptCount(entry.segment, options);
      if (outcome.type === "unequal") await this.#putAway(entry, outcome.stored);
      else this.#wait(entry, diskPauseMs, outcome.type === "failed" ? outcome.failure.reason : "", false);
      return;
    }
    await this.#follow(entry, await attemptSegment(entry.segment, entry.trial, options));
  }

  async #follow(entry: QueueEntry, outcome: Outcome): Promise<void> {
    if (outcome.type === "stopped") return;
    if (outcome.type === "stored") {
      this.#putAwayInARow = 0;
      return this.#stored(entry, entry.segment.summary.rows);
    }
    if (outcome.type === "unequal") {
      const { stored } = outcome;
      return this.#divide(entry, { code: "rows_unequal", reason: `the store holds ${stored} rows` });
    }
    // A death or refusal while counting says nothing about the segment's bytes.
    const failure = outcome.during === "count" ? { ...outcome.failure, type: "waiting" as const } : outcome.failure;
    const ageMs = this.#options.clock.monotonic() - entry.segment.sinceMs;
    const context = { storedSoFar: this.#queue.settledCount, frames: entry.segment.summary.frames, ageMs };
    const { trial, verdict } = afterFailure(entry.trial, failure, context);
    entry.trial = trial;
    if (verdict.do === "divide") await this.#divide(entry, { code: "frame_refused", reason: failure.reason });
    else this.#wait(entry, verdict.pauseMs, failure.reason, trial.failures === reportAfterFailures);
  }

  #wait(entry: QueueEntry, pauseMs: number, reason: string, tell: boolean): void {
    this.#queue.pause(entry, pauseMs);
    if (!tell || entry.toldReason === reason || this.#abort.signal.aborted) return;
    entry.toldReason = reason;
    this.#options.report(new TaffrailError("segment_waiting", { file: basename(entry.segment.path), reason }));
  }

  async #stored(entry: QueueEntry, rows: number): Promise<void> {
    const { accounts, onStored, onQueue } = this.#options;
    accounts.settle(entry.segment.summary, rows, "sink-refused");
    this.#queue.settled(entry);
    if (rows > 0) onStored(entry.segment, rows);
    onQueue();
    await this.#delete(entry);
  }

  async #delete(entry: QueueEntry): Promise<void> {
    const { failpoint, budget } = this.#options;
    failpoint("journal.delete.before");
    await removeIfThere(entry.segment.path);
    failpoint("journal.delete.after");
    this.#queue.remove(entry);
    budget.released(entry.segment.summary, { drained: true });
  }

  /** Searches the guilty frame in halves; a single frame, or a piece of a segment with many guilty ones, is put away as it is. */
  async #divide(entry: QueueEntry, guilt: Guilt): Promise<void> {
    const { failpoint, fallbackHeader, budget } = this.#options;
    entry.guilt = guilt;
    const whole = entry.segment.summary.frames < 2 || entry.lineage.putAway >= searchedPiecesMax;
    if (whole || !(await isThere(entry.segment.path))) {
      entry.phase = "put-away";
      return;
    }
    const header = fallbackHeader(entry.segment);
    const pieces = await splitSegment(entry.segment, { failpoint, header });
    const before = entry.segment.summary.bytes;
    budget.overhead(pieces[0].summary.bytes + pieces[1].summary.bytes - before);
    this.#queue.replace(
      entry,
      pieces.map((segment) => ({ segment, trial: firstTrial("seq-check", entry.trial.waits) })),
    );
    failpoint("journal.split.after");
  }

  async #putAway(entry: QueueEntry, stored: number): Promise<void> {
    const { budget, putAway, accounts, onStored, onQueue } = this.#options;
    const { segment, guilt } = entry;
    const { rows } = segment.summary;
    if (stored >= rows) {
      if (stored > rows) await putAway.surplus(segment, stored);
      return this.#stored(entry, rows);
    }
    if (this.#putAwayInARow >= putAwayInARowMax) {
      entry.phase = "insert";
      return this.#wait(entry, distrustPauseMs, guilt.reason, true);
    }
    const reason = await putAway.keep(segment, stored, guilt);
    entry.lineage.putAway += 1;
    this.#putAwayInARow += 1;
    accounts.settle(segment.summary, stored, reason);
    this.#queue.settled(entry);
    this.#queue.remove(entry);
    budget.released(segment.summary, { drained: false });
    if (stored > 0) onStored(segment, stored);
    onQueue();
  }
}
