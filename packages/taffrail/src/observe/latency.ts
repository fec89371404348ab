/** Upper bounds of the buckets in seconds, from 1 µs to 30 s: those that Prometheus histograms of this library have. */
export const latencyBounds: readonly number[] = [
  0.000_001, 0.000_002_5, 0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005,
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Durations so far. Times in seconds. */
export interface LatencyView {
  readonly count: number;
  readonly sum: number;
  /** Observations at most as long as the bound of the same index; one more entry at the end for longer ones. Not cumulative. */
  readonly buckets: readonly number[];
  /** Upper bound of the bucket in which the median and the 99th percentile fall; 0 without observations. */
  readonly p50: number;
  readonly p99: number;
}

/** Durations being collected. */
export interface Latency {
  /** Adds one duration, in seconds. */
  record(seconds: number): void;
  read(): LatencyView;
}

function quantile(buckets: readonly number[], count: number, share: number): number {
  let seen = 0;
  for (const [index, found] of buckets.entries()) {
    seen += found;
    if (found > 0 && seen >= count * share) return latencyBounds[index] ?? Number.POSITIVE_INFINITY;
  }
  return 0;
}

/**
 * Opens a collection of durations: a fixed list of counters, so it never grows.
 *
 * @example const latency = createLatency(); latency.record(0.004); latency.read().p50 // 0.005
 */
export function createLatency(): Latency {
  const buckets = new Array<number>(latencyBounds.length + 1).fill(0);
  let count = 0;
  let sum = 0;
  return {
    record(seconds) {
      let index = 0;
      while (index < latencyBounds.length && seconds > (latencyBounds[index] ?? 0)) index += 1;
      buckets[index] = (buckets[index] ?? 0) + 1;
      count += 1;
      sum += seconds;
    },
    read: () => ({
      count,
      sum,
      buckets: [...buckets],
      p50: quantile(buckets, count, 0.5),
      p99: quantile(buckets, count, 0.99),
    }),
  };
}
