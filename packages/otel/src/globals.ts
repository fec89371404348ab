import {
  context,
  DiagLogLevel,
  diag,
  type MeterProvider,
  metrics,
  propagation,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { TaffrailError } from "@taffrail/contracts";
import type { TelemetryLog } from "./telemetry-log.ts";

/** Takes steps, each with its way back; when one fails, the ones before it are undone. Returns the way back of all. */
function takeSteps(steps: readonly (readonly [part: string, take: () => boolean, undo: () => void])[]): () => void {
  const taken: (() => void)[] = [];
  const undoAll = (): void => {
    for (const undo of taken.splice(0).reverse()) undo();
  };
  for (const [part, take, undo] of steps) {
    if (!take()) {
      undoAll();
      throw new TaffrailError("telemetry_running", { part });
    }
    taken.push(undo);
  }
  return undoAll;
}

/**
 * Makes a context that follows asynchronous work, and W3C propagation, the ones of this process. Returns a function that undoes it.
 * Throws `telemetry_running` when the process has any of them already.
 */
export function registerContext(): () => void {
  const manager = new AsyncLocalStorageContextManager().enable();
  const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
  return takeSteps([
    ["context manager", () => context.setGlobalContextManager(manager), () => context.disable()],
    [
      "propagator",
      () => propagation.setGlobalPropagator(new CompositePropagator({ propagators })),
      () => propagation.disable(),
    ],
  ]);
}

/** The same for the providers. */
export function registerProviders(providers: {
  readonly tracers: TracerProvider | undefined;
  readonly meters: MeterProvider | undefined;
}): () => void {
  const { tracers, meters } = providers;
  return takeSteps([
    ...(tracers === undefined
      ? []
      : ([["tracer provider", () => trace.setGlobalTracerProvider(tracers), () => trace.disable()]] as const)),
    ...(meters === undefined
      ? []
      : ([["meter provider", () => metrics.setGlobalMeterProvider(meters), () => metrics.disable()]] as const)),
  ]);
}

/** Lets the logger tell what OpenTelemetry has to complain about, which by default nobody hears. Returns a function that undoes it. */
export function reportDiagnostics(log: TelemetryLog): () => void {
  const tell = (message: string, ...details: unknown[]): void => {
    log.warn(`OpenTelemetry: ${message}`, details.length === 0 ? undefined : { details });
  };
  const silent = (): void => {};
  const logger = { error: tell, warn: tell, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return () => diag.disable();
}
