import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { encodeStatus } from "@taffrail/protocol";
import { describe, expect, test } from "vitest";
import type { IngestInput, LinesInput } from "./ingest.ts";
import { line, linesInput, otlpInput, otlpRecords, record, useIngest } from "./testdata/requests.ts";

const fixture = useIngest();
const dayMs = 86_400_000;

const json = (value: unknown): IngestInput =>
  otlpInput(Buffer.from(typeof value === "string" ? value : JSON.stringify(value)), {
    contentType: "application/json",
  });

describe("OTLP bodies that are refused as a whole", () => {
  const gzip = gzipSync(otlpRecords([record()]).body as Uint8Array);
  const cases: readonly (readonly [string, IngestInput, number, string])[] = [
    ["truncated gzip", otlpInput(gzip.subarray(0, 30), { contentEncoding: "gzip" }), 400, "ends early"],
    [
      "a gzip bomb",
      otlpInput(gzipSync(Buffer.alloc(70_000_000)), { contentEncoding: "gzip" }),
      413,
      "exceeds 67108864",
    ],
    ["a body of 100 MB", otlpInput(Buffer.alloc(0), { contentLength: 100_000_000 }), 413, "exceeds 67108864"],
    ["an unknown encoding", otlpInput(gzip, { contentEncoding: "lzma" }), 415, "lzma"],
    [
      "a wrong content type",
      otlpInput(gzip, { contentType: "text/html" }),
      415,
      "application/x-protobuf, application/json",
    ],
    ["no content type", otlpInput(gzip, { contentType: undefined }), 415, "(none)"],
    ["broken protobuf", otlpInput(Buffer.from("definitely not protobuf")), 400, "at byte"],
    ["broken JSON", json('{"resourceLogs":['), 400, "not valid JSON"],
    ["JSON of a wrong shape", json({ resourceLogs: 5 }), 400, "resourceLogs must be a list"],
    [
      "JSON with invalid UTF-8",
      otlpInput(Buffer.from([0x7b, 0xff]), { contentType: "application/json" }),
      400,
      "byte 1",
    ],
  ];
  test.each(cases)("%s", async (_name, input, status, words) => {
    const { ingest, journal } = await fixture.start();
    const answer = await ingest.otlpLogs(input);
    expect(answer.status).toBe(status);
    expect(Buffer.from(answer.body as Uint8Array).toString("utf8")).toContain(words);
    const protobuf = input.contentType === "application/x-protobuf";
    expect(answer.contentType).toBe(protobuf ? "application/x-protobuf" : "application/json");
    expect(journal.stats().ledger.accepted).toBe(0);
    expect(ingest.stats()).toMatchObject({ bytesInFlight: 0, bodiesInFlight: 0 });
  });

  test("the error is a google.rpc.Status in the form of the request", async () => {
    const { ingest } = await fixture.start();
    const message =
      "The body is not valid JSON: Unexpected end of JSON input. Check the sender; OTLP/JSON needs one object a request.";
    expect(JSON.parse((await ingest.otlpLogs(json(""))).body as string)).toEqual({ code: 3, message });
    const { body } = await ingest.otlpLogs(otlpInput(Buffer.from([0x08, 0x01])));
    const reason = "The body is not a valid OTLP request: field 1 has wire type 0 at byte 1.";
    expect(body).toEqual(encodeStatus(3, `${reason} Check the exporter's protocol setting (http/protobuf).`));
  });
});

describe("OTLP requests with bad records", () => {
  const invalid = Buffer.from(otlpRecords([record({ body: "bad ÿ text" })]).body as Uint8Array);
  invalid[invalid.indexOf(0xbf)] = 0x20;

  test("good records are stored, each bad one is a dead letter and is counted in the answer", async () => {
    const { ingest, journal, deadLetters } = await fixture.start();
    let deep: unknown = { stringValue: "x" };
    for (let level = 0; level < 1000; level++) deep = { arrayValue: { values: [deep] } };
    const timeUnixNano = `${Date.now()}000000`;
    const logRecords = [
      { timeUnixNano, body: { stringValue: "good" } },
      { timeUnixNano, body: { stringValue: 5 } },
      { timeUnixNano, body: deep },
      { timeUnixNano: `${Date.now() - 31 * dayMs}000000` },
      { timeUnixNano, body: { stringValue: "x".repeat(1_100_000) } },
      { timeUnixNano, body: { stringValue: "good too" } },
    ];
    const answer = await ingest.otlpLogs(json({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
    expect(answer.status).toBe(200);
    const { partialSuccess } = JSON.parse(answer.body as string) as { partialSuccess: Record<string, string> };
    expect(partialSuccess.rejectedLogRecords).toBe("4");
    for (const code of ["1 wrong_field_type", "1 record_too_deep", "1 too_old", "1 record_too_large"]) {
      expect(partialSuccess.errorMessage).toContain(code);
    }
    expect(journal.stats().ledger.accepted).toBe(2);
    const letters = await deadLetters.list("default", 10);
    expect(letters.map(({ code }) => code).sort()).toEqual([
      "record_too_deep",
      "record_too_large",
      "too_old",
      "wrong_field_type",
    ]);
    expect(ingest.stats().sources.otlp).toMatchObject({ requests: 1, accepted: 2, rejected: { too_old: 1 } });
  });

  test("invalid UTF-8 in a record of a protobuf request", async () => {
    const { ingest, deadLetters } = await fixture.start();
    const answer = await ingest.otlpLogs(otlpInput(invalid));
    expect(answer.status).toBe(200);
    expect(Buffer.from(answer.body as Uint8Array).toString("utf8")).toContain("1 record was refused (1 invalid_utf8)");
    expect(await deadLetters.list("default", 10)).toMatchObject([{ code: "invalid_utf8", source: "otlp", count: 1 }]);
  });

  test("an empty request is a success without bytes", async () => {
    const { ingest } = await fixture.start();
    expect(await ingest.otlpLogs(otlpInput(Buffer.alloc(0)))).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(await ingest.otlpLogs(json({}))).toMatchObject({ status: 200, body: "{}" });
  });
});

describe("lines", () => {
  test("one bad line in 10,000", async () => {
    const { ingest, journal, deadLetters } = await fixture.start();
    const lines = Array.from({ length: 10_000 }, (_, index) => line(`n${index}`));
    lines[4321] = '{"msg": "cut\n';
    const { status, body } = await ingest.lines(linesInput(lines.join("")));
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 9999, rejected: 1, errors: [{ line: 4322, code: "invalid_line" }] });
    expect(journal.stats().ledger.accepted).toBe(9999);
    expect(await deadLetters.list("default", 10)).toMatchObject([{ code: "invalid_line", sample: '{"msg": "cut' }]);
  });

  const refused: readonly (readonly [string, string | Uint8Array, string])[] = [
    [
      "invalid UTF-8",
      Buffer.concat([Buffer.from('{"msg":"'), Buffer.from([0xff]), Buffer.from('"}\n')]),
      "invalid_utf8",
    ],
    ["depth 10,000", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}\n`, "record_too_deep"],
    ["a line above 1 MiB", `{"msg":"${"x".repeat(1024 * 1024)}"}\n`, "record_too_large"],
    ["no object", "[1,2]\n", "invalid_line"],
    ["text in JSON lines", "free text\n", "invalid_line"],
    ["a time past its retention", `{"time":${Date.now() - 31 * dayMs},"msg":"old"}\n`, "too_old"],
  ];
  test.each(refused)("%s: refused, and nothing else with it", async (_name, bad, code) => {
    const { ingest, deadLetters } = await fixture.start();
    const mixed = Buffer.concat([Buffer.from(line("before")), Buffer.from(bad), Buffer.from(line("after"))]);
    const { status, body } = await ingest.lines(linesInput(mixed));
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { accepted: 2, rejected: 1, errors: [{ line: 2, code }] },
    });
    expect(await deadLetters.list("default", 10)).toMatchObject([{ code, source: "lines" }]);
    const alone = await ingest.lines(linesInput(Buffer.from(bad)));
    expect(alone).toMatchObject({ status: 400, body: { accepted: 0, rejected: 1, error: { code } } });
  });

  test("only the first twenty are named, all are counted, and dead letters stay few", async () => {
    const { ingest, deadLetters } = await fixture.start();
    const { body } = await ingest.lines(linesInput("{\n".repeat(5000)));
    expect(body).toMatchObject({ accepted: 0, rejected: 5000 });
    expect(body).toHaveProperty("errors.length", 20);
    const letters = await deadLetters.list("default", 1000);
    expect(letters).toHaveLength(20);
    expect(letters.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
  });

  const failing: readonly (readonly [string, Partial<LinesInput>, number, string])[] = [
    ["a wrong content type", { contentType: "image/png" }, 415, "unsupported_media_type"],
    ["an unknown format", { format: "xml" }, 400, "invalid_parameter"],
    ["a source that is no name", { source: "a b" }, 400, "invalid_parameter"],
    ["a service that is no name", { service: "x".repeat(257) }, 400, "invalid_parameter"],
    ["an unknown encoding", { contentEncoding: "lzma" }, 415, "unsupported_encoding"],
  ];
  test.each(failing)("%s", async (_name, change, status, code) => {
    const { ingest } = await fixture.start();
    const answer = await ingest.lines(linesInput(line("x"), change));
    expect(answer).toMatchObject({ status, body: { error: { code } } });
  });

  test("an empty body is a success", async () => {
    const { ingest } = await fixture.start();
    expect(await ingest.lines(linesInput(""))).toMatchObject({
      status: 200,
      body: { accepted: 0, rejected: 0, errors: [] },
    });
    expect(await ingest.lines(linesInput("\n\n"))).toMatchObject({ status: 200, body: { accepted: 0, rejected: 0 } });
  });

  test("application/json may be lines, one record over several lines, or a list", async () => {
    const { ingest } = await fixture.start();
    const take = async (text: string) =>
      (await ingest.lines(linesInput(text, { contentType: "application/json" }))).body;
    expect(await take(line("a") + line("b"))).toMatchObject({ accepted: 2, rejected: 0 });
    expect(await take('{\n  "msg": "pretty"\n}\n')).toMatchObject({ accepted: 1, rejected: 0 });
    expect(await take('[{"msg":"a"}, 5, {"msg":"b"}]')).toMatchObject({
      accepted: 2,
      rejected: 1,
      errors: [{ line: 2 }],
    });
  });
});

describe("overload and shutdown", () => {
  test("bodies beyond the bytes in flight are told to come again", async () => {
    const { ingest } = await fixture.start({ bytesInFlightMax: 100 });
    const answer = await ingest.otlpLogs(otlpRecords([record(), record()]));
    expect(answer).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    const lines = await ingest.lines(linesInput(line("x".repeat(100))));
    expect(lines).toMatchObject({
      status: 429,
      headers: { "retry-after": "1" },
      body: { error: { code: "ingest_overloaded" } },
    });
    expect(ingest.stats().bytesInFlight).toBe(0);
  });

  test("a journal at its budget: 429, and nothing is accepted", async () => {
    const { ingest, journal } = await fixture.start();
    journal.setBudget(1);
    const answer = await ingest.otlpLogs(otlpRecords([record()]));
    expect(answer.status).toBe(429);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(ingest.stats().sources.otlp).toMatchObject({ accepted: 0, failed: { ingest_busy: 1 } });
  });

  test("a body whose sender goes away before its end is not accepted", async () => {
    const { ingest, journal } = await fixture.start();
    const whole = otlpRecords([record(), record()]).body as Uint8Array;
    const abort = new AbortController();
    const stuck = new Readable({ read(): void {} });
    stuck.push(whole.subarray(0, whole.length - 1));
    const pending = ingest.otlpLogs(otlpInput(stuck, { signal: abort.signal }));
    await expect.poll(() => ingest.stats().bytesInFlight).toBe(whole.length - 1);
    abort.abort();
    expect((await pending).status).toBe(400);
    expect(journal.stats().ledger.accepted).toBe(0);
    expect(ingest.stats()).toMatchObject({ bytesInFlight: 0, bodiesInFlight: 0 });
  });

  test("a server that shuts down says so", async () => {
    const { ingest } = await fixture.start();
    await ingest.close();
    expect(await ingest.otlpLogs(otlpRecords([record()]))).toMatchObject({
      status: 503,
      contentType: "application/x-protobuf",
    });
    expect(await ingest.lines(linesInput(line("x")))).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
  });
});
