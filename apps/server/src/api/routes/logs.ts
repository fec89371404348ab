import { limits } from "@taffrail/contracts";
import Type from "typebox";
import { defineRoute } from "../route.ts";
import * as schema from "../schemas.ts";

const span = {
  from: Type.Optional(Type.String({ description: "Start, included: RFC 3339 or milliseconds since 1970." })),
  to: Type.Optional(Type.String({ description: "End, excluded: RFC 3339 or milliseconds since 1970." })),
  since: Type.Optional(
    Type.String({ description: "Instead of from and to: a duration back from now, like 15m, 1h, 7d." }),
  ),
};
const question = {
  query: Type.Optional(Type.String({ description: "Search query; empty means all records." })),
  ...span,
};
const closed = { additionalProperties: false } as const;
const reads = { tag: "logs", action: "logs.read", resource: "logs" } as const;
const queryErrors = [
  "query_syntax",
  "time_range_required",
  "time_range_invalid",
  "query_timeout",
  "query_memory",
  "engine_unavailable",
] as const;

const searchLogs = defineRoute({
  ...reads,
  method: "GET",
  path: "/api/v1/logs/search",
  operationId: "searchLogs",
  summary: "Find records, newest first.",
  querystring: Type.Object(
    {
      ...question,
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: limits.searchPage.value, description: "Records a page; 100 unless told." }),
      ),
      cursor: Type.Optional(Type.String({ description: "`nextCursor` of the page before." })),
      order: Type.Optional(Type.Enum(["newest", "oldest"], { description: "newest unless told." })),
    },
    closed,
  ),
  response: schema.SearchResult,
  errors: [...queryErrors, "limit_too_large"],
});

const countLogs = defineRoute({
  ...reads,
  method: "GET",
  path: "/api/v1/logs/count",
  operationId: "countLogs",
  summary: "Count records.",
  querystring: Type.Object(question, closed),
  response: schema.CountResult,
  errors: queryErrors,
});

const logHistogram = defineRoute({
  ...reads,
  method: "GET",
  path: "/api/v1/logs/histogram",
  operationId: "logHistogram",
  summary: "Count records by level over time.",
  querystring: Type.Object(
    {
      ...question,
      buckets: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: limits.histogramBuckets.value,
          description: "Buckets wanted; 60 unless told.",
        }),
      ),
    },
    closed,
  ),
  response: schema.HistogramResult,
  errors: queryErrors,
});

const logFacets = defineRoute({
  ...reads,
  method: "GET",
  path: "/api/v1/logs/facets",
  operationId: "logFacets",
  summary: "Commonest values of fields.",
  querystring: Type.Object(
    {
      ...question,
      fields: Type.Optional(
        Type.String({ description: "Comma-separated; absent: level, service and the commonest attributes." }),
      ),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: "Values a field; 10 unless told." })),
    },
    closed,
  ),
  response: schema.FacetsResult,
  errors: queryErrors,
});

const logContext = defineRoute({
  ...reads,
  method: "GET",
  path: "/api/v1/logs/{id}/context",
  operationId: "logContext",
  summary: "The records just before and after one record.",
  params: Type.Object({ id: Type.String({ pattern: "^\\d{1,20}$", description: "The record's id." }) }, closed),
  querystring: Type.Object(
    {
      time: Type.String({ description: "The record's time, RFC 3339 with nanoseconds." }),
      before: Type.Optional(Type.Integer({ minimum: 0, maximum: 200, description: "20 unless told." })),
      after: Type.Optional(Type.Integer({ minimum: 0, maximum: 200, description: "20 unless told." })),
      anyService: Type.Optional(
        Type.Boolean({ description: "Neighbours of every service, not only the record's own." }),
      ),
    },
    closed,
  ),
  response: schema.ContextResult,
  errors: ["record_not_found", "query_timeout", "engine_unavailable"],
});

const logFields = defineRoute({
  ...reads,
  method: "GET",
  path: "/api/v1/logs/fields",
  operationId: "logFields",
  summary: "Names of fields seen in a time range, most frequent first.",
  querystring: Type.Object(
    {
      ...span,
      prefix: Type.Optional(Type.String({ maxLength: 256 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: "100 unless told." })),
    },
    closed,
  ),
  response: schema.FieldsResult,
  errors: ["time_range_invalid", "engine_unavailable"],
});

const tailLogs = defineRoute({
  ...reads,
  method: "GET",
  path: "/api/v1/logs/tail",
  operationId: "tailLogs",
  summary: "Records as they become searchable, as server-sent events.",
  querystring: Type.Object({ query: question.query }, closed),
  response: schema.TailEvent,
  media: "text/event-stream",
  errors: ["query_syntax"],
});

const explainQuery = defineRoute({
  ...reads,
  method: "GET",
  path: "/api/v1/query/explain",
  operationId: "explainQuery",
  summary: "How a query is understood and what SQL it becomes.",
  querystring: Type.Object(question, closed),
  response: schema.ExplainResult,
  errors: ["query_syntax", "time_range_invalid"],
});

/** Reading logs. */
export const logRoutes = {
  searchLogs,
  countLogs,
  logHistogram,
  logFacets,
  logContext,
  logFields,
  tailLogs,
  explainQuery,
} as const;
