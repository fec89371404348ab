import { AsyncResource } from "node:async_hooks";
import type { Clock, DropReason, Health, Ledger, PluginContext, RecordView, Signal } from "@taffrail/contracts";
import type { LevelSetting } from "../level-cell.ts";
import type { LoggerStats, SinkStats } from "../observe/stats.ts";
import type { ProcessorChain } from "../plugins/processor-chain.ts";
import type { SignalSpools } from "../spool/signal-spools.ts";
import type { RetryPolicy } from "./backoff.ts";
import { type BreakerPolicy, defaultBreaker } from "./breaker.ts";
import { waitForSinks } from "./last-wait.ts";
import type { Overflow } from "./overflow.ts";
import { infoRank } from "./ranks.ts";
import { createReporter, type ProblemHandler, type Reporter } from "./reporter.ts";
import { Routes, type SinkRoute } from "./routes.ts";
import { SinkHost, within } from "./sink-host.ts";
import { Stream } from "./stream.ts";
import type { StreamLane } from "./stream-lane.ts";
import { createLanes } from "./stream-lanes.ts";

export interface PipelineOptions {
  /** At most 30. */
  readonly routes: readonly SinkRoute[];
  /** Memory that waiting records may take, for each sink, in bytes. */
  readonly bufferBytes: number;
  readonly overflow: Overflow;
  /** Share of the buffer that only error, fatal and audit records may use. Default 0.1. */
  readonly reserve?: number;
  readonly retry: RetryPolicy;
  readonly writeTimeoutMs: number;
  /** Default: 5 failures, 30 s. */
  readonly breaker?: BreakerPolicy | false;
  /** Default false. */
  readonly shedding?: boolean;
  /** For routes that are durable; without it they are as all others. */
  readonly spools?: SignalSpools | undefined;
  readonly processors?: ProcessorChain | undefined;
  /** Logs a record of a sink's own. */
  readonly emit?: PluginContext["emit"];
  readonly clock: Clock;
  readonly random: () => number;
  readonly onProblem: ProblemHandler;
}

/** The ledger of a logger family: each record counted once, and beside it each sink's own ledger. */
export interface LogLedger extends Ledger {
  readonly sinks: Readonly<Record<string, Ledger>>;
  /** Ledgers of the lines of traces and metrics, once there were some. */
  readonly signals?: Readonly<Partial<Record<Signal, LogLedger>>>;
}

/** What the pipeline knows about its work. */
export type PipelineStats = Pick<LoggerStats, "sinks" | "spool" | "pressure">;

/** Even a deadline that has passed leaves sinks this long to let go of what they hold, in ms. */
const closeMs = 100;
const defaultReserve = 0.1;
/** Signals whose lines come ready-made. */
const emitted: readonly Signal[] = ["traces", "metrics"];
const statuses: readonly Health["status"][] = ["healthy", "degraded", "unhealthy"];

function namesOf(routes: readonly SinkRoute[]): string[] {
  const seen = new Map<string, number>();
  return routes.map(({ sink, name = sink.manifest.name }) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}#${times}`;
  });
}

function worst(healths: readonly Health[]): Health {
  return healths.reduce<Health>(
    (bad, health) => (statuses.indexOf(health.status) > statuses.indexOf(bad.status) ? health : bad),
    { status: "healthy" },
  );
}

/**
 * Everything behind the call of one logger family: from the encoded line to the sinks. Ranks: trace 0, debug 1, info 2, warn 3, error 4, fatal 5,
 * audit 6. Routes: bit i stands for the sink of route i.
 *
 * @example
 * const routes = pipeline.routesOf(rank, pipeline.needsView ? view : undefined);
 * pipeline.push(line, rank, routes);
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #reporter: Reporter;
  readonly #names: readonly string[];
  readonly #routes: Routes;
  readonly #logs: Stream;
  readonly #streams = new Map<
    Signal,
    { readonly stream: Stream; readonly routes: Routes; readonly lanes: readonly StreamLane[] }
  >();
  readonly #host: SinkHost;
  // Background work must not run inside, and so keep alive, the context of whichever request logged first.
  readonly #scope = new AsyncResource("TaffrailPipeline");
  #ended = false;
  #closing: Promise<void> | undefined;
  #lastFlushed = 0;
  #retryUntil: number | undefined;
  #lastFlushing: Promise<void> = Promise.resolve();

  constructor(options: PipelineOptions) {
    this.#options = options;
    const tell = (message: string): void => this.#scope.runInAsyncScope(options.onProblem, undefined, message);
    const reporter = createReporter(options.clock, tell);
    this.#reporter = reporter;
    this.#names = namesOf(options.routes);
    this.#host = new SinkHost({
      clock: options.clock,
      emit: options.emit ?? (() => {}),
      onFailure: (name, reason) => reporter.failed(name, reason),
      startTimeoutMs: options.writeTimeoutMs,
    });
    const { stream, routes } = this.#open("logs");
    this.#logs = stream;
    this.#routes = routes;
    // What an earlier process left is delivered whether or not this one has more of it.
    for (const signal of options.spools?.open ?? []) this.#open(signal);
  }

  /** True when the routes of a record depend on its fields: then `routesOf` wants to see it. */
  get needsView(): boolean {
    return this.#routes.needsView;
  }

  /** The sinks that want a record. Never throws. */
  routesOf(rank: number, view?: RecordView): number {
    return this.#routes.of(rank, view);
  }

  /** Hands a line to its sinks, or counts it as filtered where there are none. Never throws; waits only under the policy `block`. */
  push(line: string, rank: number, routes: number): void {
    this.#logs.push(line, rank, routes);
  }

  /** Counts records that a filter on the caller's side kept away. */
  filter(records = 1): void {
    this.#logs.filter(records);
  }

  /** Counts a record that the caller's side had to drop. */
  refuse(reason: DropReason = "encode-failed"): void {
    this.#logs.refuse(reason);
  }

  /** Counts a record that is held back: pending, until it is released or no longer held. */
  hold(records = 1): void {
    this.#logs.hold(records);
  }

  /** Pushes a record that was held back. */
  release(line: string, rank: number, routes: number): void {
    this.#logs.release(line, rank, routes);
  }

  /** Counts records that were held back as filtered. */
  unhold(records = 1): void {
    this.#logs.unhold(records);
  }

  /**
   * Hands over a line of traces or metrics; sinks that do not take them filter it. What is no text is counted as invalid in the account of its
   * signal, or of the logs when there is no such signal. Never throws.
   */
  emit(signal: Signal, line: string): void {
    if (!emitted.includes(signal)) {
      this.#logs.refuse("invalid");
      return;
    }
    if (typeof line !== "string") {
      this.#open(signal).stream.refuse("invalid");
      return;
    }
    const { stream, routes } = this.#open(signal);
    stream.push(line, infoRank, routes.of(infoRank, undefined));
  }

  /** Changes the level of one sink for records that come from now on. False when there is no sink of that name. */
  setLevel(name: string, level: LevelSetting): boolean {
    const index = this.#names.indexOf(name);
    if (index >= 0) this.#logs.setLevel(index, level);
    return index >= 0;
  }

  /** Switches adaptive shedding on or off. */
  setShedding(on: boolean): void {
    this.#logs.setShedding(on);
  }

  /** Waits until all that was pushed before is delivered or dropped, at most `timeoutMs`. Keeps the process alive. Never rejects. */
  flush(timeoutMs: number): Promise<LogLedger> {
    return this.#scope.runInAsyncScope(() => this.#flush(timeoutMs));
  }

  /** Flushes within `deadlineMs`, drops and counts the rest, closes the sinks and the spools. The first call decides. Never rejects. */
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
    const accepted = [...this.#streams.values()].reduce((sum, { stream }) => sum + stream.ledger().accepted, 0);
    if (accepted !== this.#lastFlushed) {
      this.#lastFlushing = this.#scope.runInAsyncScope(() => this.#waitForAll(timeoutMs));
    }
    this.#lastFlushed = accepted;
    return this.#lastFlushing;
  }

  /** For a process that is ending: blocks until sinks that can have written everything. After a final one each record is written at once. */
  drainSync(final: boolean): void {
    for (const { stream } of this.#streams.values()) {
      for (const [name, records] of stream.drainSync(final)) this.#reporter.dropped(name, "deadline", records);
    }
    this.#reporter.end();
  }

  ledger(): LogLedger {
    const ledgerOf = (stream: Stream): LogLedger => ({
      ...stream.ledger(),
      sinks: Object.fromEntries(stream.sinkLedgers()),
    });
    const others = [...this.#streams].filter(([signal]) => signal !== "logs");
    const logs = ledgerOf(this.#logs);
    if (others.length === 0) return logs;
    return { ...logs, signals: Object.fromEntries(others.map(([signal, { stream }]) => [signal, ledgerOf(stream)])) };
  }

  /** Figures of the logs' way to each sink, of the spool, and of the pressure on the buffers. */
  stats(): PipelineStats {
    const { spools } = this.#options;
    const ledgers = this.#logs.sinkLedgers();
    const sinks = this.#lanesOf("logs").flatMap((lane) => {
      const ledger = ledgers.get(lane.name);
      return ledger === undefined ? [] : [this.#statsOf(lane, ledger)];
    });
    return { sinks, spool: spools?.stats(), pressure: this.#logs.pressure };
  }

  #statsOf({ name, delivery, memory }: StreamLane, ledger: Ledger): SinkStats {
    const { calls, errors, latency, bytes, retries, fellBack } = delivery.meter;
    const limitBytes = memory?.limitBytes ?? this.#options.spools?.of("logs")?.stats().limitBytes ?? 0;
    const queue = { records: delivery.source.records, bytes: delivery.source.bytes, limitBytes };
    return {
      name,
      ledger,
      health: this.#healthOf(name),
      calls,
      errors,
      latency,
      bytes,
      retries,
      breaker: delivery.breaker,
      queue,
      fellBack,
    };
  }

  /** Health of a sink: the worst of its deliveries, of whichever signal. */
  #healthOf(name: string): Health {
    const lanes = this.#allLanes.filter((lane) => lane.name === name);
    return worst(lanes.map(({ delivery }) => delivery.health()));
  }

  #lanesOf(signal: Signal): readonly StreamLane[] {
    return this.#streams.get(signal)?.lanes ?? [];
  }

  /** The stream of a signal; made when the first line of it comes. */
  #open(signal: Signal): { readonly stream: Stream; readonly routes: Routes; readonly lanes: readonly StreamLane[] } {
    const known = this.#streams.get(signal);
    if (known !== undefined) return known;
    const options = this.#options;
    const routes = new Routes(options.routes, signal);
    const slot: { stream?: Stream } = {};
    const spool = this.#ended ? undefined : this.#scope.runInAsyncScope(() => options.spools?.of(signal));
    const onDrop = (name: string, reason: DropReason, records: number): void =>
      this.#reporter.dropped(name, reason, records);
    const lanes = createLanes({
      ...options,
      signal,
      spool,
      names: this.#names,
      reserve: options.reserve ?? defaultReserve,
      breaker: options.breaker ?? defaultBreaker,
      start: (sink, name) => this.#host.start(sink, name),
      detach: (work) => this.#scope.runInAsyncScope(work),
      gather: () => slot.stream?.seal(),
      onChange: () => slot.stream?.relieve(),
      onDrop,
      onFailure: (name, reason) => this.#reporter.failed(name, reason),
    });
    const { shedding = false, processors } = options;
    // Processors are for records; lines of traces and metrics are another language.
    const isLogs = signal === "logs";
    const stream = new Stream({
      routes,
      lanes,
      shedding: shedding && isLogs,
      spool,
      processors: isLogs ? processors : undefined,
      onDrop,
    });
    slot.stream = stream;
    if (this.#ended) stream.end();
    const made = { stream, routes, lanes };
    this.#streams.set(signal, made);
    spool?.onRecords(() => {
      for (const { delivery, durable } of lanes) if (durable !== undefined) delivery.schedule();
    });
    for (const { delivery } of lanes) delivery.schedule();
    return made;
  }

  get #allLanes(): readonly StreamLane[] {
    return [...this.#streams.values()].flatMap(({ lanes }) => lanes);
  }

  async #flush(timeoutMs: number): Promise<LogLedger> {
    const abort = new AbortController();
    const work = Promise.all(this.#allLanes.map(({ delivery }) => delivery.settled()));
    const sync = this.#options.spools?.sync();
    await within(
      timeoutMs,
      Promise.all([work, sync]).then(() => this.#host.flush(abort.signal)),
    );
    abort.abort();
    return this.ledger();
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#ended = true;
    for (const { stream } of this.#streams.values()) stream.end();
    const end = performance.now() + deadlineMs;
    await this.#flush(deadlineMs);
    const abort = new AbortController();
    for (const { delivery } of this.#allLanes) delivery.end("deadline");
    const work = Promise.all([this.#host.close(abort.signal), this.#options.spools?.close()]);
    await within(Math.max(end - performance.now(), closeMs), work);
    abort.abort();
    this.#reporter.end();
  }

  async #waitForAll(timeoutMs: number): Promise<void> {
    // A program that goes on logging while it ends comes back here each time: only one such time is spent on sinks that fail.
    this.#retryUntil ??= performance.now() + timeoutMs;
    const isDone = await waitForSinks(() => this.#allLanes, { timeoutMs, retryUntil: this.#retryUntil });
    if (isDone) this.#retryUntil = undefined;
  }
}
