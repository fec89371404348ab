import { AsyncResource } from "node:async_hooks";
import { type Clock, createLedger, type Health, type Ledger, type Level, type Sink } from "@taffrail/contracts";
import { type LevelSetting, rankOf } from "../level-cell.ts";
import type { RetryPolicy } from "./backoff.ts";
import { createPendingRecord } from "./record.ts";
import { createReporter, type ProblemHandler } from "./reporter.ts";
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

/** Everything behind the call: from the encoded line to the sinks. */
export interface Pipeline {
  push(line: string, level: Level): void;
  /** Counts a record that could not be encoded. */
  refuse(): void;
  flush(timeoutMs: number): Promise<LogLedger>;
  close(deadlineMs: number): Promise<LogLedger>;
  /** For a process that is about to end by itself: like flush, but does not wait for sinks that cannot be reached. */
  lastFlush(timeoutMs: number): Promise<void>;
  /** For a process that is ending: blocks until sinks that can have written everything. After a final one each record is written at once. */
  drainSync(final: boolean): void;
  ledger(): LogLedger;
  health(): LogHealth;
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

/** Calls an optional member of a sink that must not throw, but might. */
async function tryCall(call: () => Promise<void> | undefined, onFailure: (reason: string) => void): Promise<void> {
  try {
    await call();
  } catch (error) {
    onFailure(String(error));
  }
}

const pollMs = 5;
const severity: readonly Health["status"][] = ["healthy", "degraded", "unhealthy"];

/**
 * Builds the pipeline of one logger family.
 *
 * @example createPipeline({ routes: [{ sink: consoleSink() }], ...settings }).push('{"msg":"hi"}\n', "info");
 */
export function createPipeline(options: PipelineOptions): Pipeline {
  const overall = createLedger();
  const reporter = createReporter(options.clock, options.onProblem);
  // Background work must not run inside, and so keep alive, the context of whichever request logged first.
  const scope = new AsyncResource("TaffrailPipeline");
  const names = namesOf(options.routes);
  let ended = false;
  let exiting = false;
  let lastFlushed = -1;
  let closing: Promise<LogLedger> | undefined;

  const queues = options.routes.map((route, index) => {
    const name = names[index] ?? route.sink.manifest.name;
    return new SinkQueue({
      ...options,
      name,
      sink: route.sink,
      rank: route.level === undefined ? 0 : rankOf[route.level],
      overall,
      detach: (work) => scope.runInAsyncScope(work),
      onDrop: (reason, records) => reporter.dropped(name, reason, records),
      onFailure: (reason) => reporter.failed(name, reason),
    });
  });

  const ledger = (): LogLedger => ({
    ...overall.read(),
    sinks: Object.fromEntries(queues.map((queue) => [queue.name, queue.ledger()])),
  });

  const drain = (): void => {
    for (const queue of queues) {
      const left = queue.drainSync();
      if (left > 0) reporter.dropped(queue.name, "deadline", left);
    }
    reporter.end();
  };

  const settleAll = async (signal: AbortSignal): Promise<void> => {
    await Promise.all(
      queues.map(async (queue) => {
        await queue.settled();
        await tryCall(
          () => queue.sink.flush?.(signal),
          (reason) => reporter.failed(queue.name, reason),
        );
      }),
    );
  };

  const flush = async (timeoutMs: number): Promise<LogLedger> => {
    const abort = new AbortController();
    await within(timeoutMs, settleAll(abort.signal));
    abort.abort();
    return ledger();
  };

  const closeAll = async (deadlineMs: number): Promise<LogLedger> => {
    ended = true;
    await flush(deadlineMs);
    const abort = new AbortController();
    const work = queues.map((queue) => {
      queue.end("deadline");
      return tryCall(
        () => queue.sink.close(abort.signal),
        (reason) => reporter.failed(queue.name, reason),
      );
    });
    // Even a deadline that has passed leaves sinks a moment to let go of what they hold.
    await within(Math.max(deadlineMs, 100), Promise.all(work));
    abort.abort();
    reporter.end();
    return ledger();
  };

  return {
    push(line, level) {
      overall.accept();
      if (ended || queues.length === 0) {
        if (ended) {
          overall.drop("closed");
          reporter.dropped("logger", "closed", 1);
        } else overall.filter();
        return;
      }
      const record = createPendingRecord(line, level, queues.length);
      for (const queue of queues) queue.push(record);
      if (exiting) drain();
    },
    refuse() {
      overall.accept();
      overall.drop("encode-failed");
      reporter.dropped("logger", "encode-failed", 1);
    },
    flush: (timeoutMs) => scope.runInAsyncScope(() => flush(timeoutMs)),
    close(deadlineMs) {
      closing ??= scope.runInAsyncScope(() => closeAll(deadlineMs));
      return closing;
    },
    async lastFlush(timeoutMs) {
      // The process asks again after each attempt; without new records another attempt would keep it alive for ever.
      const { accepted } = overall.read();
      if (accepted === lastFlushed) return;
      lastFlushed = accepted;
      const started = options.clock.monotonic();
      for (const queue of queues) queue.hurry();
      while (queues.some((queue) => !queue.idle && !queue.stalled)) {
        const left = timeoutMs - (options.clock.monotonic() - started);
        if (left <= 0) return;
        await new Promise((resolve) => setTimeout(resolve, Math.min(pollMs, left)));
      }
    },
    drainSync(final) {
      exiting ||= final;
      drain();
    },
    ledger,
    health() {
      const sinks = Object.fromEntries(queues.map((queue) => [queue.name, queue.health()]));
      const worst = Math.max(0, ...Object.values(sinks).map((health) => severity.indexOf(health.status)));
      return { status: severity[worst] ?? "unhealthy", sinks };
    },
  };
}
