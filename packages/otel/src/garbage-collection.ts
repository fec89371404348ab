import { constants, PerformanceObserver } from "node:perf_hooks";
import type { Meter } from "@opentelemetry/api";

/** Kinds as the semantic conventions name them. */
const kinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weakcb",
};

/**
 * Records the pauses of the garbage collector, in seconds, by kind. Returns a function that ends it.
 *
 * @example const stop = observeGarbageCollection(meter);
 */
export function observeGarbageCollection(meter: Meter): () => void {
  const duration = meter.createHistogram("v8js.gc.duration", {
    unit: "s",
    description: "Pauses of the garbage collector.",
    advice: { explicitBucketBoundaries: [0.001, 0.01, 0.1, 1, 10] },
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as { readonly detail?: { readonly kind?: number } }).detail ?? {};
      const type = kind === undefined ? undefined : kinds[kind];
      if (type !== undefined) duration.record(entry.duration / 1000, { "v8js.gc.type": type });
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return () => observer.disconnect();
}
