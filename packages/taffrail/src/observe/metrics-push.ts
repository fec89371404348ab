import type { Clock } from "@taffrail/contracts";
import { otlpMetrics } from "./otlp-metrics.ts";
import type { LoggerStats } from "./stats.ts";

export interface MetricsPushOptions {
  readonly intervalMs: number;
  readonly stats: () => LoggerStats;
  /** Takes one OTLP/JSON line. */
  readonly emit: (line: string) => void;
  readonly clock: Clock;
  /** Attributes of the resource beside the name of the service. */
  readonly resource: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Sends the metrics of a logger family at an interval, and once more when it is stopped. It does not keep the process alive. Call it outside of any
 * request: its timer keeps the context in which it was made. Returns the function that stops it.
 *
 * @example const stop = pushMetrics({ intervalMs: 10_000, stats, emit: (line) => log.emit("metrics", line), clock, resource: {} });
 */
export function pushMetrics({ intervalMs, stats, emit, clock, resource }: MetricsPushOptions): () => void {
  const startTime = clock.now();
  const push = (): void => emit(otlpMetrics(stats(), { resource, startTime, time: clock.now() }));
  const timer = setInterval(push, intervalMs).unref();
  let stopped = false;
  return () => {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    push();
  };
}
