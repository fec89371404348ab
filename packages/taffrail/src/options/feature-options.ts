import type { Level } from "@taffrail/contracts";

export interface BreakerOptions {
  /** Failures in a row after which the sink is left alone for a while. Default 5. */
  readonly failures?: number;
  /** How long it is left alone before one batch is tried, in ms. Default 30,000. */
  readonly openForMs?: number;
}

export interface SamplingOptions {
  /** Share of records that is kept, 0 to 1. */
  readonly rate: number;
  /** `trace` (default) keeps or leaves the records of a trace together; `record` decides for each. */
  readonly by?: "trace" | "record";
  /** Levels that are sampled. Default: trace, debug and info. */
  readonly levels?: readonly Level[];
}

export interface RateLimitOptions {
  /** Records that go on in a second, on average. */
  readonly perSecond: number;
  /** Records that go on at once after a quiet time. Default: those of one second. */
  readonly burst?: number;
  /** A field: each of its values has a limit of its own. Default: one limit for all. */
  readonly by?: string;
}

export interface DedupeOptions {
  /** Time in which records that equal each other are one, in ms. */
  readonly windowMs?: number;
  /** Different records that are remembered. */
  readonly maxKeys?: number;
}

export interface FingersCrossedOptions {
  /** Level of a record that lets go of those that wait. Default `error`. */
  readonly trigger?: Level;
  /** Records from this level up, and below the logger's own level, wait. Default `debug`. */
  readonly level?: Level;
  /** Records that wait, for each request. */
  readonly maxRecords?: number;
  /** Bytes that wait, for all requests together. */
  readonly maxBytes?: number;
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

export interface RedactOptions {
  /** Ready-made rules: `credentials`, `pci`, `hipaa`, `gdpr`, `ccpa`. */
  readonly presets?: readonly string[];
  /** Names of fields that are masked wherever they stand. */
  readonly keys?: readonly string[];
  /** Paths that are masked; `*` is one name, `**` any number of them. */
  readonly paths?: readonly string[];
  readonly [option: string]: unknown;
}
