import {
  type Batch,
  createBatch,
  type DropReason,
  type Health,
  type Sink,
  type WriteResult,
} from "@taffrail/contracts";
import { type Attempt, attempt, WriteAbort } from "./attempt.ts";
import { retryDelay } from "./backoff.ts";
import type { BatchBounds } from "./batch-source.ts";
import { batchingOf } from "./batching.ts";
import { type Breaker, createBreaker } from "./breaker.ts";
import { readLastWords, refusedOf } from "./counts.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import type { LaneSource, Mark } from "./lane-source.ts";
import { MemoryBatch } from "./memory-batch.ts";
import { plainWords } from "./plain-words.ts";
import { ownHealth } from "./sink-health.ts";
import { SinkMeter } from "./sink-meter.ts";

/** Turns in which what waits is looked for in vain, after which it is looked for seldom; and how seldom, in ms. */
const vainTurns = 10;
const seldomMs = 1000;
/** How long after the abort of its write a sink may take to let go, in ms. */
const graceMs = 1000;

interface Waiter {
  readonly mark: Mark;
  readonly resolve: () => void;
}

/**
 * Brings the batches of a source to one sink: one at a time, each until it is decided, with retry, breaker and fallback. Between the calls of
 * others (`end`, `drainSync`) a batch may be decided under its hands: it is then no longer the one in flight. Nothing here throws.
 */
export class Delivery {
  readonly sink: Sink;
  readonly source: LaneSource;
  readonly meter = new SinkMeter();
  readonly bounds: BatchBounds;
  readonly lingerMs: number;
  readonly #options: DeliveryOptions;
  readonly #breaker: Breaker;
  #inFlight: Batch | undefined;
  /** True while a write of the batch in flight has not ended; false between two attempts. */
  #isWriting = false;
  #isRunning = false;
  #isForced = false;
  #isDraining = false;
  /** Times in a row that records waited and none could be read. */
  #vain = 0;
  #ended = false;
  #lastStart = Number.NEGATIVE_INFINITY;
  #scheduled: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #wake: (() => void) | undefined;
  readonly #abort = new WriteAbort();
  readonly #fallbackAbort = new WriteAbort();
  #failure: string | undefined;
  /** Writes that were left behind and have not ended yet. */
  #abandoned = 0;
  #waiters: Waiter[] = [];

  constructor(options: DeliveryOptions) {
    const { sink, source, breaker, clock } = options;
    const { lingerMs, bounds } = batchingOf(sink);
    this.#options = options;
    this.sink = sink;
    this.source = source;
    this.lingerMs = lingerMs;
    this.bounds = bounds;
    this.#breaker = createBreaker(breaker, () => clock.monotonic());
  }

  /** True when nothing waits and nothing is being written. */
  get idle(): boolean {
    return this.#inFlight === undefined && this.source.records === 0;
  }

  /** True while it has a batch: more records would only wait. */
  get isBusy(): boolean {
    return this.#inFlight !== undefined;
  }

  /** True while the sink cannot take a batch and the next attempt is some time away. */
  get stalled(): boolean {
    return this.#wake !== undefined;
  }

  get breaker(): Breaker["state"] {
    return this.#breaker.state;
  }

  /**
   * Records have come. After a quiet time the first one goes in the next turn of the loop (so a live tail shows it at once), with the rest of its
   * turn; then, for sinks that like large batches, batches are at least the linger apart.
   */
  schedule(): void {
    if (this.#isRunning || this.#ended) return;
    if (this.#vain > vainTurns) this.#unschedule();
    if (this.lingerMs > 0 && this.source.isFull(this.bounds)) this.startIfDue();
    else if (this.#scheduled === undefined) this.#options.detach(() => this.#startTimer(this.#lingerLeft()));
  }

  /** Starts without waiting for the next turn of the loop, unless a linger has to pass first. */
  startIfDue(): void {
    if (this.#isRunning || this.#ended) return;
    const isDue = this.#lastStart + this.lingerMs <= performance.now() || this.source.isFull(this.bounds);
    if (!isDue) return;
    this.#unschedule();
    this.#options.detach(() => void this.#run());
  }

  /** Starts the next attempt now, whatever the linger, the retry delay or the breaker say. */
  hurry(): void {
    this.#isForced = true;
    this.#wake?.();
    if (this.#isRunning || this.#ended) return;
    this.#unschedule();
    this.#options.detach(() => void this.#run());
  }

  /** Resolves when everything that waited at the call has left, delivered or dropped. */
  settled(): Promise<void> {
    const mark = this.source.mark();
    if (this.source.reached(mark) || this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push({ mark, resolve });
      this.hurry();
    });
  }

  /** Something has left the source. */
  changed(): void {
    if (this.#waiters.length === 0) return;
    const isReady = ({ mark }: Waiter): boolean => this.#ended || this.source.reached(mark);
    const ready = this.#waiters.filter(isReady);
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
    for (const waiter of ready) waiter.resolve();
  }

  /** Gives up everything that has not left yet, and takes nothing more. */
  end(reason: DropReason): void {
    this.#ended = true;
    this.#unschedule();
    this.#inFlight = undefined;
    this.source.giveUp(reason);
    this.#abort.abort();
    this.#fallbackAbort.abort();
    this.#wake?.();
    this.changed();
  }

  /** Writes by blocking until `isEnough`, or as much as the sink can. Without a synchronous write of the sink it does nothing. */
  drainSync(isEnough: () => boolean): void {
    const { sink, source } = this;
    if (sink.writeSync === undefined || this.#isDraining || !this.#options.start.isReady) return;
    this.#isDraining = true;
    try {
      while (!isEnough()) {
        const batch = this.#inFlight ?? source.next(this.bounds);
        if (batch === undefined && source.isSearching === true) continue;
        if (batch === undefined) break;
        const isNew = this.#inFlight === undefined;
        this.#inFlight = batch;
        if (!this.#writeSync(batch, isNew)) break;
      }
    } catch (error) {
      this.#options.onFailure(plainWords(error));
    }
    this.#isDraining = false;
    if (!this.idle) this.schedule();
  }

  /** Health as the sink says it, and worse while its batches fail. */
  health(): Health {
    const unready = this.#options.start.failure;
    if (unready !== undefined) return { status: "unhealthy", detail: unready };
    if (this.#abandoned > 0) return { status: "unhealthy", detail: "a write does not end" };
    const own = ownHealth(this.sink);
    if (this.#failure === undefined || own.status === "unhealthy") return own;
    const isAway = this.#breaker.state === "open" && this.#options.fallback === undefined;
    return { status: isAway ? "unhealthy" : "degraded", detail: this.#failure };
  }

  #writeSync(batch: Batch, isNew: boolean): boolean {
    const isUnfinished = !isNew && this.#isWriting;
    if (isUnfinished) this.source.taint();
    const empty = createBatch([], { signal: batch.signal });
    const answer: unknown = this.sink.writeSync?.(isUnfinished ? empty : batch, isUnfinished ? batch : undefined);
    const { done, refused, reason } = readLastWords(answer, batch.size);
    if (done < batch.size || this.#inFlight !== batch) return false;
    this.#failure = refused > 0 ? reason : undefined;
    if (refused > 0) this.#options.onFailure(reason);
    this.#settle(batch, refused, refused > 0 ? "sink-refused" : undefined);
    return true;
  }

  #lingerLeft(): number {
    return this.lingerMs === 0 ? 0 : this.#lastStart + this.lingerMs - performance.now();
  }

  #startTimer(waitMs: number): void {
    const start = (): void => {
      this.#scheduled = undefined;
      if (!this.#isRunning && !this.#ended) void this.#run();
    };
    // A linger does not keep the process alive; the end of the process cuts it short.
    this.#scheduled = waitMs > 0 ? setTimeout(start, waitMs).unref() : setImmediate(start);
  }

  #unschedule(): void {
    clearTimeout(this.#scheduled as NodeJS.Timeout | undefined);
    clearImmediate(this.#scheduled as NodeJS.Immediate | undefined);
    this.#scheduled = undefined;
  }

  /** Never rejects: whatever fails that should not, the batch is tried again later. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      await this.#deliverAll();
    } catch (error) {
      this.#isRunning = false;
      this.#isWriting = false;
      this.#failure = plainWords(error);
      this.#options.onFailure(this.#failure);
      this.#unschedule();
      if (!this.#ended) this.#options.detach(() => this.#startTimer(seldomMs));
    }
  }

  async #deliverAll(): Promise<void> {
    do {
      if (this.lingerMs > 0) this.#lastStart = performance.now();
      const batch = this.#inFlight ?? this.source.next(this.bounds);
      if (batch === undefined) return this.#lookAgain();
      this.#vain = 0;
      this.#inFlight = batch;
      await this.#deliver(batch);
    } while (!this.#ended && this.#goesOn());
    this.#isRunning = false;
    this.#isForced = false;
    if (this.#ended) return;
    this.source.mark();
    if (!this.idle) this.schedule();
  }

  /** There was nothing to read. What waits all the same is looked for in the next turn; seldom, when that was in vain before. */
  #lookAgain(): void {
    this.#isRunning = false;
    const isSearching = this.source.isSearching === true;
    this.#isForced &&= isSearching;
    this.source.mark();
    if (this.#ended || this.idle) return;
    this.#vain = isSearching ? 0 : this.#vain + 1;
    this.#options.detach(() => this.#startTimer(this.#vain > vainTurns ? seldomMs : 0));
  }

  /** A sink that likes large batches is not given a small one right after another, unless somebody waits for it. */
  #goesOn(): boolean {
    return this.lingerMs === 0 || this.#waiters.length > 0 || this.source.isFull(this.bounds);
  }

  async #deliver(batch: Batch): Promise<void> {
    const { clock } = this.#options;
    const started = clock.monotonic();
    let attempts = 0;
    while (this.#inFlight === batch) {
      if (!this.#isForced && this.#breaker.waitMs() > 0) {
        await this.#whileOpen(batch, clock.monotonic() - started);
        continue;
      }
      attempts += 1;
      const result = await this.#attempt(batch);
      if (this.#inFlight !== batch) return;
      if (result.outcome !== "retry") return this.#decide(batch, result);
      await this.#afterFailure(batch, { attempts, afterMs: result.afterMs, spentMs: clock.monotonic() - started });
    }
  }

  /** The breaker is open: the batch goes elsewhere, waits, or has waited long enough. */
  async #whileOpen(batch: Batch, spentMs: number): Promise<void> {
    const { retry, fallback } = this.#options;
    const leftMs = retry.retryForMs - spentMs;
    if (fallback !== undefined) return this.#fallBack(batch, fallback);
    if (leftMs <= 0) return this.#settle(batch, batch.size, "retries-exhausted");
    await this.#pause(Math.min(this.#breaker.waitMs(), leftMs));
  }

  /** A failed attempt: the batch is given up, goes elsewhere, or waits for the next attempt. */
  async #afterFailure(
    batch: Batch,
    {
      attempts,
      afterMs,
      spentMs,
    }: { readonly attempts: number; readonly afterMs: number | undefined; readonly spentMs: number },
  ): Promise<void> {
    const { retry, random, fallback } = this.#options;
    const leftMs = retry.retryForMs - spentMs;
    if (fallback !== undefined && (leftMs <= 0 || this.#breaker.state === "open"))
      return this.#fallBack(batch, fallback);
    if (leftMs <= 0) return this.#settle(batch, batch.size, "retries-exhausted");
    this.meter.retries += 1;
    const delay = retryDelay(retry, attempts, afterMs, random);
    await this.#pause(Math.max(delay, Math.min(this.#breaker.waitMs(), leftMs)));
  }

  async #attempt(batch: Batch): Promise<WriteResult> {
    const abort = this.#abort;
    this.#isForced = false;
    this.#breaker.begin();
    const { start } = this.#options;
    const unready = start.isReady ? undefined : await start.ensure();
    if (unready !== undefined || this.#inFlight !== batch) return this.#cannotStart(unready);
    this.#isWriting = true;
    const began = performance.now();
    const { writeTimeoutMs } = this.#options;
    const made = await attempt(this.sink, batch, { timeoutMs: writeTimeoutMs, graceMs, abort });
    this.#isWriting = false;
    this.meter.wrote(performance.now() - began, made.failure);
    this.#judge(made, batch, abort);
    return made.result;
  }

  /** A sink that has not started fails as one that is away does. It has told why itself. */
  #cannotStart(reason: string | undefined): WriteResult {
    if (reason !== undefined) this.#breaker.failed();
    this.#failure = reason;
    return { outcome: "retry", reason: reason ?? "the batch was decided meanwhile" };
  }

  #judge({ result, abandoned }: Attempt, batch: Batch, abort: WriteAbort): void {
    if (abort.signal.aborted && this.#inFlight === batch) this.source.taint();
    if (abandoned !== undefined) {
      this.#abandoned += 1;
      void abandoned.then(() => {
        this.#abandoned -= 1;
      });
    }
    if (result.outcome === "retry") this.#breaker.failed();
    else this.#breaker.succeeded();
    this.#failure = result.outcome === "ok" ? undefined : result.reason;
    if (result.outcome !== "ok") this.#options.onFailure(result.reason);
  }

  #decide(batch: Batch, result: Exclude<WriteResult, { readonly outcome: "retry" }>): void {
    if (result.outcome === "drop") {
      this.#settle(batch, batch.size, "sink-refused");
      return;
    }
    this.meter.bytes += batch instanceof MemoryBatch ? batch.byteLength : batch.characters;
    const refused = refusedOf(result, batch);
    this.#settle(batch, refused, refused > 0 ? "sink-refused" : undefined);
  }

  /** One attempt at the fallback sink: there is no further place. */
  async #fallBack(batch: Batch, fallback: Sink): Promise<void> {
    const abort = this.#fallbackAbort;
    const unready = await this.#options.fallbackStart?.ensure();
    if (this.#inFlight !== batch) return;
    if (unready !== undefined) return this.#settle(batch, batch.size, "retries-exhausted");
    const { result } = await attempt(fallback, batch, { timeoutMs: this.#options.writeTimeoutMs, graceMs, abort });
    if (this.#inFlight !== batch) return;
    if (abort.signal.aborted) this.source.taint();
    if (result.outcome !== "ok") this.#options.onFailure(`fallback ${fallback.manifest.name}: ${result.reason}`);
    if (result.outcome === "retry") {
      this.#settle(batch, batch.size, "retries-exhausted");
      return;
    }
    const refused = refusedOf(result, batch);
    this.meter.fellBack += result.outcome === "drop" ? 0 : batch.size - refused;
    this.#settle(
      batch,
      result.outcome === "drop" ? batch.size : refused,
      result.outcome === "ok" ? undefined : "sink-refused",
    );
  }

  #settle(batch: Batch, dropped: number, reason: DropReason | undefined): void {
    this.#inFlight = undefined;
    this.source.settle(batch, { dropped, reason });
    this.changed();
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
}
