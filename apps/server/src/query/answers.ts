import type { ErrorBody, Level, LogView } from "@taffrail/contracts";

/** What a question cost, and the statement that answered it. */
export interface CostAnswer {
  /** Milliseconds inside the engine. */
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly sql: string;
}

/** The time range that was really used: RFC 3339, UTC, milliseconds. `from` is included, `to` is not. */
export interface RangeAnswer {
  readonly from: string;
  readonly to: string;
}

/** Why a notice is given. */
type NoticeCode = "unknown_field" | "pending_records" | "sampled" | "range_in_future";

/** Something the reader should know about an answer that is not an error. `message` is one English sentence or two. */
export interface Notice {
  readonly code: NoticeCode;
  readonly message: string;
}

/** What every answer about a time range carries. */
interface RangedAnswer extends CostAnswer {
  readonly range: RangeAnswer;
  readonly notices: readonly Notice[];
}

/** Answer of `searchLogs`. `nextCursor` is absent on the last page. */
export interface SearchLogsAnswer extends RangedAnswer {
  readonly records: readonly LogView[];
  readonly nextCursor?: string;
  /** Records accepted and safe on disk that a search cannot find yet. */
  readonly pendingRecords: number;
}

/** Answer of `countLogs`. */
export interface CountLogsAnswer extends RangedAnswer {
  readonly count: number;
  readonly pendingRecords: number;
}

/** One bar of the histogram. `start` is RFC 3339 with milliseconds; levels without records are absent from `counts`. */
interface HistogramBucketAnswer {
  readonly start: string;
  readonly counts: Readonly<Partial<Record<Level, number>>>;
}

/** Answer of `logHistogram`: all buckets of the range in time order, empty ones too. */
export interface LogHistogramAnswer extends RangedAnswer {
  readonly stepMs: number;
  readonly buckets: readonly HistogramBucketAnswer[];
  readonly total: number;
  readonly pendingRecords: number;
}

/** The commonest values of one field. `more` says that others exist beyond `values`. */
interface FacetAnswer {
  readonly field: string;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly distinct: number;
  readonly more: boolean;
}

/** Answer of `logFacets`. `sampled` says that the counts are estimates. */
export interface LogFacetsAnswer extends RangedAnswer {
  readonly facets: readonly FacetAnswer[];
  readonly sampled: boolean;
}

/** Answer of `logContext`: neighbours in time order, oldest first, around `record`. */
export interface LogContextAnswer extends CostAnswer {
  readonly before: readonly LogView[];
  readonly record: LogView;
  readonly after: readonly LogView[];
}

/** Answer of `logFields`: built-in names first, then attribute names of the range, most frequent first. */
export interface LogFieldsAnswer {
  readonly fields: readonly string[];
}

/** Answer of `explainQuery`: the query as the parser understood it, and the statement that a search would run. */
export interface ExplainQueryAnswer {
  readonly canonical: string;
  readonly sql: string;
}

/** First event of a tail: the server's clock, RFC 3339 with milliseconds. */
interface TailHelloEvent {
  readonly type: "hello";
  readonly serverTime: string;
}

/**
 * A batch of new records, oldest first. `matched` counts what matched since the event before this one, `shown` what is in `records`;
 * when they differ, the stream was too fast or the reader too slow and the rest is found by a search.
 */
export interface TailRecordsEvent {
  readonly type: "records";
  readonly records: readonly LogView[];
  readonly matched: number;
  readonly shown: number;
}

/** The tail cannot answer for a while, or for good when the stream ends after it. */
interface TailProblemEvent {
  readonly type: "problem";
  readonly error: ErrorBody;
}

/** What a tail yields. On the wire `type` is the event's name and the rest its data; a problem's data is the ErrorBody itself. */
export type TailEvent = TailHelloEvent | TailRecordsEvent | TailProblemEvent;
