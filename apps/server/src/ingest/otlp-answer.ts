import type { TaffrailError } from "@taffrail/contracts";
import { encodeLogsResponse, encodeStatus, logsResponseJson } from "@taffrail/protocol";
import { retryHeaders } from "../retry-after.ts";
import type { IngestAnswer } from "./ingest.ts";
import type { OtlpForm } from "./media-type.ts";
import { type Refusals, refusedTotal } from "./refusals.ts";

const contentTypes: Readonly<Record<OtlpForm, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

/** gRPC codes by HTTP status: what `google.rpc.Status` wants. Everything else is an invalid argument (3). */
const grpcCodes: Readonly<Record<number, number>> = { 413: 8, 415: 12, 429: 8, 503: 14 };
const invalidArgument = 3;

function messageOf({ counts, kept }: Refusals, total: number): string {
  if (total === 0) return "";
  const parts = Object.entries(counts).map(([code, count]) => `${count} ${code}`);
  const first = kept[0] ? ` First: ${kept[0].message}` : "";
  return `${total} record${total === 1 ? " was" : "s were"} refused (${parts.join(", ")}).${first}`;
}

/**
 * Answers a request whose records were taken in, all or some of them: 200, with the count of the refused ones as partial success.
 *
 * @example otlpSuccess("json", refusals).body // "{}"
 */
export function otlpSuccess(form: OtlpForm, refusals: Refusals): IngestAnswer {
  const rejected = refusedTotal(refusals);
  const outcome = { rejected, message: messageOf(refusals, rejected) };
  const body = form === "json" ? logsResponseJson(outcome) : encodeLogsResponse(outcome);
  return { status: 200, contentType: contentTypes[form], body, headers: {} };
}

/**
 * Answers a request that failed as a whole, as google.rpc.Status in the request's own form.
 *
 * @example otlpFailure("protobuf", new TaffrailError("shutting_down")).status // 503
 */
export function otlpFailure(form: OtlpForm, error: TaffrailError): IngestAnswer {
  const code = grpcCodes[error.status] ?? invalidArgument;
  const message = `${error.message} ${error.remedy}`;
  const body = form === "json" ? JSON.stringify({ code, message }) : encodeStatus(code, message);
  return { status: error.status, contentType: contentTypes[form], body, headers: retryHeaders(error) };
}
