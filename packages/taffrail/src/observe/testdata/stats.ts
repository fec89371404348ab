import type { Ledger } from "@taffrail/contracts";
import { createLatency, type LatencyView } from "../latency.ts";
import type { LoggerStats, PluginStats, SinkStats } from "../stats.ts";

function latencyOf(...seconds: readonly number[]): LatencyView {
  const latency = createLatency();
  for (const each of seconds) latency.record(each);
  return latency.read();
}

export const ledger: Ledger = {
  accepted: 100,
  delivered: 80,
  filtered: 5,
  dropped: { "buffer-full": 4, shed: 6 },
  pending: 5,
};

export const sinkStats: SinkStats = {
  name: "http",
  calls: 3,
  errors: { retry: 2, throw: 1 },
  latency: latencyOf(0.004, 0.2, 45),
  ledger,
  health: { status: "healthy" },
  bytes: 12_345,
  retries: 2,
  breaker: "closed",
  queue: { records: 5, bytes: 500, limitBytes: 1000 },
  fellBack: 7,
};

export const pluginStats: PluginStats = {
  name: "geo",
  kind: "enricher",
  calls: 10,
  errors: { timeout: 1 },
  latency: latencyOf(0.000_001),
  health: { status: "healthy" },
  filtered: 0,
  suspended: false,
};

export const stats: LoggerStats = {
  service: "checkout",
  level: "info",
  ledger,
  sinks: [sinkStats, { ...sinkStats, name: "file", breaker: "open", errors: {}, latency: latencyOf() }],
  plugins: [pluginStats],
  spool: {
    records: 9,
    bytes: 900,
    limitBytes: 10_000,
    segments: 2,
    quarantinedSegments: 1,
    quarantinedBytes: 64,
    heldRecords: 3,
  },
  pressure: { fill: 0.5, shedding: 1 },
};
