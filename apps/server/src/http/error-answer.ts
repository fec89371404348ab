import { type IdSource, limits, TaffrailError } from "@taffrail/contracts";
import type { FastifyError, FastifyReply } from "fastify";
import { retryHeaders } from "../retry-after.ts";
import { headerBytesMax } from "./listen.ts";

/** What the framework itself refuses, in the words of the catalogue. */
function fromFramework(error: FastifyError, type: string | undefined): TaffrailError | undefined {
  switch (error.code) {
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new TaffrailError(
        "unsupported_media_type",
        { type: type ?? "none", supported: "application/json" },
        error,
      );
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new TaffrailError("body_too_large", { limit: limits.jsonBody.value }, error);
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return new TaffrailError("payload_invalid", { reason: "it is empty" }, error);
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new TaffrailError("payload_invalid", { reason: "it is not JSON" }, error);
    case "FST_ERR_BAD_URL":
      return new TaffrailError("request_malformed", { reason: "the URL is not valid" }, error);
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new TaffrailError("headers_too_large", { limit: headerBytesMax }, error);
    default:
      return undefined;
  }
}

/**
 * Turns whatever was thrown into an error of the catalogue. What nobody foresaw becomes `internal` with an id that stands in the log too; its own
 * words stay inside.
 *
 * @param type the request's content type
 *
 * @example const fault = toTaffrailError(error, ids); reply.code(fault.status).send({ error: fault });
 */
export function toTaffrailError(error: unknown, ids: IdSource, type?: string): TaffrailError {
  if (error instanceof TaffrailError) return error;
  const known = error instanceof Error && "code" in error ? fromFramework(error as FastifyError, type) : undefined;
  return known ?? new TaffrailError("internal", { id: ids.hex(8) }, error);
}

/** Sends an error as `{ error: ErrorBody }` with its status, and `retry-after` (seconds) where it helps. */
export function sendError(reply: FastifyReply, fault: TaffrailError): FastifyReply {
  return reply
    .code(fault.status)
    .headers(retryHeaders(fault))
    .header("cache-control", "no-store")
    .type("application/json; charset=utf-8")
    .send(JSON.stringify({ error: fault }));
}
