/** One bound of the system: its default, its unit, and what happens beyond it. */
export interface Limit {
  readonly value: number;
  readonly unit:
    | "bytes"
    | "records"
    | "ms"
    | "levels"
    | "keys"
    | "characters"
    | "days"
    | "rows"
    | "files"
    | "terms"
    | "readers"
    | "pushes"
    | "queries"
    | "connections"
    | "holds";
  /** What happens to what exceeds it, for the reference page. */
  readonly beyond: string;
}

/** Every bound that more than one part of Taffrail relies on. Names end in their kind; the reference page is generated from this table. */
export const limits = {
  requestBody: {
    value: 64 * 1024 * 1024,
    unit: "bytes",
    beyond: "413 `body_too_large`, before and after decompression",
  },
  bodiesInFlight: {
    value: 256 * 1024 * 1024,
    unit: "bytes",
    beyond: "429 `ingest_overloaded`: more bodies are being taken in at this moment than that",
  },
  jsonBody: { value: 64 * 1024, unit: "bytes", beyond: "413 `body_too_large`, for bodies that carry no records" },
  connections: { value: 500, unit: "connections", beyond: "a new connection is closed at once" },
  recordLine: { value: 1024 * 1024, unit: "bytes", beyond: "the record is dead-lettered as `record_too_large`" },
  attributeDepth: { value: 8, unit: "levels", beyond: "the rest is kept as JSON text under its key" },
  attributeKeys: { value: 256, unit: "keys", beyond: "the rest is kept as JSON text under `taffrail.overflow`" },
  jsonDepth: { value: 500, unit: "levels", beyond: "the record is dead-lettered as `record_too_deep`" },
  segment: { value: 64 * 1024 * 1024, unit: "bytes", beyond: "the segment is closed and a new one opened" },
  journalQueue: {
    value: 128 * 1024 * 1024,
    unit: "bytes",
    beyond: "429 `ingest_busy`: more waits in memory for the disk than that",
  },
  journalBudget: {
    value: 10 * 1024 * 1024 * 1024,
    unit: "bytes",
    beyond: "429 `ingest_busy`; by default a tenth of the free disk, and never more than this",
  },
  journalAge: {
    value: 24 * 3_600_000,
    unit: "ms",
    beyond: "429 `ingest_stalled` until the oldest waiting record is in the store",
  },
  journalQuarantine: { value: 256 * 1024 * 1024, unit: "bytes", beyond: "the oldest quarantined files are removed" },
  deadLetters: { value: 64 * 1024 * 1024, unit: "bytes", beyond: "the oldest dead letters are removed" },
  deadLetterEntries: { value: 100_000, unit: "records", beyond: "the oldest dead letters are removed" },
  deadLetterSample: { value: 4096, unit: "bytes", beyond: "the rest of the sample is cut off" },
  queryText: { value: 8192, unit: "characters", beyond: "400 `query_too_long`" },
  queryTerms: { value: 256, unit: "terms", beyond: "400 `query_too_many_terms`" },
  histogramBuckets: { value: 500, unit: "rows", beyond: "400 `invalid_parameter`" },
  tails: { value: 64, unit: "readers", beyond: "429 `tail_limit`" },
  tailPush: { value: 500, unit: "records", beyond: "the newest are shown and `matched` exceeds `shown`" },
  tailQueue: { value: 16, unit: "pushes", beyond: "the oldest waiting push is dropped and `matched` exceeds `shown`" },
  engineQueue: { value: 500, unit: "queries", beyond: "503 `query_queue_full`; each lane has a queue of its own" },
  holds: { value: 1000, unit: "holds", beyond: "400 `payload_invalid`" },
  queryDepth: { value: 32, unit: "levels", beyond: "400 `query_too_deep`" },
  searchPage: { value: 1000, unit: "rows", beyond: "400 `limit_too_large`" },
  queryTime: { value: 30_000, unit: "ms", beyond: "the query is ended with `query_timeout`" },
  queryRows: { value: 2_000_000_000, unit: "rows", beyond: "422 `query_rows`" },
  futureSkew: {
    value: 24 * 3_600_000,
    unit: "ms",
    beyond: "arrival time is used; the sender's time is kept as `taffrail.original_time`",
  },
} as const satisfies Readonly<Record<string, Limit>>;
