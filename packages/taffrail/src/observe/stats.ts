import type { Health, Ledger, PluginKind } from "@taffrail/contracts";
import type { LatencyView } from "./latency.ts";

/** Calls of a plugin or sink. */
export interface CallStats {
  readonly calls: number;
  /** Failures by kind: `throw`, `timeout`, `invalid`, `retry`, `refused`. */
  readonly errors: Readonly<Record<string, number>>;
  readonly latency: LatencyView;
}

export interface SinkStats extends CallStats {
  readonly name: string;
  readonly ledger: Ledger;
  readonly health: Health;
  /** Bytes handed over and taken. */
  readonly bytes: number;
  readonly retries: number;
  readonly breaker: "closed" | "open" | "half-open";
  readonly queue: { readonly records: number; readonly bytes: number; readonly limitBytes: number };
  /** Records that went to the fallback sink instead. */
  readonly fellBack: number;
}

export interface PluginStats extends CallStats {
  readonly name: string;
  readonly kind: PluginKind;
  readonly health: Health;
  /** Records that it filtered or dropped. */
  readonly filtered: number;
  /** True while it is left out because it failed too often or too slowly. */
  readonly suspended: boolean;
}

export interface SpoolStats {
  readonly records: number;
  readonly bytes: number;
  readonly limitBytes: number;
  readonly segments: number;
  readonly quarantinedSegments: number;
  readonly quarantinedBytes: number;
  /** Records that only memory has, because the disk refuses them. */
  readonly heldRecords: number;
}

/** Everything that a logger family knows about itself: read from the parts that keep the numbers, never counted a second time. */
export interface LoggerStats {
  readonly service: string;
  readonly level: string;
  readonly ledger: Ledger;
  readonly sinks: readonly SinkStats[];
  readonly plugins: readonly PluginStats[];
  readonly spool: SpoolStats | undefined;
  /** Share of the fullest queue, 0 to 1, and what is being shed because of it: 0 nothing, 1 trace and debug, 2 most info too, 3 all below warn. */
  readonly pressure: { readonly fill: number; readonly shedding: 0 | 1 | 2 | 3 };
}
