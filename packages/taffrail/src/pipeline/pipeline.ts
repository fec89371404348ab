/**
 * The background half of the logger. What the calling half uses (H2's coming form; `rank`: trace 0, debug 1, info 2, warn 3, error 4, fatal 5, audit 6):
 *
 *   const pipeline = new Pipeline({ routes, bufferBytes, overflow, reserve?, retry, writeTimeoutMs, breaker?, shedding?, spool?, processors?, emit?,
 *                                   clock, random, onProblem });
 *   pipeline.needsView                      true when a route has `match` or `when`: only then `routesOf` wants a RecordView
 *   pipeline.routesOf(rank, view?)          bit mask of the sinks that want the record; one array load when no view is needed; 0: nobody does
 *   pipeline.push(line, rank, routes)       hands a line over (also with routes 0: counted as filtered); never waits (but for `block`), never throws
 *   pipeline.filter(records = 1)            a record that a filter on the caller's side kept away: accepted and filtered
 *   pipeline.refuse(reason = "encode-failed")  a record that the caller's side had to drop: accepted and dropped
 *   pipeline.hold() / pipeline.release(line, rank, routes) / pipeline.unhold(records)   for Hold: accepted and pending; then pushed, or filtered
 *   pipeline.emit(signal, line)             a line of traces or metrics: own stream, own ledger (`ledger().signals`)
 *   pipeline.setLevel(sinkName, level)      changes the level of one sink's route at run time; false when there is no such sink
 *   pipeline.flush(ms) / close(ms) / lastFlush(ms) / drainSync(final) / ledger() / health()     as they were
 *   pipeline.stats()                        { sinks: SinkStats[], plugins: PluginStats[] (processors), spool, pressure }
 */
import { AsyncResource } from "node:async_hooks";
import { type Clock, createLedger, type Health, type Ledger, type Level, type Sink } from "@taffrail/contracts";
import { type LevelSetting, rankOf } from "../level-cell.ts";
import type { RetryPolicy } from "./backoff.ts";
import { createPendingRecord } from "./record.ts";
import { createReporter, type ProblemHandler, type Reporter } from "./reporter.ts";
import { type OverflowPolicy, SinkQueue } from "./sink-queue.ts";

/** A sink and what holds for it alone. */
export interface SinkRoute {
  readonly sink: Sink;
  /** Records below this level are filtered for this sink. Default: none are. */
  readonly level?: LevelSetting;
}

export interface PipelineOptions {
  readonly routes: readonly SinkRoute[];
  readonly bufferBytes: number;
  readonly overflow: OverflowPolicy;
  readonly retry: RetryPolicy;
  readonly writeTimeoutMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onProblem: ProblemHandler;
}

/** The ledger of a logger family: each record counted once, and beside it each sink's own ledger. */
export interface LogLedger extends Ledger {
  readonly sinks: Readonly<Record<string, Ledger>>;
}

/** Health of a logger family: the worst of its sinks. */
export interface LogHealth extends Health {
  readonly sinks: Readonly<Record<string, Health>>;
}

function namesOf(routes: readonly SinkRoute[]): string[] {
  const seen = new Map<string, number>();
  return routes.map(({ sink }) => {
    const { name } = sink.manifest;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}#${times}`;
  });
}

/** Resolves with the promise or after the time, whichever is first. The timer keeps the process alive: somebody waits. */
function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    work.then(done, done);
  });
}

const pollMs = 5;
/** Longest time between two attempts while the process waits for its end. */
const lastRetryMs = 500;
/** Even a deadline that has passed leaves sinks this long to let go of what they hold. */
const closeMs = 100;
const statuses: readonly Health["status"][] = ["healthy", "degraded", "unhealthy"];

/** Everything behind the call of one logger family: from the encoded line to the sinks. */
export class Pipeline {
  readonly #overall = createLedger();
  readonly #reporter: Reporter;
  readonly #queues: readonly SinkQueue[];
  // Background work must not run inside, and so keep alive, the context of whichever request logged first.
  readonly #scope = new AsyncResource("TaffrailPipeline");
  #ended = false;
  #exiting = false;
  #closing: Promise<void> | undefined;
  #lastFlushed = 0;
  /** End of the time in which the end of the process waits for failing sinks, as `performance.now()` counts; begins with the first wait. */
  #retryUntil: number | undefined;
  #lastFlushing: Promise<void> = Promise.resolve();

  constructor(options: PipelineOptions) {
    const reporter = createReporter(options.clock, options.onProblem);
    const names = namesOf(options.routes);
    this.#reporter = reporter;
    this.#queues = options.routes.map(({ sink, level }, index) => {
      const name = names[index] ?? sink.manifest.name;
      return new SinkQueue({
        ...options,
        name,
        sink,
        rank: level === undefined ? 0 : rankOf[level],
        overall: this.#overall,
        detach: (work) => this.#scope.runInAsyncScope(work),
        onDrop: (reason, records) => reporter.dropped(name, reason, records),
        onFailure: (reason) => reporter.failed(name, reason),
      });
    });
  }

  /** Hands a line to every sink; never waits. Without any sink it counts as filtered. */
  push(line: string, level: Level): void {
    this.#overall.accept();
    if (this.#ended) {
      this.#overall.drop("closed");
      this.#reporter.dropped("logger", "closed", 1);
      return;
    }
    if (this.#queues.length === 0) this.#overall.filter();
    const record = createPendingRecord(line, level, this.#queues.length);
    for (const queue of this.#queues) queue.push(record);
    if (this.#exiting) this.#drain();
  }

  /** Counts a record that could not be encoded. */
  refuse(): void {
    this.#overall.accept();
    this.#overall.drop("encode-failed");
    this.#reporter.dropped("logger", "encode-failed", 1);
  }

  /** Waits until all that was pushed before is delivered or dropped, at most `timeoutMs`. Never rejects. */
  flush(timeoutMs: number): Promise<LogLedger> {
    return this.#scope.runInAsyncScope(() => this.#flush(timeoutMs));
  }

  /** Flushes within `deadlineMs`, drops and counts the rest, closes the sinks. The first call decides. Never rejects. */
  async close(deadlineMs: number): Promise<LogLedger> {
    this.#closing ??= this.#scope.runInAsyncScope(() => this.#close(deadlineMs));
    await this.#closing;
    return this.ledger();
  }

  /**
   * For a process that is about to end by itself: like flush, and sinks that fail are tried again, all rounds together for `timeoutMs`. After that,
   * records that are new still get one attempt.
   */
  lastFlush(timeoutMs: number): Promise<void> {
    // The process asks again after each attempt; without new records another attempt would keep it alive for ever.
    const { accepted } = this.#overall.read();
    if (accepted !== this.#lastFlushed) {
      this.#lastFlushing = this.#scope.runInAsyncScope(() => this.#attemptAll(timeoutMs));
    }
    this.#lastFlushed = accepted;
    return this.#lastFlushing;
  }

  /** For a process that is ending: blocks until sinks that can have written everything. After a final one each record is written at once. */
  drainSync(final: boolean): void {
    this.#exiting ||= final;
    this.#drain();
  }

  ledger(): LogLedger {
    const sinks = Object.fromEntries(this.#queues.map((queue) => [queue.name, queue.ledger()]));
    return { ...this.#overall.read(), sinks };
  }

  health(): LogHealth {
    const sinks = Object.fromEntries(this.#queues.map((queue) => [queue.name, queue.health()]));
    const worst = Math.max(0, ...Object.values(sinks).map((health) => statuses.indexOf(health.status)));
    return { status: statuses[worst] ?? "unhealthy", sinks };
  }

  async #flush(timeoutMs: number): Promise<LogLedger> {
    const abort = new AbortController();
    await within(timeoutMs, Promise.all(this.#queues.map((queue) => this.#settle(queue, abort.signal))));
    abort.abort();
    return this.ledger();
  }

  async #settle(queue: SinkQueue, signal: AbortSignal): Promise<void> {
    await queue.settled();
    if (!signal.aborted) await this.#call(queue, () => queue.sink.flush?.(signal));
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#ended = true;
    await this.#flush(deadlineMs);
    const abort = new AbortController();
    const work = this.#queues.map((queue) => {
      queue.end("deadline");
      return this.#call(queue, () => queue.sink.close(abort.signal));
    });
    await within(Math.max(deadlineMs, closeMs), Promise.all(work));
    abort.abort();
    this.#reporter.end();
  }

  /** Calls an optional member of a sink that must not throw, but might. */
  async #call(queue: SinkQueue, call: () => Promise<void> | undefined): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.#reporter.failed(queue.name, String(error));
    }
  }

  async #attemptAll(timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs;
    // A program that goes on logging while it ends comes back here each time: only one such time is spent on sinks that fail.
    this.#retryUntil ??= end;
    const retryUntil = this.#retryUntil;
    const isWaiting = (queue: SinkQueue): boolean => !queue.idle && (!queue.stalled || performance.now() < retryUntil);
    const hurryAll = (): number => {
      for (const queue of this.#queues) queue.hurry();
      return performance.now() + lastRetryMs;
    };
    let hurryAt = hurryAll();
    while (this.#queues.some(isWaiting) && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      // After a long outage the next attempt may be later than the end of the process: it is made sooner.
      if (performance.now() >= hurryAt) hurryAt = hurryAll();
    }
    if (this.#queues.every((queue) => queue.idle)) this.#retryUntil = undefined;
  }

  #drain(): void {
    for (const queue of this.#queues) {
      const left = queue.drainSync();
      if (left > 0) this.#reporter.dropped(queue.name, "deadline", left);
    }
    this.#reporter.end();
  }
}
