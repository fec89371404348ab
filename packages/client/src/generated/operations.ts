// Generated from docs/reference/openapi.json by tools/gen-client.mjs. Do not edit.
import type { StreamLost } from "../follow-stream.ts";
import type { RequestOptions, Transport } from "../transport.ts";
import type {
  ContextResult,
  CountResult,
  DeadLettersResult,
  ExplainResult,
  FacetsResult,
  FieldsResult,
  HistogramResult,
  Hold,
  HoldsResult,
  LinesResult,
  Removed,
  RetentionPreview,
  RetentionReport,
  SearchResult,
  Setting,
  SettingValue,
  SettingsResult,
  Status,
  TailEvent,
} from "./types.ts";

/** For operations without parameters. */
export type NoParams = Readonly<Record<string, never>>;

export interface SearchLogsParams {
  /** Search query; empty means all records. */
  readonly query?: string | undefined;
  /** Start, included: RFC 3339 or milliseconds since 1970. */
  readonly from?: string | undefined;
  /** End, excluded: RFC 3339 or milliseconds since 1970. */
  readonly to?: string | undefined;
  /** Instead of from and to: a duration back from now, like 15m, 1h, 7d. */
  readonly since?: string | undefined;
  /** Records a page; 100 unless told. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
  /** newest unless told. */
  readonly order?: "newest" | "oldest" | undefined;
}

export interface CountLogsParams {
  /** Search query; empty means all records. */
  readonly query?: string | undefined;
  /** Start, included: RFC 3339 or milliseconds since 1970. */
  readonly from?: string | undefined;
  /** End, excluded: RFC 3339 or milliseconds since 1970. */
  readonly to?: string | undefined;
  /** Instead of from and to: a duration back from now, like 15m, 1h, 7d. */
  readonly since?: string | undefined;
}

export interface LogHistogramParams {
  /** Search query; empty means all records. */
  readonly query?: string | undefined;
  /** Start, included: RFC 3339 or milliseconds since 1970. */
  readonly from?: string | undefined;
  /** End, excluded: RFC 3339 or milliseconds since 1970. */
  readonly to?: string | undefined;
  /** Instead of from and to: a duration back from now, like 15m, 1h, 7d. */
  readonly since?: string | undefined;
  /** Buckets wanted; 60 unless told. */
  readonly buckets?: number | undefined;
}

export interface LogFacetsParams {
  /** Search query; empty means all records. */
  readonly query?: string | undefined;
  /** Start, included: RFC 3339 or milliseconds since 1970. */
  readonly from?: string | undefined;
  /** End, excluded: RFC 3339 or milliseconds since 1970. */
  readonly to?: string | undefined;
  /** Instead of from and to: a duration back from now, like 15m, 1h, 7d. */
  readonly since?: string | undefined;
  /** Comma-separated; absent: level, service and the commonest attributes. */
  readonly fields?: string | undefined;
  /** Values a field; 10 unless told. */
  readonly limit?: number | undefined;
}

export interface LogContextParams {
  /** The record's id. */
  readonly id: string;
  /** The record's time, RFC 3339 with nanoseconds. */
  readonly time: string;
  /** 20 unless told. */
  readonly before?: number | undefined;
  /** 20 unless told. */
  readonly after?: number | undefined;
  /** Neighbours of every service, not only the record's own. */
  readonly anyService?: boolean | undefined;
}

export interface LogFieldsParams {
  /** Start, included: RFC 3339 or milliseconds since 1970. */
  readonly from?: string | undefined;
  /** End, excluded: RFC 3339 or milliseconds since 1970. */
  readonly to?: string | undefined;
  /** Instead of from and to: a duration back from now, like 15m, 1h, 7d. */
  readonly since?: string | undefined;
  readonly prefix?: string | undefined;
  /** 100 unless told. */
  readonly limit?: number | undefined;
}

export interface TailLogsParams {
  /** Search query; empty means all records. */
  readonly query?: string | undefined;
}

export interface ExplainQueryParams {
  /** Search query; empty means all records. */
  readonly query?: string | undefined;
  /** Start, included: RFC 3339 or milliseconds since 1970. */
  readonly from?: string | undefined;
  /** End, excluded: RFC 3339 or milliseconds since 1970. */
  readonly to?: string | undefined;
  /** Instead of from and to: a duration back from now, like 15m, 1h, 7d. */
  readonly since?: string | undefined;
}

export interface IngestLinesParams {
  /** Service of lines that name none. */
  readonly service?: string | undefined;
  /** How the lines came in, like ship; lines unless told. */
  readonly source?: string | undefined;
  /** Reads every line as this format; each is recognised by itself unless told. */
  readonly format?: "taffrail" | "pino" | "bunyan" | "winston" | "ecs" | "json" | "docker" | "cri" | "logfmt" | "access-log" | "plain" | undefined;
  /** The body as it goes over the wire; name its encoding and type in the options' headers. */
  readonly body: string | Uint8Array<ArrayBuffer>;
}

export interface ListDeadLettersParams {
  /** 100 unless told. */
  readonly limit?: number | undefined;
}

export interface PutSettingParams {
  readonly key: string;
  readonly value: SettingValue;
}

export interface RunRetentionParams {
  /** True: only say what would be dropped. */
  readonly dryRun: boolean;
  /** The clock was looked at and is right; needed after `retention_waits`. */
  readonly confirmed?: boolean | undefined;
}

export interface AddHoldParams {
  /** First day to keep, YYYY-MM-DD, UTC. */
  readonly fromDay: string;
  /** Last day to keep, included. */
  readonly toDay: string;
  readonly reason: string;
}

export interface RemoveHoldParams {
  readonly id: string;
}

/** One method per operation of the API. Each rejects with a TaffrailError; an abort rejects with the signal's reason. */
export interface Operations {
  /** Find records, newest first. `GET /api/v1/logs/search` */
  searchLogs(params?: SearchLogsParams, options?: RequestOptions): Promise<SearchResult>;

  /** Count records. `GET /api/v1/logs/count` */
  countLogs(params?: CountLogsParams, options?: RequestOptions): Promise<CountResult>;

  /** Count records by level over time. `GET /api/v1/logs/histogram` */
  logHistogram(params?: LogHistogramParams, options?: RequestOptions): Promise<HistogramResult>;

  /** Commonest values of fields. `GET /api/v1/logs/facets` */
  logFacets(params?: LogFacetsParams, options?: RequestOptions): Promise<FacetsResult>;

  /** The records just before and after one record. `GET /api/v1/logs/{id}/context` */
  logContext(params: LogContextParams, options?: RequestOptions): Promise<ContextResult>;

  /** Names of fields seen in a time range, most frequent first. `GET /api/v1/logs/fields` */
  logFields(params?: LogFieldsParams, options?: RequestOptions): Promise<FieldsResult>;

  /** Records as they become searchable, as server-sent events. `GET /api/v1/logs/tail` */
  tailLogs(params?: TailLogsParams, options?: RequestOptions): AsyncIterable<TailEvent | StreamLost>;

  /** How a query is understood and what SQL it becomes. `GET /api/v1/query/explain` */
  explainQuery(params?: ExplainQueryParams, options?: RequestOptions): Promise<ExplainResult>;

  /** Lines: JSON lines of common loggers, Docker, CRI, logfmt or plain text. `POST /api/v1/ingest/lines` */
  ingestLines(params: IngestLinesParams, options?: RequestOptions): Promise<LinesResult>;

  /** What was refused, and why; newest first. `GET /api/v1/ingest/dead-letters` */
  listDeadLetters(params?: ListDeadLettersParams, options?: RequestOptions): Promise<DeadLettersResult>;

  /** Every setting with its value, default and unit. `GET /api/v1/settings` */
  getSettings(params?: NoParams, options?: RequestOptions): Promise<SettingsResult>;

  /** Change a setting; it takes effect at once and the change is audited. `PUT /api/v1/settings/{key}` */
  putSetting(params: PutSettingParams, options?: RequestOptions): Promise<Setting>;

  /** What the next retention run would drop. `GET /api/v1/retention/preview` */
  previewRetention(params?: NoParams, options?: RequestOptions): Promise<RetentionPreview>;

  /** Drop what is past its retention and not held, or only say what would be dropped. `POST /api/v1/retention/run` */
  runRetention(params: RunRetentionParams, options?: RequestOptions): Promise<RetentionReport>;

  /** Days that retention may not drop. `GET /api/v1/retention/holds` */
  listHolds(params?: NoParams, options?: RequestOptions): Promise<HoldsResult>;

  /** Keep days from being dropped. `POST /api/v1/retention/holds` */
  addHold(params: AddHoldParams, options?: RequestOptions): Promise<Hold>;

  /** Lift a hold. `DELETE /api/v1/retention/holds/{id}` */
  removeHold(params: RemoveHoldParams, options?: RequestOptions): Promise<Removed>;

  /** Version, components, ledgers and sizes. `GET /api/v1/status` */
  getStatus(params?: NoParams, options?: RequestOptions): Promise<Status>;
}

/** Binds every operation to a transport. */
export function bindOperations(transport: Transport): Operations {
  return {
    searchLogs: (params, options) => transport.call({"method":"GET","path":"/api/v1/logs/search","query":["query","from","to","since","limit","cursor","order"]}, params ?? {}, options),
    countLogs: (params, options) => transport.call({"method":"GET","path":"/api/v1/logs/count","query":["query","from","to","since"]}, params ?? {}, options),
    logHistogram: (params, options) => transport.call({"method":"GET","path":"/api/v1/logs/histogram","query":["query","from","to","since","buckets"]}, params ?? {}, options),
    logFacets: (params, options) => transport.call({"method":"GET","path":"/api/v1/logs/facets","query":["query","from","to","since","fields","limit"]}, params ?? {}, options),
    logContext: (params, options) => transport.call({"method":"GET","path":"/api/v1/logs/{id}/context","query":["time","before","after","anyService"]}, params ?? {}, options),
    logFields: (params, options) => transport.call({"method":"GET","path":"/api/v1/logs/fields","query":["from","to","since","prefix","limit"]}, params ?? {}, options),
    tailLogs: (params, options) => transport.stream({"method":"GET","path":"/api/v1/logs/tail","query":["query"]}, params ?? {}, options),
    explainQuery: (params, options) => transport.call({"method":"GET","path":"/api/v1/query/explain","query":["query","from","to","since"]}, params ?? {}, options),
    ingestLines: (params, options) => transport.call({"method":"POST","path":"/api/v1/ingest/lines","query":["service","source","format"],"raw":"application/x-ndjson"}, params ?? {}, options),
    listDeadLetters: (params, options) => transport.call({"method":"GET","path":"/api/v1/ingest/dead-letters","query":["limit"]}, params ?? {}, options),
    getSettings: (params, options) => transport.call({"method":"GET","path":"/api/v1/settings","query":[]}, params ?? {}, options),
    putSetting: (params, options) => transport.call({"method":"PUT","path":"/api/v1/settings/{key}","query":[],"json":["value"]}, params ?? {}, options),
    previewRetention: (params, options) => transport.call({"method":"GET","path":"/api/v1/retention/preview","query":[]}, params ?? {}, options),
    runRetention: (params, options) => transport.call({"method":"POST","path":"/api/v1/retention/run","query":[],"json":["dryRun","confirmed"]}, params ?? {}, options),
    listHolds: (params, options) => transport.call({"method":"GET","path":"/api/v1/retention/holds","query":[]}, params ?? {}, options),
    addHold: (params, options) => transport.call({"method":"POST","path":"/api/v1/retention/holds","query":[],"json":["fromDay","toDay","reason"]}, params ?? {}, options),
    removeHold: (params, options) => transport.call({"method":"DELETE","path":"/api/v1/retention/holds/{id}","query":[]}, params ?? {}, options),
    getStatus: (params, options) => transport.call({"method":"GET","path":"/api/v1/status","query":[]}, params ?? {}, options),
  };
}
