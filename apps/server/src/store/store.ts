import type { Level, LogView } from "@taffrail/contracts";
import type { Filter } from "@taffrail/query";
import type { Scope } from "../access/scope.ts";

/** Half-open time range [fromMs, toMs), milliseconds since 1970. Every question has one. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What every question about logs carries. `filter` undefined means all records. */
export interface Question {
  readonly filter: Filter | undefined;
  readonly range: TimeRange;
  readonly signal?: AbortSignal;
}

/** Position in the order (bucket, Timestamp, Seq): nanoseconds since 1970 and Seq, decimal. */
export interface Position {
  readonly timeNs: string;
  readonly seq: string;
}

export interface Cost {
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  /** The statement that ran, for the curious. */
  readonly sql: string;
}

export interface SearchAnswer extends Cost {
  readonly records: readonly LogView[];
  /** Where the next page starts; undefined on the last one. */
  readonly next: Position | undefined;
}

export interface HistogramAnswer extends Cost {
  readonly stepMs: number;
  readonly buckets: readonly { readonly startMs: number; readonly counts: Readonly<Partial<Record<Level, number>>> }[];
  readonly total: number;
}

export interface Facet {
  readonly field: string;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Distinct values seen; when `more` is true there are others beyond `values`. */
  readonly distinct: number;
  readonly more: boolean;
}

/**
 * Reading the logs. Every method takes the scope first and answers only its tenant's records, with masked fields masked.
 * Methods reject with the TaffrailErrors of `Engine.query`.
 */
export interface LogStore {
  search(
    scope: Scope,
    question: Question & { readonly limit: number; readonly after?: Position; readonly order?: "newest" | "oldest" },
  ): Promise<SearchAnswer>;
  count(scope: Scope, question: Question): Promise<Cost & { readonly count: number }>;
  histogram(scope: Scope, question: Question & { readonly buckets: number }): Promise<HistogramAnswer>;
  /** `fields` empty: level, service and the commonest attribute keys of the range. Sampled when the range is large; `sampled` says so. */
  facets(
    scope: Scope,
    question: Question & { readonly fields: readonly string[]; readonly limit: number },
  ): Promise<Cost & { readonly facets: readonly Facet[]; readonly sampled: boolean }>;
  /** The records just before and after one record, in time order, of the same service unless `anyService`. */
  around(
    scope: Scope,
    position: Position,
    options: {
      readonly before: number;
      readonly after: number;
      readonly anyService: boolean;
      readonly signal?: AbortSignal;
    },
  ): Promise<
    Cost & { readonly before: readonly LogView[]; readonly record: LogView; readonly after: readonly LogView[] }
  >;
  /** The newest records of the Seq range that match, oldest first: what live tail pushes. */
  range(
    scope: Scope,
    filter: Filter | undefined,
    from: bigint,
    to: bigint,
    limit: number,
  ): Promise<{ readonly records: readonly LogView[]; readonly matched: number }>;
  /** Names of attributes and resource attributes seen in the range, most frequent first. */
  fieldNames(
    scope: Scope,
    range: TimeRange,
    wanted: { readonly prefix: string; readonly limit: number; readonly signal?: AbortSignal },
  ): Promise<readonly string[]>;
}
