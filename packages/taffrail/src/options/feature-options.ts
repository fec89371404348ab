export interface BreakerOptions {
  /** Failures in a row after which the sink is left alone for a while. Default 5. */
  readonly failures?: number;
  /** How long it is left alone before one batch is tried, in ms. Default 30,000. */
  readonly openForMs?: number;
}

export interface DurableOptions {
  /** Directory of the spool. One process at a time uses it. */
  readonly dir?: string;
  readonly maxBytes?: number;
  readonly segmentBytes?: number;
  /** `record`: on disk before the log call returns; `turn`: once each turn of the event loop. */
  readonly commit?: "record" | "turn";
  readonly fsync?: "never" | "interval" | "always";
  readonly fsyncIntervalMs?: number;
}
