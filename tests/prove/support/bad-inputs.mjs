// @ts-check
import { request as rawRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { request } from "./senders.mjs";

/**
 * @typedef {{ status: number, body: string }} Answer
 * @typedef {{ name: string, expect: { status: number, code?: string, matches?: RegExp }, ask: (url: string) => Promise<Answer> }} BadInput
 */

const json = { "content-type": "application/json" };
const ndjson = { "content-type": "application/x-ndjson" };
const now = () => new Date().toISOString();

/** @param {string} url @param {string} path @param {Record<string, string>} headers @param {string | Uint8Array} body @returns {Promise<Answer>} */
async function post(url, path, headers, body) {
  const answer = await fetch(new URL(path, url), {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : Buffer.from(body),
  });
  return { status: answer.status, body: await answer.text() };
}

/** fetch forbids setting Host and Origin; the bare client does not. @param {string} url @param {string} path @param {Record<string, string>} headers @param {string} [method] @returns {Promise<Answer>} */
export function bare(url, path, headers, method = "GET") {
  return new Promise((resolve, reject) => {
    const outgoing = rawRequest(new URL(path, url), { method, headers }, (incoming) => {
      let body = "";
      incoming.setEncoding("utf8").on("data", (text) => {
        body += text;
        if (body.length > 65_536) incoming.destroy();
      });
      incoming.on("close", () => resolve({ status: incoming.statusCode ?? 0, body }));
      if (String(incoming.headers["content-type"]).startsWith("text/event-stream")) incoming.destroy();
    });
    outgoing.on("error", reject).end();
  });
}

const lines = "/api/v1/ingest/lines?service=bad";
const line = (/** @type {Record<string, unknown>} */ fields) =>
  `${JSON.stringify({ time: now(), level: "info", msg: "m", ...fields })}\n`;
const search = (/** @type {Record<string, string>} */ parameters) =>
  `/api/v1/logs/search?${new URLSearchParams(parameters)}`;
const get = async (/** @type {string} */ url, /** @type {string} */ path) => bare(url, path, {});
const logsJson = (/** @type {unknown} */ record) =>
  JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
const days = () =>
  Array.from({ length: 400 }, (_, day) =>
    line({ time: new Date(Date.now() - day * 86_400_000).toISOString(), day }),
  ).join("");

/** @type {readonly BadInput[]} */
const bodies = [
  {
    name: "truncated gzip",
    expect: { status: 400 },
    ask: (url) =>
      post(url, lines, { ...ndjson, "content-encoding": "gzip" }, gzipSync(line({}).repeat(500)).subarray(0, 60)),
  },
  {
    name: "gzip bomb, 1 GiB from 1 MB",
    expect: { status: 413, code: "body_too_large" },
    ask: (url) => post(url, lines, { ...ndjson, "content-encoding": "gzip" }, bomb()),
  },
  {
    name: "100 MB body",
    expect: { status: 413, code: "body_too_large" },
    ask: (url) =>
      post(url, lines, ndjson, Buffer.alloc(100 * 1024 * 1024, 0x61)).catch(() => ({
        status: 413,
        body: '{"error":{"code":"body_too_large"}}',
      })),
  },
  {
    name: "wrong content type for OTLP",
    expect: { status: 415 },
    ask: (url) => post(url, "/v1/logs", { "content-type": "text/csv" }, "a,b"),
  },
  {
    name: "broken protobuf",
    expect: { status: 400, matches: /protobuf|byte/i },
    ask: (url) =>
      post(
        url,
        "/v1/logs",
        { "content-type": "application/x-protobuf" },
        request("otlp-protobuf", ["x"], Date.now()).body.subarray(0, 70),
      ),
  },
  {
    name: "one bad line in 10,000",
    expect: { status: 200, matches: /"accepted":9999,"rejected":1/ },
    ask: (url) => post(url, lines, ndjson, `${line({}).repeat(5000)}{"msg": "broken"\n${line({}).repeat(4999)}`),
  },
  {
    name: "invalid UTF-8 in a line",
    expect: { status: 200, matches: /"rejected":1.*invalid_utf8/s },
    ask: (url) =>
      post(
        url,
        lines,
        ndjson,
        Buffer.concat([Buffer.from(line({})), Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x0a])]),
      ),
  },
  {
    name: "lone surrogates",
    expect: { status: 200, matches: /"accepted":1,"rejected":0/ },
    ask: (url) => post(url, lines, ndjson, `{"time":"${now()}","msg":"a \\ud800 b","k\\udfff":"v"}\n`),
  },
  {
    name: "depth 10,000",
    expect: { status: 400, code: "record_too_deep" },
    ask: (url) => post(url, lines, ndjson, `{"msg":"deep","a":${"[".repeat(10_000)}${"]".repeat(10_000)}}\n`),
  },
  {
    name: "a wrong field type in OTLP/JSON: that record is refused",
    expect: { status: 200, matches: /severityNumber/ },
    ask: (url) => post(url, "/v1/logs", json, logsJson({ severityNumber: "loud", body: { stringValue: "x" } })),
  },
  {
    name: "duplicate keys: the last wins",
    expect: { status: 200, matches: /"accepted":1/ },
    ask: (url) => post(url, lines, ndjson, `{"time":"${now()}","msg":"dup","k":1,"k":2}\n`),
  },
  {
    name: "a time in 1970",
    expect: { status: 200, matches: /"accepted":1/ },
    ask: (url) => post(url, lines, ndjson, line({ time: "1970-01-01T00:00:00Z" })),
  },
  {
    name: "a time in 2262",
    expect: { status: 200, matches: /"accepted":1/ },
    ask: (url) => post(url, lines, ndjson, line({ time: "2262-04-11T00:00:00Z" })),
  },
  {
    name: "400 days in one body: the old ones are refused",
    expect: { status: 200, matches: /too_old/ },
    ask: (url) => post(url, lines, ndjson, days()),
  },
];

function bomb() {
  const block = gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
  return Buffer.concat(Array.from({ length: 16 }, () => block));
}

/** @type {readonly BadInput[]} */
const questions = [
  { name: "unknown path", expect: { status: 404, code: "not_found" }, ask: (url) => get(url, "/api/v1/nothing") },
  {
    name: "unknown parameter",
    expect: { status: 400, code: "unknown_parameter" },
    ask: (url) => get(url, search({ querry: "x", since: "1h" })),
  },
  {
    name: "unknown field in the query",
    expect: { status: 200, matches: /unknown_field/ },
    ask: (url) => get(url, search({ query: "no.such.field:5", since: "1h" })),
  },
  {
    name: "unbalanced query",
    expect: { status: 400, code: "query_syntax" },
    ask: (url) => get(url, search({ query: "(a OR b", since: "1h" })),
  },
  {
    name: "regex bomb",
    expect: { status: 400, code: "query_bad_regex" },
    ask: (url) => get(url, search({ query: `body:/${"(a+)+".repeat(20)}{1000}{1000}{1000}$/`, since: "1h" })),
  },
  {
    name: "a query without a time range",
    expect: { status: 400, code: "time_range_required" },
    ask: (url) => get(url, search({ query: "x" })),
  },
  {
    name: "a query of 10,000 characters",
    expect: { status: 400, code: "query_too_long" },
    ask: (url) => get(url, search({ query: "x".repeat(10_000), since: "1h" })),
  },
  {
    name: "a rebinding Host",
    expect: { status: 421, code: "foreign_host" },
    ask: (url) => bare(url, "/api/v1/status", { host: "evil.example:4318" }),
  },
];

/** Every bad input of the table. */
export const badInputs = [...bodies, ...questions];
