import { levels } from "@taffrail/contracts";
import Type from "typebox";

const closed = { additionalProperties: false } as const;

const count = (description: string) => Type.Integer({ minimum: 0, description });

/** Every named type of the API. `$id` is its name in the OpenAPI file and in the client. */
const ErrorBody = Type.Object(
  {
    code: Type.String({ description: "Stable snake_case code; see the error reference." }),
    message: Type.String(),
    remedy: Type.String({ description: "What to do next." }),
    details: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
  },
  { $id: "ErrorBody", ...closed },
);

export const ErrorAnswer = Type.Object({ error: ErrorBody }, { $id: "ErrorAnswer", ...closed });

const Text = Type.Record(Type.String(), Type.String());

const LogView = Type.Object(
  {
    id: Type.String({ description: "The record's Seq, decimal: unique and stable." }),
    time: Type.String({ description: "RFC 3339, UTC, nine fraction digits." }),
    observedTime: Type.String(),
    level: Type.Enum([...levels]),
    severityNumber: Type.Integer(),
    severityText: Type.String(),
    service: Type.String(),
    body: Type.String(),
    eventName: Type.String(),
    traceId: Type.String(),
    spanId: Type.String(),
    traceFlags: Type.Integer(),
    scopeName: Type.String(),
    scopeVersion: Type.String(),
    scopeAttributes: Text,
    resource: Text,
    attributes: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
    source: Type.String({ description: "How the record came in: otlp, lines, docker, ..." }),
  },
  { $id: "LogView", description: "One stored log record.", ...closed },
);

const TimeRange = Type.Object(
  {
    from: Type.String({ description: "RFC 3339 with milliseconds, UTC; included." }),
    to: Type.String({ description: "RFC 3339 with milliseconds, UTC; excluded." }),
  },
  { $id: "TimeRange", ...closed },
);

const Notice = Type.Object(
  { code: Type.String(), message: Type.String() },
  { $id: "Notice", description: "Something to know about an answer that is no error.", ...closed },
);

const cost = {
  elapsedMs: Type.Number({ description: "Milliseconds the engine took." }),
  rowsRead: count("Rows the engine read."),
  bytesRead: count("Bytes the engine read."),
  sql: Type.String({ description: "The statement that ran." }),
};

const asked = {
  pendingRecords: count("Records accepted but not searchable yet."),
  range: TimeRange,
  notices: Type.Array(Notice),
};

export const SearchResult = Type.Object(
  {
    records: Type.Array(LogView),
    nextCursor: Type.Optional(Type.String({ description: "Where the next page starts; absent on the last one." })),
    ...asked,
    ...cost,
  },
  { $id: "SearchResult", ...closed },
);

export const CountResult = Type.Object(
  { count: count("Matching records."), ...asked, ...cost },
  { $id: "CountResult", ...closed },
);

const HistogramBucket = Type.Object(
  {
    start: Type.String({ description: "RFC 3339 with milliseconds, UTC." }),
    counts: Type.Object(
      {
        trace: Type.Optional(Type.Integer()),
        debug: Type.Optional(Type.Integer()),
        info: Type.Optional(Type.Integer()),
        warn: Type.Optional(Type.Integer()),
        error: Type.Optional(Type.Integer()),
        fatal: Type.Optional(Type.Integer()),
      },
      { ...closed, description: "Records by level; levels without records are absent." },
    ),
  },
  { $id: "HistogramBucket", ...closed },
);

export const HistogramResult = Type.Object(
  {
    stepMs: Type.Number({ description: "Width of a bucket, milliseconds." }),
    buckets: Type.Array(HistogramBucket),
    total: count("Records in all buckets."),
    ...asked,
    ...cost,
  },
  { $id: "HistogramResult", ...closed },
);

const FacetValue = Type.Object({ value: Type.String(), count: Type.Integer() }, { $id: "FacetValue", ...closed });

const Facet = Type.Object(
  {
    field: Type.String(),
    values: Type.Array(FacetValue),
    distinct: count("Distinct values seen."),
    more: Type.Boolean({ description: "There are values beyond those listed." }),
  },
  { $id: "Facet", ...closed },
);

export const FacetsResult = Type.Object(
  {
    facets: Type.Array(Facet),
    sampled: Type.Boolean({ description: "Counts come from a sample of the range." }),
    range: TimeRange,
    notices: Type.Array(Notice),
    ...cost,
  },
  { $id: "FacetsResult", ...closed },
);

export const ContextResult = Type.Object(
  { before: Type.Array(LogView), record: LogView, after: Type.Array(LogView), ...cost },
  { $id: "ContextResult", description: "A record and its neighbours, in time order.", ...closed },
);

export const FieldsResult = Type.Object({ fields: Type.Array(Type.String()) }, { $id: "FieldsResult", ...closed });

export const ExplainResult = Type.Object(
  { canonical: Type.String({ description: "The query as Taffrail understood it." }), sql: Type.String() },
  { $id: "ExplainResult", ...closed },
);

export const TailEvent = Type.Union(
  [
    Type.Object({ type: Type.Literal("hello"), serverTime: Type.String() }, closed),
    Type.Object(
      {
        type: Type.Literal("records"),
        records: Type.Array(LogView),
        matched: count("Records that matched since the last event."),
        shown: count("How many of them are in `records`."),
      },
      closed,
    ),
    Type.Object({ type: Type.Literal("problem"), error: ErrorBody }, closed),
  ],
  {
    $id: "TailEvent",
    description:
      "One server-sent event. On the wire `type` is the event's name and the rest its data; a problem's data is the error itself.",
  },
);

const LineError = Type.Object(
  { line: Type.Integer({ description: "Counted from 1." }), code: Type.String(), message: Type.String() },
  { $id: "LineError", ...closed },
);

export const LinesResult = Type.Object(
  {
    accepted: count("Records that are durable."),
    rejected: count("Lines given up; they are in the dead letters."),
    errors: Type.Array(LineError, { maxItems: 20 }),
  },
  { $id: "LinesResult", ...closed },
);

const DeadLetter = Type.Object(
  {
    id: Type.String(),
    receivedAt: Type.String({ description: "RFC 3339." }),
    source: Type.String(),
    code: Type.String(),
    message: Type.String(),
    sample: Type.String({ description: "The start of what was refused." }),
    count: Type.Integer(),
  },
  { $id: "DeadLetter", ...closed },
);

export const DeadLettersResult = Type.Object(
  { deadLetters: Type.Array(DeadLetter), total: count("Dead letters kept.") },
  { $id: "DeadLettersResult", ...closed },
);

const SettingValue = Type.Union([Type.String(), Type.Number(), Type.Boolean()], { $id: "SettingValue" });

export const Setting = Type.Object(
  {
    key: Type.String(),
    value: SettingValue,
    default: SettingValue,
    unit: Type.String(),
    description: Type.String(),
  },
  { $id: "Setting", ...closed },
);

export const SettingsResult = Type.Object({ settings: Type.Array(Setting) }, { $id: "SettingsResult", ...closed });

export const SettingChange = Type.Object({ value: SettingValue }, { $id: "SettingChange", ...closed });

const PartitionView = Type.Object(
  {
    day: Type.String({ description: "YYYY-MM-DD, UTC." }),
    retentionDays: Type.Integer(),
    rows: Type.Integer(),
    bytes: Type.Integer(),
    held: Type.Boolean({ description: "A hold keeps it." }),
  },
  { $id: "PartitionView", ...closed },
);

export const RetentionPreview = Type.Object(
  {
    partitions: Type.Array(PartitionView, {
      description: "What a run would drop, and what it would drop were it not held.",
    }),
  },
  { $id: "RetentionPreview", ...closed },
);

export const RetentionOrder = Type.Object(
  {
    dryRun: Type.Boolean({ description: "True: only say what would be dropped." }),
    confirmed: Type.Optional(
      Type.Boolean({ description: "The clock was looked at and is right; needed after `retention_waits`." }),
    ),
  },
  { $id: "RetentionOrder", ...closed },
);

export const RetentionReport = Type.Object(
  {
    dryRun: Type.Boolean(),
    dropped: Type.Array(PartitionView),
    kept: Type.Array(PartitionView, { description: "Past their retention, kept by a hold." }),
  },
  { $id: "RetentionReport", ...closed },
);

const day = (description: string) => Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", description });

export const Hold = Type.Object(
  {
    id: Type.String(),
    fromDay: day("First day kept, YYYY-MM-DD, UTC."),
    toDay: day("Last day kept, included."),
    reason: Type.String(),
    createdAt: Type.String(),
    createdBy: Type.String(),
  },
  { $id: "Hold", description: "Days that retention may not drop.", ...closed },
);

export const HoldsResult = Type.Object({ holds: Type.Array(Hold) }, { $id: "HoldsResult", ...closed });

export const HoldOrder = Type.Object(
  {
    fromDay: day("First day to keep, YYYY-MM-DD, UTC."),
    toDay: day("Last day to keep, included."),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
  },
  { $id: "HoldOrder", ...closed },
);

export const Removed = Type.Object({ removed: Type.Boolean() }, { $id: "Removed", ...closed });

const Drops = Type.Record(Type.String(), Type.Integer(), { description: "Records given up, by reason." });

const LedgerView = Type.Object(
  {
    accepted: Type.Integer(),
    delivered: Type.Integer(),
    filtered: Type.Integer(),
    dropped: Drops,
    pending: Type.Integer(),
  },
  { $id: "LedgerView", description: "accepted = delivered + filtered + dropped + pending.", ...closed },
);

const ComponentStatus = Type.Object(
  { name: Type.String(), status: Type.Enum(["ok", "degraded", "down"]), detail: Type.String() },
  { $id: "ComponentStatus", ...closed },
);

export const Status = Type.Object(
  {
    version: Type.String(),
    startedAt: Type.String(),
    uptimeSeconds: Type.Number(),
    ready: Type.Boolean(),
    components: Type.Array(ComponentStatus),
    ingest: Type.Object(
      {
        accepted: Type.Integer(),
        delivered: Type.Integer(),
        filtered: Type.Integer(),
        dropped: Drops,
        pending: Type.Integer(),
        rejected: count("Records refused before the journal; they are in the dead letters or in the sender's answer."),
      },
      closed,
    ),
    journal: Type.Object(
      {
        bytes: Type.Integer(),
        bytesLimit: Type.Integer(),
        segmentsOpen: Type.Integer(),
        segmentsWaiting: Type.Integer(),
        segmentsQuarantined: Type.Integer(),
        oldestPendingMs: Type.Number(),
        drainBytesPerSecond: Type.Number(),
        refusedLastMinute: count(
          "Appends refused in the last minute, because the journal had no room or did not drain.",
        ),
        segmentsUnreadable: count("Segment files that could not be read; their records are in no other number."),
      },
      closed,
    ),
    engine: Type.Object(
      {
        state: Type.Enum(["starting", "ready", "restarting", "stopped"]),
        pid: Type.Optional(Type.Integer()),
        restarts: Type.Integer(),
        reason: Type.String(),
        version: Type.String(),
      },
      closed,
    ),
    storage: Type.Object(
      {
        rows: Type.Integer(),
        bytes: Type.Integer(),
        oldest: Type.Optional(Type.String({ description: "RFC 3339; absent when nothing is stored." })),
        newest: Type.Optional(Type.String()),
      },
      closed,
    ),
    self: LedgerView,
    dataDir: Type.String(),
  },
  { $id: "Status", ...closed },
);

export const Probe = Type.Object(
  { status: Type.Enum(["ok", "starting", "unavailable"]), detail: Type.String() },
  { $id: "Probe", ...closed },
);
