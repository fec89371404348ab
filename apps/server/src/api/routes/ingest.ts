import { lineFormats } from "@taffrail/protocol";
import Type from "typebox";
import { defineRoute } from "../route.ts";
import * as schema from "../schemas.ts";

const closed = { additionalProperties: false } as const;
const writes = { tag: "ingest", method: "POST", action: "ingest.write", resource: "logs" } as const;
const ingestErrors = [
  "body_too_large",
  "body_too_complex",
  "body_truncated",
  "unsupported_encoding",
  "unsupported_media_type",
  "ingest_busy",
  "ingest_stalled",
  "ingest_overloaded",
  "ingest_stalled",
  "journal_unavailable",
  "shutting_down",
] as const;

const exportLogs = defineRoute({
  ...writes,
  path: "/v1/logs",
  operationId: "exportLogs",
  summary: "OTLP/HTTP logs: ExportLogsServiceRequest as protobuf or JSON; errors are google.rpc.Status.",
  rawBody: ["application/x-protobuf", "application/json"],
  response: Type.Unknown({ description: "ExportLogsServiceResponse, in the request's encoding." }),
  media: "*/*",
  errors: [
    ...ingestErrors,
    "malformed_protobuf",
    "malformed_json",
    "wrong_field_type",
    "invalid_utf8",
    "record_too_deep",
  ],
  client: false,
});

const ingestLines = defineRoute({
  ...writes,
  path: "/api/v1/ingest/lines",
  operationId: "ingestLines",
  summary: "Lines: JSON lines of common loggers, Docker, CRI, logfmt or plain text.",
  querystring: Type.Object(
    {
      service: Type.Optional(Type.String({ maxLength: 256, description: "Service of lines that name none." })),
      source: Type.Optional(
        Type.String({ maxLength: 256, description: "How the lines came in, like ship; lines unless told." }),
      ),
      format: Type.Optional(
        Type.Enum([...lineFormats], {
          description: "Reads every line as this format; each is recognised by itself unless told.",
        }),
      ),
    },
    closed,
  ),
  rawBody: ["application/x-ndjson", "application/json", "text/plain"],
  response: schema.LinesResult,
  errors: [...ingestErrors, "invalid_parameter", "invalid_line"],
});

const listDeadLetters = defineRoute({
  tag: "ingest",
  method: "GET",
  path: "/api/v1/ingest/dead-letters",
  operationId: "listDeadLetters",
  summary: "What was refused, and why; newest first.",
  action: "logs.read",
  resource: "dead-letters",
  querystring: Type.Object(
    { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: "100 unless told." })) },
    closed,
  ),
  response: schema.DeadLettersResult,
});

/** Taking records in. */
export const ingestRoutes = { exportLogs, ingestLines, listDeadLetters } as const;
