// Generated from docs/reference/openapi.json by tools/gen-client.mjs. Do not edit.

export interface ComponentStatus {
  readonly name: string;
  readonly status: "ok" | "degraded" | "down";
  readonly detail: string;
}

/** A record and its neighbours, in time order. */
export interface ContextResult {
  readonly before: readonly LogView[];
  readonly record: LogView;
  readonly after: readonly LogView[];
  /** Milliseconds the engine took. */
  readonly elapsedMs: number;
  /** Rows the engine read. */
  readonly rowsRead: number;
  /** Bytes the engine read. */
  readonly bytesRead: number;
  /** The statement that ran. */
  readonly sql: string;
}

export interface CountResult {
  /** Matching records. */
  readonly count: number;
  /** Records accepted but not searchable yet. */
  readonly pendingRecords: number;
  readonly range: TimeRange;
  readonly notices: readonly Notice[];
  /** Milliseconds the engine took. */
  readonly elapsedMs: number;
  /** Rows the engine read. */
  readonly rowsRead: number;
  /** Bytes the engine read. */
  readonly bytesRead: number;
  /** The statement that ran. */
  readonly sql: string;
}

export interface DeadLetter {
  readonly id: string;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly source: string;
  readonly code: string;
  readonly message: string;
  /** The start of what was refused. */
  readonly sample: string;
  readonly count: number;
}

export interface DeadLettersResult {
  readonly deadLetters: readonly DeadLetter[];
  /** Dead letters kept. */
  readonly total: number;
}

export interface ErrorAnswer {
  readonly error: ErrorBody;
}

export interface ErrorBody {
  /** Stable snake_case code; see the error reference. */
  readonly code: string;
  readonly message: string;
  /** What to do next. */
  readonly remedy: string;
  readonly details: Readonly<Record<string, string | number>>;
}

export interface ExplainResult {
  /** The query as Taffrail understood it. */
  readonly canonical: string;
  readonly sql: string;
}

export interface Facet {
  readonly field: string;
  readonly values: readonly FacetValue[];
  /** Distinct values seen. */
  readonly distinct: number;
  /** There are values beyond those listed. */
  readonly more: boolean;
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

export interface FacetsResult {
  readonly facets: readonly Facet[];
  /** Counts come from a sample of the range. */
  readonly sampled: boolean;
  readonly range: TimeRange;
  readonly notices: readonly Notice[];
  /** Milliseconds the engine took. */
  readonly elapsedMs: number;
  /** Rows the engine read. */
  readonly rowsRead: number;
  /** Bytes the engine read. */
  readonly bytesRead: number;
  /** The statement that ran. */
  readonly sql: string;
}

export interface FieldsResult {
  readonly fields: readonly string[];
}

export interface HistogramBucket {
  /** RFC 3339 with milliseconds, UTC. */
  readonly start: string;
  /** Records by level; levels without records are absent. */
  readonly counts: {
    readonly trace?: number;
    readonly debug?: number;
    readonly info?: number;
    readonly warn?: number;
    readonly error?: number;
    readonly fatal?: number;
  };
}

export interface HistogramResult {
  /** Width of a bucket, milliseconds. */
  readonly stepMs: number;
  readonly buckets: readonly HistogramBucket[];
  /** Records in all buckets. */
  readonly total: number;
  /** Records accepted but not searchable yet. */
  readonly pendingRecords: number;
  readonly range: TimeRange;
  readonly notices: readonly Notice[];
  /** Milliseconds the engine took. */
  readonly elapsedMs: number;
  /** Rows the engine read. */
  readonly rowsRead: number;
  /** Bytes the engine read. */
  readonly bytesRead: number;
  /** The statement that ran. */
  readonly sql: string;
}

/** Days that retention may not drop. */
export interface Hold {
  readonly id: string;
  /** First day kept, YYYY-MM-DD, UTC. */
  readonly fromDay: string;
  /** Last day kept, included. */
  readonly toDay: string;
  readonly reason: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface HoldOrder {
  /** First day to keep, YYYY-MM-DD, UTC. */
  readonly fromDay: string;
  /** Last day to keep, included. */
  readonly toDay: string;
  readonly reason: string;
}

export interface HoldsResult {
  readonly holds: readonly Hold[];
}

/** accepted = delivered + filtered + dropped + pending. */
export interface LedgerView {
  readonly accepted: number;
  readonly delivered: number;
  readonly filtered: number;
  /** Records given up, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly pending: number;
}

export interface LineError {
  /** Counted from 1. */
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

export interface LinesResult {
  /** Records that are durable. */
  readonly accepted: number;
  /** Lines given up; they are in the dead letters. */
  readonly rejected: number;
  readonly errors: readonly LineError[];
}

/** One stored log record. */
export interface LogView {
  /** The record's Seq, decimal: unique and stable. */
  readonly id: string;
  /** RFC 3339, UTC, nine fraction digits. */
  readonly time: string;
  readonly observedTime: string;
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
  readonly severityNumber: number;
  readonly severityText: string;
  readonly service: string;
  readonly body: string;
  readonly eventName: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scopeAttributes: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** How the record came in: otlp, lines, docker, ... */
  readonly source: string;
}

/** Something to know about an answer that is no error. */
export interface Notice {
  readonly code: string;
  readonly message: string;
}

export interface PartitionView {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly retentionDays: number;
  readonly rows: number;
  readonly bytes: number;
  /** A hold keeps it. */
  readonly held: boolean;
}

export interface Probe {
  readonly status: "ok" | "starting" | "unavailable";
  readonly detail: string;
}

export interface Removed {
  readonly removed: boolean;
}

export interface RetentionOrder {
  /** True: only say what would be dropped. */
  readonly dryRun: boolean;
  /** The clock was looked at and is right; needed after `retention_waits`. */
  readonly confirmed?: boolean;
}

export interface RetentionPreview {
  /** What a run would drop, and what it would drop were it not held. */
  readonly partitions: readonly PartitionView[];
}

export interface RetentionReport {
  readonly dryRun: boolean;
  readonly dropped: readonly PartitionView[];
  /** Past their retention, kept by a hold. */
  readonly kept: readonly PartitionView[];
}

export interface SearchResult {
  readonly records: readonly LogView[];
  /** Where the next page starts; absent on the last one. */
  readonly nextCursor?: string;
  /** Records accepted but not searchable yet. */
  readonly pendingRecords: number;
  readonly range: TimeRange;
  readonly notices: readonly Notice[];
  /** Milliseconds the engine took. */
  readonly elapsedMs: number;
  /** Rows the engine read. */
  readonly rowsRead: number;
  /** Bytes the engine read. */
  readonly bytesRead: number;
  /** The statement that ran. */
  readonly sql: string;
}

export interface Setting {
  readonly key: string;
  readonly value: SettingValue;
  readonly default: SettingValue;
  readonly unit: string;
  readonly description: string;
}

export interface SettingChange {
  readonly value: SettingValue;
}

export type SettingValue = string | number | boolean;

export interface SettingsResult {
  readonly settings: readonly Setting[];
}

export interface Status {
  readonly version: string;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly ready: boolean;
  readonly components: readonly ComponentStatus[];
  readonly ingest: {
    readonly accepted: number;
    readonly delivered: number;
    readonly filtered: number;
    /** Records given up, by reason. */
    readonly dropped: Readonly<Record<string, number>>;
    readonly pending: number;
    /** Records refused before the journal; they are in the dead letters or in the sender's answer. */
    readonly rejected: number;
  };
  readonly journal: {
    readonly bytes: number;
    readonly bytesLimit: number;
    readonly segmentsOpen: number;
    readonly segmentsWaiting: number;
    readonly segmentsQuarantined: number;
    readonly oldestPendingMs: number;
    readonly drainBytesPerSecond: number;
    /** Appends refused in the last minute, because the journal had no room or did not drain. */
    readonly refusedLastMinute: number;
    /** Segment files that could not be read; their records are in no other number. */
    readonly segmentsUnreadable: number;
  };
  readonly engine: {
    readonly state: "starting" | "ready" | "restarting" | "stopped";
    readonly pid?: number;
    readonly restarts: number;
    readonly reason: string;
    readonly version: string;
  };
  readonly storage: {
    readonly rows: number;
    readonly bytes: number;
    /** RFC 3339; absent when nothing is stored. */
    readonly oldest?: string;
    readonly newest?: string;
  };
  readonly self: LedgerView;
  readonly dataDir: string;
}

/** One server-sent event. On the wire `type` is the event's name and the rest its data; a problem's data is the error itself. */
export type TailEvent = {
  readonly type: "hello";
  readonly serverTime: string;
} | {
  readonly type: "records";
  readonly records: readonly LogView[];
  /** Records that matched since the last event. */
  readonly matched: number;
  /** How many of them are in `records`. */
  readonly shown: number;
} | {
  readonly type: "problem";
  readonly error: ErrorBody;
};

export interface TimeRange {
  /** RFC 3339 with milliseconds, UTC; included. */
  readonly from: string;
  /** RFC 3339 with milliseconds, UTC; excluded. */
  readonly to: string;
}
