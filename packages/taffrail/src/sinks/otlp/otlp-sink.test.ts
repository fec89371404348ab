import { type Batch, createBatch, type Signal, type Sink, type WriteResult } from "@taffrail/contracts";
import { decodeLogsJson, decodeLogsRequest, encodeLogsResponse } from "@taffrail/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type OtlpSinkOptions, otlpSink } from "../otlp-sink.ts";
import { type ReceiverThread, startReceiver, type ThreadReply } from "../testdata/receiver-thread.ts";
import { judgeOtlp } from "./otlp-answer.ts";
import { readOtlpEnvironment, readResource } from "./otlp-environment.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function receive(replies: readonly ThreadReply[] = [], maxBytes?: number): Promise<ReceiverThread> {
  const receiver = await startReceiver(replies, maxBytes);
  cleanups.push(receiver.stop);
  return receiver;
}

function open(options: OtlpSinkOptions): Sink {
  const sink = otlpSink(options);
  cleanups.push(() => sink.close(AbortSignal.timeout(1000)));
  return sink;
}

const lineOf = (n: number): string =>
  `${JSON.stringify({ time: "2026-11-22T09:00:00.123Z", level: "info", service: "shop", msg: "x", n })}\n`;
const batchOf = (count: number, from = 0): Batch =>
  createBatch(Array.from({ length: count }, (_, index) => ({ level: "info", line: lineOf(from + index) })));
const spans = (signal: Signal): Batch =>
  createBatch([{ level: "info", line: '{"scopeSpans":[{"spans":[{"name":"a"}]}]}\n' }], { signal });
const write = (sink: Sink, batch = batchOf(2)): Promise<WriteResult> => sink.write(batch, AbortSignal.timeout(8000));
async function numbersIn(receiver: ReceiverThread): Promise<unknown[]> {
  const taken = (await receiver.received()).filter(({ status }) => status < 300);
  return taken.flatMap(({ body }) =>
    [...decodeLogsRequest(body)].map((item) => "record" in item && item.record.attributes.n),
  );
}

describe("otlpSink", () => {
  it("url, headers: posts protobuf to the path of each signal", async () => {
    const receiver = await receive();
    const sink = open({ url: `${receiver.url}/base/`, headers: { authorization: "Bearer x" } });
    expect(await write(sink)).toEqual({ outcome: "ok" });
    expect(await write(sink, spans("traces"))).toEqual({ outcome: "ok" });
    expect(await write(sink, spans("metrics"))).toEqual({ outcome: "ok" });
    const requests = await receiver.received();
    expect(requests.map(({ url }) => url)).toEqual(["/base/v1/logs", "/base/v1/traces", "/base/v1/metrics"]);
    expect(requests[0]?.headers).toMatchObject({ authorization: "Bearer x", "content-type": "application/x-protobuf" });
    expect(await numbersIn({ ...receiver, received: async () => requests.slice(0, 1) })).toEqual([0, 1]);
  });

  it("protocol: json", async () => {
    const receiver = await receive();
    await write(open({ url: receiver.url, protocol: "json" }));
    const [request] = await receiver.received();
    expect(request?.headers["content-type"]).toBe("application/json");
    expect([...decodeLogsJson(Buffer.from(request?.body ?? []).toString())].length).toBe(2);
  });

  it("compression: gzip", async () => {
    const receiver = await receive();
    await write(open({ url: receiver.url, compression: "gzip" }), batchOf(500));
    expect((await receiver.received())[0]?.headers["content-encoding"]).toBe("gzip");
    expect((await numbersIn(receiver)).length).toBe(500);
  });

  it("resource: stands beside the name of the service", async () => {
    const receiver = await receive();
    await write(open({ url: receiver.url, resource: { "host.cpus": 8 } }));
    const [item] = decodeLogsRequest((await receiver.received())[0]?.body ?? new Uint8Array(0));
    expect(item).toMatchObject({ record: { resource: { "service.name": "shop", "host.cpus": 8 } } });
  });

  it("signals: declares what it takes, and refuses the rest", async () => {
    expect(open({ url: "http://127.0.0.1:1" }).signals).toEqual(["logs", "traces", "metrics"]);
    const sink = open({ url: "http://127.0.0.1:1", signals: ["logs"] });
    expect(sink.signals).toEqual(["logs"]);
    expect(await write(sink, spans("traces"))).toMatchObject({ outcome: "drop" });
  });

  it("maxRecords, lingerMs: are its wishes about batches", () => {
    expect(open({ url: "http://127.0.0.1:1", maxRecords: 7, lingerMs: 9 }).batching).toMatchObject({
      maxRecords: 7,
      lingerMs: 9,
    });
  });

  it("timeoutMs: asks for a retry when there is no answer in time; health says so", async () => {
    const receiver = await receive([{ status: 200, delayMs: 2000 }]);
    const sink = open({ url: receiver.url, timeoutMs: 200 });
    const batch = batchOf(2);
    expect(await write(sink, batch)).toMatchObject({
      outcome: "retry",
      reason: expect.stringContaining("no answer in 200 ms"),
    });
    expect(sink.health?.()).toMatchObject({ status: "degraded", detail: expect.stringContaining("logs: http") });
    expect(await write(sink, batch)).toEqual({ outcome: "ok" });
    expect(sink.health?.()).toEqual({ status: "healthy" });
  });

  it("counts what a partial success names as rejected", async () => {
    const partial = Buffer.from(encodeLogsResponse({ rejected: 1, message: "too old" })).toString("latin1");
    const receiver = await receive([{ status: 200, body: partial }]);
    expect(await write(open({ url: receiver.url }))).toMatchObject({
      outcome: "partial",
      refused: 1,
      reason: expect.stringContaining("1 records refused: too old"),
    });
  });

  it("sends in parts what is too large, and counts lines that are no spans", async () => {
    const receiver = await receive([], 3000);
    expect(await write(open({ url: receiver.url }), batchOf(200))).toEqual({ outcome: "ok" });
    expect(await numbersIn(receiver)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    const mixed = createBatch([...spans("traces").records(), { level: "info", line: "no json\n" }], {
      signal: "traces",
    });
    expect(await write(open({ url: receiver.url }), mixed)).toMatchObject({ outcome: "partial", refused: 1 });
  });

  it("lastEffortMs: sends what is left by blocking, or nothing with 0", async () => {
    const receiver = await receive();
    const sink = open({ url: receiver.url });
    const first = batchOf(300);
    const writing = write(sink, first);
    expect(sink.writeSync?.(batchOf(10, 300), first)).toBe(310);
    await writing;
    expect(await numbersIn(receiver)).toEqual(Array.from({ length: 310 }, (_, n) => n));
    expect(open({ url: receiver.url, lastEffortMs: 0 }).writeSync?.(batchOf(1), undefined)).toBe(0);
  });

  it("is set up by the environment when it is given no url", async () => {
    const receiver = await receive();
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url);
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b,x=1");
    vi.stubEnv("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http/json");
    vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
    vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=prod");
    await write(open({}));
    const [request] = await receiver.received();
    expect(request).toMatchObject({
      url: "/v1/logs",
      headers: { "api-key": "a b", x: "1", "content-type": "application/json", "content-encoding": "gzip" },
    });
    expect(Buffer.from(request?.body ?? []).toString()).toContain("deployment.environment.name");
  });

  it("sends headers of the environment to no other address", async () => {
    const receiver = await receive();
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=secret");
    await write(open({ url: receiver.url }));
    expect((await receiver.received())[0]?.headers["api-key"]).toBeUndefined();
  });

  it.each([
    [{ url: "ftp://x" }, "url"],
    [{ headers: "a" }, "headers"],
    [{ compression: "br" }, "compression"],
    [{ protocol: "grpc" }, "protocol"],
    [{ resource: [] }, "resource"],
    [{ signals: ["profiles"] }, "signals"],
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ lingerMs: -1 }, "lingerMs"],
    [{ maxRecords: 0 }, "maxRecords"],
    [{ lastEffortMs: 0.5 }, "lastEffortMs"],
  ])("refuses %j", (options, key) => {
    expect(() => otlpSink(options as OtlpSinkOptions)).toThrow(`otlpSink: option ${key} is not valid`);
  });
});

describe("readOtlpEnvironment", () => {
  const prefix = "OTEL_EXPORTER_OTLP_";

  it("puts a signal's own variables before the general ones, its endpoint as it is", () => {
    const env = {
      [`${prefix}ENDPOINT`]: "http://general:1/base",
      [`${prefix}TRACES_ENDPOINT`]: "http://traces:2/own/path",
      [`${prefix}TIMEOUT`]: "500",
      [`${prefix}TRACES_TIMEOUT`]: "700",
      [`${prefix}PROTOCOL`]: "http/protobuf",
      [`${prefix}METRICS_COMPRESSION`]: "none",
      [`${prefix}HEADERS`]: "",
    };
    expect(readOtlpEnvironment(env, "logs")).toEqual({
      url: "http://general:1/base/v1/logs",
      headers: undefined,
      protocol: "protobuf",
      compression: undefined,
      timeoutMs: 500,
    });
    expect(readOtlpEnvironment(env, "traces")).toMatchObject({ url: "http://traces:2/own/path", timeoutMs: 700 });
    expect(readOtlpEnvironment(env, "metrics").compression).toBe("none");
  });

  it.each([
    ["PROTOCOL", "grpc"],
    ["COMPRESSION", "zstd"],
    ["TIMEOUT", "soon"],
    ["ENDPOINT", "collector:4317"],
    ["HEADERS", "no-value"],
    ["HEADERS", "a=%zz"],
  ])("refuses %s=%s by its name", (name, value) => {
    expect(() => readOtlpEnvironment({ [prefix + name]: value }, "logs")).toThrow(
      `option ${prefix}${name} is not valid`,
    );
  });

  it("reads resource attributes", () => {
    expect(readResource({})).toEqual({});
    expect(readResource({ OTEL_RESOURCE_ATTRIBUTES: "a=1, b=%C3%BC" })).toEqual({ a: "1", b: "ü" });
  });
});

describe("judgeOtlp", () => {
  const answer = (status: number, body = "", retryAfter?: string) => ({
    status,
    retryAfter,
    body: Buffer.from(body, "latin1"),
  });

  it.each([
    [200, "ok"],
    [400, "drop"],
    [401, "drop"],
    [404, "drop"],
    [408, "drop"],
    [429, "retry"],
    [500, "drop"],
    [502, "retry"],
    [503, "retry"],
    [504, "retry"],
  ] as const)("%i is %s", (status, outcome) => {
    expect(judgeOtlp("protobuf")(answer(status), 10, 0).outcome).toBe(outcome);
  });

  it("honours Retry-After, reads both forms of partial success, and is not confused by others", () => {
    expect(judgeOtlp("json")(answer(503, "busy", "2"), 10, 0)).toEqual({
      outcome: "retry",
      afterMs: 2000,
      reason: "HTTP 503 busy",
    });
    const json = '{"partialSuccess":{"rejectedSpans":"99","errorMessage":"no"}}';
    expect(judgeOtlp("json")(answer(200, json), 10, 0)).toEqual({
      outcome: "partial",
      refused: 10,
      reason: "10 records refused: no",
    });
    expect(judgeOtlp("json")(answer(200, "<html>"), 10, 0)).toEqual({ outcome: "ok" });
    expect(judgeOtlp("protobuf")(answer(200, "<html>"), 10, 0)).toEqual({ outcome: "ok" });
    expect(judgeOtlp("protobuf")(answer(400, "\u0008\u0003\u0012\u0003bad"), 10, 0)).toEqual({
      outcome: "drop",
      reason: "HTTP 400 bad",
    });
  });
});
