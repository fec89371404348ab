// @ts-check
import { gzipSync } from "node:zlib";
import { ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";

/** @typedef {"lines" | "lines-gzip" | "otlp-json" | "otlp-protobuf" | "otlp-nested"} Form */
/** @typedef {"acknowledged" | "refused" | "unknown"} Outcome */

/** Every way a batch travels here, so that both insert statements and the decoded path are under fire. */
export const forms = /** @type {readonly Form[]} */ ([
  "lines",
  "lines-gzip",
  "otlp-json",
  "otlp-protobuf",
  "otlp-nested",
]);

const hrTime = (/** @type {number} */ ms) =>
  /** @type {[number, number]} */ ([Math.floor(ms / 1000), (ms % 1000) * 1e6]);

/**
 * An OTLP request as the stock SDK's serializer writes it.
 * @param {readonly string[]} ids @param {number} nowMs @param {boolean} nested
 */
function otlpProtobuf(ids, nowMs, nested) {
  const records = ids.map((id) => ({
    hrTime: hrTime(nowMs),
    hrTimeObserved: hrTime(nowMs),
    severityNumber: 9,
    severityText: "INFO",
    body: `proof ${id}`,
    attributes: nested ? { proof_id: id, cart: { items: ["a", 1], total: 2.5 } } : { proof_id: id, n: 1, ok: true },
    droppedAttributesCount: 0,
    resource: resourceFromAttributes({ "service.name": "prove", "host.name": "here" }),
    instrumentationScope: { name: "prove", version: "1" },
  }));
  const bytes = ProtobufLogsSerializer.serializeRequest(/** @type {any[]} */ (records));
  if (!bytes) throw new Error("the OpenTelemetry serializer gave nothing");
  return Buffer.from(bytes);
}

/** @param {readonly string[]} ids @param {number} nowMs */
function otlpJson(ids, nowMs) {
  const logRecords = ids.map((id) => ({
    timeUnixNano: `${nowMs}000000`,
    severityNumber: 13,
    body: { stringValue: `proof ${id}` },
    attributes: [
      { key: "proof_id", value: { stringValue: id } },
      { key: "user", value: { kvlistValue: { values: [{ key: "id", value: { intValue: "7" } }] } } },
    ],
  }));
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "prove" } }] };
  return Buffer.from(
    JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope: { name: "prove" }, logRecords }] }] }),
  );
}

/** @param {readonly string[]} ids @param {number} nowMs */
function lines(ids, nowMs) {
  const time = new Date(nowMs).toISOString();
  return Buffer.from(
    ids
      .map(
        (id) =>
          `${JSON.stringify({ time, level: "info", service: "prove", msg: `proof ${id}`, proof_id: id, user: { id: 7 } })}\n`,
      )
      .join(""),
  );
}

/** @param {Form} form @param {readonly string[]} ids @param {number} nowMs @returns {{ path: string, headers: Record<string, string>, body: Buffer }} */
export function request(form, ids, nowMs) {
  switch (form) {
    case "lines":
      return {
        path: "/api/v1/ingest/lines",
        headers: { "content-type": "application/x-ndjson" },
        body: lines(ids, nowMs),
      };
    case "lines-gzip":
      return {
        path: "/api/v1/ingest/lines",
        headers: { "content-type": "application/x-ndjson", "content-encoding": "gzip" },
        body: gzipSync(lines(ids, nowMs)),
      };
    case "otlp-json":
      return { path: "/v1/logs", headers: { "content-type": "application/json" }, body: otlpJson(ids, nowMs) };
    default:
      return {
        path: "/v1/logs",
        headers: { "content-type": "application/x-protobuf" },
        body: otlpProtobuf(ids, nowMs, form === "otlp-nested"),
      };
  }
}

/**
 * Sends one batch and says what its sender knows afterwards. No answer means unknown: the batch may or may not be stored.
 * @param {string} url @param {Form} form @param {readonly string[]} ids @returns {Promise<Outcome>}
 */
export async function send(url, form, ids) {
  const { path, headers, body } = request(form, ids, Date.now());
  try {
    const answer = await fetch(new URL(path, url), {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.timeout(20_000),
    });
    const text = await answer.text();
    if (answer.status !== 200) return "refused";
    if (/"rejected":[1-9]|rejectedLogRecords/.test(text))
      throw new Error(`partial success where none was due: ${text.slice(0, 300)}`);
    return "acknowledged";
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("partial")) throw error;
    return "unknown";
  }
}
