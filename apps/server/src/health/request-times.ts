import type { Family, Sample } from "./prometheus.ts";

/** Upper bounds of the buckets, seconds. */
const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

interface Series {
  readonly operation: string;
  readonly status: string;
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** How long answers took. Series are bounded: operations come from the route table, statuses are classes. */
export interface RequestTimes {
  observe(operation: string, status: number, seconds: number): void;
  family(): Family;
}

function samplesOf(series: Series): Sample[] {
  const labels = { operation: series.operation, status: series.status };
  let below = 0;
  const buckets = series.buckets.map((count, index) => {
    below += count;
    return { suffix: "_bucket", labels: { ...labels, le: String(bounds[index]) }, value: below };
  });
  return [
    ...buckets,
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: series.count },
    { suffix: "_sum", labels, value: series.sum },
    { suffix: "_count", labels, value: series.count },
  ];
}

/**
 * Makes the histogram of request durations.
 *
 * @example times.observe("searchLogs", 200, 0.012)
 */
export function createRequestTimes(): RequestTimes {
  const all = new Map<string, Series>();
  return {
    observe(operation, status, seconds) {
      const group = `${Math.floor(status / 100)}xx`;
      const key = `${operation} ${group}`;
      const series = all.get(key) ?? { operation, status: group, buckets: bounds.map(() => 0), sum: 0, count: 0 };
      all.set(key, series);
      const index = bounds.findIndex((bound) => seconds <= bound);
      if (index >= 0) series.buckets[index] = (series.buckets[index] ?? 0) + 1;
      series.sum += seconds;
      series.count += 1;
    },
    family: () => ({
      name: "taffrail_http_request_duration_seconds",
      type: "histogram",
      help: "Time from the request's headers to the end of its answer, by operation and class of status.",
      samples: [...all.values()].flatMap(samplesOf),
    }),
  };
}
