import { context, type Meter, metrics, type Tracer, trace } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  NodeTracerProvider,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";
import { createLedger, type Ledger } from "@taffrail/contracts";
import { consoleSink, createLogger, type Logger, otlpSink, type Sink } from "taffrail";
import { registerContext, registerProviders, reportDiagnostics } from "./globals.ts";
import { createPackageLoader, type Instrumentation, loadInstrumentations } from "./instrumentation.ts";
import { createMetricLines, type MetricLines } from "./metric-lines.ts";
import { createResource } from "./resource.ts";
import { observeRuntime } from "./runtime-metrics.ts";
import { createSpanLines, type SpanLines } from "./span-lines.ts";
import type { TelemetryLog } from "./telemetry-log.ts";
import { checkTelemetryOptions, type TelemetryOptions } from "./telemetry-options.ts";

/** The account of what OpenTelemetry made. What was delivered is in the logger's ledger, by signal. */
export interface TelemetryLedger {
  /** In spans. */
  readonly spans: Ledger;
  /** In metrics: one for each instrument in each collection. */
  readonly metrics: Ledger;
}

/** Telemetry that runs. */
export interface Telemetry<L extends TelemetryLog = TelemetryLog> {
  readonly log: L;
  /** For spans of your own; the same as `trace.getTracer(service)`. */
  readonly tracer: Tracer;
  /** For counters and histograms of your own; the same as `metrics.getMeter(service)`. */
  readonly meter: Meter;
  ledger(): TelemetryLedger;
  /** Collects metrics now, and flushes the logger. Never rejects. */
  flush(options?: { readonly timeoutMs?: number }): Promise<TelemetryLedger>;
  /**
   * Collects metrics a last time, gives up spans that still run (counted as `closed`), flushes the logger (closes the one that was made) within
   * `deadlineMs` (default 5000) and takes OpenTelemetry out of the process. Never rejects.
   */
  shutdown(options?: { readonly deadlineMs?: number }): Promise<TelemetryLedger>;
}

const defaultDeadlineMs = 5000;
const defaultIntervalMs = 60_000;
/** The longest text of a span's attribute, in characters; OpenTelemetry's default has no end. */
const attributeLengthMax = 16_384;
const emptyLedger = createLedger().read();

/** Where telemetry goes when nobody says: as OpenTelemetry's variables name it, or to a receiver on this machine. */
function sinkOf({ loggerOptions = {}, server, otlp }: TelemetryOptions): Sink | undefined {
  if (typeof otlp === "string") return otlpSink({ url: otlp });
  if (otlp !== undefined) return otlpSink(otlp);
  const isNamed = server !== undefined || loggerOptions.server !== undefined || Boolean(process.env.TAFFRAIL_URL);
  return isNamed || loggerOptions.sinks !== undefined ? undefined : otlpSink();
}

function createOwnLogger(options: TelemetryOptions): Logger {
  const { loggerOptions = {}, service, server } = options;
  const sink = sinkOf(options);
  return createLogger({
    ...loggerOptions,
    ...(service === undefined ? {} : { service }),
    ...(server === undefined ? {} : { server }),
    ...(sink === undefined ? {} : { sinks: [...(loggerOptions.sinks ?? [consoleSink()]), sink] }),
  });
}

function samplerOf(traces: TelemetryOptions["traces"]): { readonly sampler?: Sampler } {
  const sampler = typeof traces === "object" ? traces.sampler : undefined;
  if (sampler === undefined) return {};
  if (typeof sampler !== "number") return { sampler };
  return { sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampler) }) };
}

/** The parts of telemetry, and how each is ended. */
interface Parts {
  readonly spans: SpanLines | undefined;
  readonly metrics: MetricLines | undefined;
  readonly tracers: NodeTracerProvider | undefined;
  readonly meters: MeterProvider | undefined;
}

function createParts(log: TelemetryLog, options: TelemetryOptions): Parts {
  const resource = createResource(options.service, options.resource ?? {});
  const spans = options.traces === false ? undefined : createSpanLines(log);
  const exporter = options.metrics === false ? undefined : createMetricLines(log);
  const { intervalMs = defaultIntervalMs } = typeof options.metrics === "object" ? options.metrics : {};
  const times = { exportIntervalMillis: intervalMs, exportTimeoutMillis: Math.min(intervalMs, 30_000) };
  return {
    spans,
    metrics: exporter,
    tracers:
      spans &&
      new NodeTracerProvider({
        resource,
        spanProcessors: [spans],
        spanLimits: { attributeValueLengthLimit: attributeLengthMax },
        ...samplerOf(options.traces),
      }),
    meters:
      exporter && new MeterProvider({ resource, readers: [new PeriodicExportingMetricReader({ exporter, ...times })] }),
  };
}

function enable(instrumentations: readonly Instrumentation[], { tracers, meters }: Parts): void {
  for (const instrumentation of instrumentations) {
    instrumentation.setTracerProvider(tracers ?? trace.getTracerProvider());
    instrumentation.setMeterProvider(meters ?? metrics.getMeterProvider());
    instrumentation.enable();
  }
}

/** The logger's own requests must not become spans: each would bring forth the next. */
const untraced = <T>(fn: () => T): T => context.with(suppressTracing(context.active()), fn);

/**
 * Sets up the stock OpenTelemetry SDK in one call: tracer and meter provider, context, W3C propagation, runtime metrics. Spans and metrics go
 * through the logger, so they share its buffers, retries, exit handling and ledger; nothing is dropped that the ledgers do not count.
 * Your own spans and metrics are made with OpenTelemetry's API. Call it before the modules that auto-instrumentation is to reach are loaded.
 * Throws `option_unknown`, `option_invalid`, `instrumentation_missing`, `telemetry_running`, and what `createLogger` throws.
 *
 * @example
 * const { log, tracer, meter, shutdown } = startTelemetry({ service: "checkout", otlp: "http://127.0.0.1:4318" });
 * const orders = meter.createCounter("orders");
 * await tracer.startActiveSpan("place order", async (span) => {
 *   orders.add(1);
 *   log.info("placed"); // carries the span's trace_id and span_id
 *   span.end();
 * });
 * await shutdown();
 */
export function startTelemetry(options?: Omit<TelemetryOptions, "log">): Telemetry<Logger>;
export function startTelemetry<L extends TelemetryLog>(
  options: TelemetryOptions<L> & { readonly log: L },
): Telemetry<L>;
export function startTelemetry(options: TelemetryOptions = {}): Telemetry {
  checkTelemetryOptions(options);
  const instrumentations = loadInstrumentations(
    options.autoInstrumentation ?? false,
    createPackageLoader(process.cwd()),
  );
  const undo: (() => void)[] = [registerContext()];
  const undoAll = (): void => {
    for (const step of undo.splice(0).reverse()) step();
  };
  let own: Logger | undefined;
  let parts: Parts | undefined;
  try {
    own = options.log === undefined ? untraced(() => createOwnLogger(options)) : undefined;
    const log = options.log ?? (own as TelemetryLog);
    parts = createParts(log, options);
    undo.push(registerProviders(parts), reportDiagnostics(log));
    const name = options.service ?? "taffrail";
    const meter = metrics.getMeter(name);
    undo.push(() => {
      for (const instrumentation of instrumentations) instrumentation.disable();
    });
    enable(instrumentations, parts);
    if (parts.meters && (options.runtimeMetrics ?? true))
      undo.push(observeRuntime(parts.meters.getMeter("@taffrail/otel")));
    return running({ log, isOwn: options.log === undefined, parts, undoAll, tracer: trace.getTracer(name), meter });
  } catch (error) {
    undoAll();
    // Nobody else holds what was made, so it is not waited for.
    void parts?.meters?.shutdown().catch(() => {});
    void parts?.tracers?.shutdown().catch(() => {});
    void own?.close();
    throw error;
  }
}

interface Running {
  readonly log: TelemetryLog;
  readonly isOwn: boolean;
  readonly parts: Parts;
  readonly undoAll: () => void;
  readonly tracer: Tracer;
  readonly meter: Meter;
}

/** What can be done with telemetry once it runs. */
function running({ log, isOwn, parts, undoAll, tracer, meter }: Running): Telemetry {
  const ledger = (): TelemetryLedger => ({
    spans: parts.spans?.ledger() ?? emptyLedger,
    metrics: parts.metrics?.ledger() ?? emptyLedger,
  });
  // A failed collection is told by OpenTelemetry's diagnostics; what it did collect is in the ledger.
  const collect = async (timeoutMillis: number): Promise<void> =>
    parts.meters?.forceFlush({ timeoutMillis }).catch(() => {});
  const lastCollection = (): void => {
    void collect(defaultDeadlineMs);
  };
  process.once("beforeExit", lastCollection);

  const end = async (deadlineMs: number): Promise<TelemetryLedger> => {
    process.removeListener("beforeExit", lastCollection);
    const startedAt = performance.now();
    // Collects once more; what fails of it is told by OpenTelemetry's diagnostics.
    await parts.meters?.shutdown({ timeoutMillis: deadlineMs }).catch(() => {});
    await parts.tracers?.shutdown().catch(() => {});
    undoAll();
    const left = Math.max(0, deadlineMs - (performance.now() - startedAt));
    await (isOwn ? log.close({ deadlineMs: left }) : log.flush({ timeoutMs: left }));
    return ledger();
  };
  let ending: Promise<TelemetryLedger> | undefined;
  return {
    log,
    tracer,
    meter,
    ledger,
    async flush({ timeoutMs = defaultDeadlineMs } = {}) {
      await collect(timeoutMs);
      await log.flush({ timeoutMs });
      return ledger();
    },
    shutdown({ deadlineMs = defaultDeadlineMs } = {}) {
      ending ??= end(deadlineMs);
      return ending;
    },
  };
}
