import { type Clock, createLedger, type Health, type Ledger, type LedgerBook, type Sink } from "@taffrail/contracts";
import { rankOf } from "../level-cell.ts";
import { type RetryPolicy, retryDelay } from "./backoff.ts";
import { count, type Fate, type PendingRecord, settle } from "./record.ts";
import { type BatchBounds, costOf, RecordBuffer } from "./record-buffer.ts";

/** What happens to a record when the buffer is full: the new one is dropped, or the oldest ones make room. */
export type OverflowPolicy = "drop-new" | "drop-old";

export interface SinkQueueOptions {
  readonly name: string;
  readonly sink: Sink;
  /** Rank below which records are filtered out for this sink. */
  readonly rank: number;
  /** Bound of everything that waits or is being written, in bytes of memory. */
  readonly bufferBytes: number;
  readonly overflow: OverflowPolicy;
  readonly retry: RetryPolicy;
  readonly writeTimeoutMs: number;
  readonly overall: LedgerBook;
  readonly clock: Clock;
  readonly random: () => number;
  /** Runs background work outside of the caller's asynchronous context. */
  readonly detach: (work: () => void) => void;
  /** Told about each drop and about each failed attempt, for the one who reports. */
  readonly onDrop: (reason: Fate, records: number) => void;
  readonly onFailure: (reason: string) => void;
}

/** Share of the buffer that only error and fatal records may use. */
const reservedShare = 0.1;
/** A batch is large enough to make its fixed cost small, and small enough that a retry repeats little. */
const defaultBatch: BatchBounds = { maxRecords: 5000, maxCharacters: 256 * 1024 };

const oneRecord: BatchBounds = { maxRecords: 1, maxCharacters: 1 };

interface Waiter {
  readonly target: number;
  readonly resolve: () => void;
}

/** The way of records to one sink: bounded buffer, batches one at a time, retry, and an exact ledger. Nothing here throws at a caller. */
export class SinkQueue {
  readonly name: string;
  readonly sink: Sink;
  readonly #options: SinkQueueOptions;
  readonly #book = createLedger();
  readonly #buffer = new RecordBuffer<PendingRecord>();
  readonly #bounds: BatchBounds;
  readonly #lingerMs: number;
  #inFlight: PendingRecord[] = [];
  #inFlightBytes = 0;
  #entered = 0;
  #left = 0;
  #waiters: Waiter[] = [];
  #running = false;
  #lastStart = Number.NEGATIVE_INFINITY;
  #scheduled: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #wake: (() => void) | undefined;
  #abort: AbortController | undefined;
  #failure: string | undefined;
  #ended = false;

  constructor(options: SinkQueueOptions) {
    this.#options = options;
    this.name = options.name;
    this.sink = options.sink;
    const wishes = options.sink.batching ?? {};
    this.#lingerMs = wishes.lingerMs ?? 0;
    this.#bounds = {
      maxRecords: wishes.maxRecords ?? defaultBatch.maxRecords,
      maxCharacters: wishes.maxCharacters ?? defaultBatch.maxCharacters,
    };
  }

  /** Takes a record in, filters it or drops it; never waits. */
  push(record: PendingRecord): void {
    this.#book.accept();
    const { rank, overall } = this.#options;
    if (rankOf[record.level] < rank) {
      this.#book.filter();
      settle(record, "filtered", overall);
      return;
    }
    if (this.#ended) {
      this.#drop([record], "closed");
      return;
    }
    const cost = costOf(record);
    if (!this.#hasRoom(cost, record) && !this.#makeRoom(cost, record)) {
      this.#drop([record], cost > this.#options.bufferBytes ? "too-large" : "buffer-full");
      return;
    }
    this.#entered += 1;
    this.#buffer.push(record);
    this.#schedule();
  }

  /** True when nothing waits and nothing is being written. */
  get idle(): boolean {
    return this.#buffer.length === 0 && this.#inFlight.length === 0;
  }

  /** True while the sink cannot take a batch and the next attempt is some time away. */
  get stalled(): boolean {
    return this.#wake !== undefined;
  }

  /** Resolves when everything that was taken in before the call has left, delivered or dropped. Cuts a linger or a retry delay short. */
  settled(): Promise<void> {
    if (this.idle) return Promise.resolve();
    const target = this.#entered;
    return new Promise((resolve) => {
      this.#waiters.push({ target, resolve });
      this.hurry();
    });
  }

  /** Starts the next attempt now. */
  hurry(): void {
    this.#wake?.();
    if (this.#running || this.#buffer.length === 0) return;
    this.#unschedule();
    this.#options.detach(() => void this.#run());
  }

  /** Gives up everything that has not left yet, and takes nothing more. */
  end(reason: "deadline" | "closed"): void {
    this.#ended = true;
    this.#unschedule();
    const rest = [...this.#inFlight, ...this.#buffer.take({ maxRecords: Infinity, maxCharacters: Infinity })];
    this.#inFlight = [];
    this.#inFlightBytes = 0;
    this.#abort?.abort();
    this.#wake?.();
    this.#leave(rest.length, () => this.#drop(rest, reason));
  }

  /** Writes what waits, by blocking, while the process exits. Returns how many records stay behind. */
  drainSync(): number {
    const { sink } = this;
    if (sink.writeSync === undefined) return this.#inFlight.length + this.#buffer.length;
    // A batch that is being written is finished by the sink itself; one that waits for its next attempt is given to it again.
    const unfinished = this.stalled ? [] : this.#inFlight;
    let batch = this.stalled ? this.#inFlight : [];
    this.#inFlight = batch;
    try {
      for (;;) {
        const done = sink.writeSync(batch);
        const out = [...unfinished.splice(0), ...batch.slice(0, done)];
        this.#leave(out.length, () => this.#settleAll(out, "delivered"));
        if (done < batch.length || this.#buffer.length === 0) break;
        batch = this.#buffer.take(this.#bounds);
        this.#inFlight = batch;
      }
    } catch (error) {
      this.#options.onFailure(String(error));
    }
    this.#inFlight = [];
    this.#inFlightBytes = 0;
    return this.#entered - this.#left;
  }

  ledger(): Ledger {
    return this.#book.read();
  }

  /** Health as the sink says it, and worse while its batches fail. */
  health(): Health {
    try {
      const own = this.sink.health?.() ?? { status: "healthy" };
      if (this.#failure === undefined || own.status === "unhealthy") return own;
      return { status: "degraded", detail: this.#failure };
    } catch (error) {
      return { status: "unhealthy", detail: String(error) };
    }
  }

  #hasRoom(cost: number, record: PendingRecord): boolean {
    const { bufferBytes } = this.#options;
    const bound = rankOf[record.level] >= rankOf.error ? bufferBytes : bufferBytes * (1 - reservedShare);
    return this.#buffer.bytes + this.#inFlightBytes + cost <= bound;
  }

  #makeRoom(cost: number, record: PendingRecord): boolean {
    if (this.#options.overflow !== "drop-old") return false;
    while (!this.#hasRoom(cost, record)) {
      const oldest = this.#buffer.take(oneRecord);
      if (oldest.length === 0) return false;
      this.#left += 1;
      this.#drop(oldest, "buffer-full");
    }
    return true;
  }

  #schedule(): void {
    if (this.#running) return;
    if (this.#lingerMs > 0 && this.#full) this.hurry();
    else if (this.#scheduled === undefined) this.#options.detach(() => this.#startTimer());
  }

  get #full(): boolean {
    return this.#buffer.length >= this.#bounds.maxRecords || this.#buffer.characters >= this.#bounds.maxCharacters;
  }

  /**
   * After a quiet time the first record goes at once (so a live tail shows it at once), with the rest of its turn; then batches are at least the
   * linger apart. A linger does not keep the process alive; the end of the process cuts it short.
   */
  #startTimer(): void {
    const start = (): void => this.hurry();
    const wait = this.#lastStart + this.#lingerMs - performance.now();
    this.#scheduled = wait > 0 ? setTimeout(start, wait).unref() : setImmediate(start);
  }

  #unschedule(): void {
    clearTimeout(this.#scheduled as NodeJS.Timeout | undefined);
    clearImmediate(this.#scheduled as NodeJS.Immediate | undefined);
    this.#scheduled = undefined;
  }

  async #run(): Promise<void> {
    this.#running = true;
    this.#lastStart = performance.now();
    do {
      this.#inFlight = this.#buffer.take(this.#bounds);
      this.#inFlightBytes = this.#inFlight.reduce((sum, record) => sum + costOf(record), 0);
      await this.#deliver(this.#inFlight);
    } while (!this.#ended && this.#buffer.length > 0 && (this.#lingerMs === 0 || this.#waiters.length > 0));
    this.#running = false;
    if (!this.#ended && this.#buffer.length > 0) this.#schedule();
  }

  /** Tries one batch until it is decided. Someone else may have decided it meanwhile (`end`, `drainSync`): then it is no longer in flight. */
  async #deliver(batch: PendingRecord[]): Promise<void> {
    const { clock, retry, random, onFailure } = this.#options;
    const started = clock.monotonic();
    for (let attempt = 1; this.#inFlight === batch; attempt++) {
      const result = await this.#attempt(batch);
      if (this.#inFlight !== batch) return;
      if (result.outcome === "retry") {
        this.#failure = result.reason;
        onFailure(result.reason);
        if (clock.monotonic() - started < retry.retryForMs) {
          await this.#pause(retryDelay(retry, attempt, result.afterMs, random));
          continue;
        }
      } else {
        this.#failure = result.outcome === "ok" ? undefined : result.reason;
      }
      this.#inFlight = [];
      this.#inFlightBytes = 0;
      this.#leave(batch.length, () => this.#decide(batch, result));
    }
  }

  #decide(batch: PendingRecord[], result: Awaited<ReturnType<Sink["write"]>>): void {
    if (result.outcome === "ok") this.#settleAll(batch, "delivered");
    else if (result.outcome === "retry") this.#drop(batch, "retries-exhausted");
    else if (result.outcome === "drop") this.#drop(batch, "sink-refused");
    else {
      // Which ones were refused is not told; the counts are what matters.
      const refused = Math.min(Math.max(result.refused, 0), batch.length);
      this.#settleAll(batch.slice(refused), "delivered");
      this.#drop(batch.slice(0, refused), "sink-refused");
    }
    if (result.outcome !== "ok") this.#options.onFailure(result.reason);
  }

  async #attempt(batch: readonly PendingRecord[]): ReturnType<Sink["write"]> {
    const abort = new AbortController();
    this.#abort = abort;
    const timer = setTimeout(() => abort.abort(), this.#options.writeTimeoutMs).unref();
    try {
      return await this.sink.write(batch, abort.signal);
    } catch (error) {
      return { outcome: "retry", reason: String(error) };
    } finally {
      clearTimeout(timer);
      this.#abort = undefined;
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, delayMs).unref();
      this.#wake = done;
    });
  }

  #drop(records: readonly PendingRecord[], reason: Exclude<Fate, "delivered" | "filtered">): void {
    if (records.length === 0) return;
    this.#settleAll(records, reason);
    this.#options.onDrop(reason, records.length);
  }

  #settleAll(records: readonly PendingRecord[], fate: Fate): void {
    count(this.#book, fate, records.length);
    for (const record of records) settle(record, fate, this.#options.overall);
  }

  /** Counts records as gone, then wakes those who waited for them. */
  #leave(records: number, account: () => void): void {
    account();
    this.#left += records;
    const ready = this.#waiters.filter((waiter) => waiter.target <= this.#left);
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.target > this.#left);
    for (const waiter of ready) waiter.resolve();
  }
}
