import { type Batch, createBatch, type Sink, type WriteResult } from "@taffrail/contracts";
import { afterEach, describe, expect, it } from "vitest";
import { createLogger } from "../../logger.ts";
import { type HttpSinkOptions, httpSink } from "../http-sink.ts";
import { type Answer, type IngestServer, startIngestServer } from "../testdata/ingest-server.ts";
import { judgeAnswer, retryAfterMs } from "./http-answer.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(answers: readonly Answer[] = [], options: Partial<HttpSinkOptions> = {}) {
  const server = await startIngestServer(answers);
  const sink = httpSink({ url: server.url, ...options });
  cleanups.push(server.stop, () => sink.close(AbortSignal.timeout(1000)));
  return { server, sink };
}

const batchOf = (count: number): Batch =>
  createBatch(Array.from({ length: count }, (_, index) => ({ level: "info", line: `{"n":${index}}\n` })));
const write = (sink: Sink, count = 2): Promise<WriteResult> => sink.write(batchOf(count), AbortSignal.timeout(5000));

describe("httpSink", () => {
  it("url, headers: posts NDJSON over one kept connection", async () => {
    const { server, sink } = await open([], { headers: { authorization: "Bearer x" } });
    for (let index = 0; index < 5; index++) expect(await write(sink)).toEqual({ outcome: "ok" });
    expect(server.connections()).toBe(1);
    expect(server.requests[0]).toMatchObject({
      url: "/api/v1/ingest/lines",
      headers: { "content-type": "application/x-ndjson", authorization: "Bearer x" },
      lines: ['{"n":0}', '{"n":1}'],
    });
  });

  it("keeps a path that stands in its address", async () => {
    const { server } = await open();
    const sink = httpSink({ url: `${server.url}/proxied/` });
    cleanups.push(() => sink.close(AbortSignal.timeout(1000)));
    await write(sink);
    expect(server.requests[0]?.url).toBe("/proxied/api/v1/ingest/lines");
  });

  it("gzip: compresses when it is told so", async () => {
    const { server, sink } = await open([], { gzip: true });
    expect(await write(sink, 1000)).toEqual({ outcome: "ok" });
    expect(server.requests[0]?.headers["content-encoding"]).toBe("gzip");
    expect(server.lines.length).toBe(1000);
  });

  it("timeoutMs: asks for a retry when there is no answer in time, and none at all", async () => {
    const { server, sink } = await open([{ status: 200, delayMs: 4000 }], { timeoutMs: 700 });
    expect(await write(sink)).toMatchObject({
      outcome: "retry",
      reason: expect.stringContaining("no answer in 700 ms"),
    });
    expect(sink.health?.().status).toBe("degraded");
    expect(await write(sink)).toEqual({ outcome: "ok" });
    expect(sink.health?.().status).toBe("healthy");
    await server.stop();
    expect(await write(sink)).toMatchObject({ outcome: "retry", reason: expect.stringContaining("ECONNREFUSED") });
  });

  it("counts refused lines, drops what will never succeed and honours Retry-After", async () => {
    const body = JSON.stringify({ accepted: 1, rejected: 1, errors: [{ line: 2, message: "not JSON" }] });
    const { server } = await open([
      { status: 200, body },
      { status: 503, headers: { "retry-after": "0" } },
      { status: 200 },
      { status: 400, body: "no" },
    ]);
    const problems: string[] = [];
    const log = createLogger({
      sinks: [httpSink({ url: server.url })],
      signals: [],
      onProblem: (text) => problems.push(text),
    });
    cleanups.push(() => log.close());
    for (let round = 0; round < 3; round++) {
      log.info("a");
      log.info("b");
      await log.flush();
    }
    expect(log.ledger()).toMatchObject({ accepted: 6, delivered: 3, dropped: { "sink-refused": 3 }, pending: 0 });
    expect(server.requests.length).toBe(4);
    expect(problems.length).toBe(1);
  });

  it("delivers everything to a server that comes late and stumbles", async () => {
    const { server } = await open([{ status: 500 }, { status: 429 }, { status: 200 }, { status: 502 }]);
    const log = createLogger({ server: server.url, sinks: [], signals: [], onProblem: () => {} });
    for (let index = 0; index < 5000; index++) log.info("x", { index });
    const ledger = await log.close({ deadlineMs: 10_000 });
    expect(ledger).toMatchObject({ accepted: 5000, delivered: 5000, dropped: {}, pending: 0 });
    expect(server.lines.map((line) => (JSON.parse(line) as { index: number }).index)).toEqual(
      Array.from({ length: 5000 }, (_, index) => index),
    );
  });

  it("holds bounded memory while the server is away, and counts what it drops", async () => {
    const log = createLogger({
      server: "http://127.0.0.1:9",
      sinks: [],
      signals: [],
      bufferBytes: 100_000,
      onProblem: () => {},
    });
    for (let index = 0; index < 5000; index++) log.info("x".repeat(100));
    const { pending, dropped, accepted } = log.ledger();
    // Each line is longer than 150 bytes.
    expect(pending * 150).toBeLessThan(100_000);
    expect(pending + (dropped["buffer-full"] ?? 0)).toBe(accepted);
    const ledger = await log.close({ deadlineMs: 100 });
    expect(ledger).toMatchObject({ accepted: 5000, delivered: 0, pending: 0, dropped: { deadline: pending } });
  });

  it("sends the first record soon, without waiting for a full batch", async () => {
    const { server } = await open();
    const log = createLogger({ server: server.url, sinks: [], signals: [] });
    cleanups.push(() => log.close());
    log.info("x");
    await waitFor(server, 1);
    expect(log.ledger().accepted).toBe(1);
  });

  it.each([
    [{ url: "ftp://x" }, "url"],
    [{ url: "http://127.0.0.1:1", lingerMs: 5000 }, "lingerMs"],
    [{ url: "http://127.0.0.1:1", maxRecords: 0 }, "maxRecords"],
    [{ url: "http://127.0.0.1:1", gzip: "yes" }, "gzip"],
    [{}, "url"],
  ])("refuses %j", (options, key) => {
    expect(() => httpSink(options as HttpSinkOptions)).toThrow(`httpSink: option ${key} is not valid`);
  });

  it("maxRecords, lingerMs: are its wishes about batches", () => {
    const sink = httpSink({ url: "http://127.0.0.1:1", maxRecords: 7, lingerMs: 9 });
    expect(sink.batching).toMatchObject({ maxRecords: 7, lingerMs: 9 });
  });
});

async function waitFor(server: IngestServer, lines: number): Promise<void> {
  const end = Date.now() + 5000;
  while (server.lines.length < lines) {
    if (Date.now() > end) throw new Error(`${server.lines.length} of ${lines} lines after 5 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("judgeAnswer", () => {
  const now = Date.parse("2026-11-22T09:00:00Z");
  const rows: readonly (readonly [Answer, Partial<WriteResult>])[] = [
    [{ status: 200, body: "" }, { outcome: "ok" }],
    [{ status: 202, body: '{"rejected":0}' }, { outcome: "ok" }],
    [
      { status: 200, body: '{"rejected":99}' },
      { outcome: "partial", refused: 10 },
    ],
    [{ status: 408 }, { outcome: "retry" }],
    [
      { status: 429, headers: { "retry-after": "2" } },
      { outcome: "retry", afterMs: 2000 },
    ],
    [
      { status: 503, headers: { "retry-after": "Sun, 22 Nov 2026 09:00:03 GMT" } },
      { outcome: "retry", afterMs: 3000 },
    ],
    [{ status: 500, headers: { "retry-after": "soon" } }, { outcome: "retry" }],
    [{ status: 400 }, { outcome: "drop" }],
    [{ status: 404 }, { outcome: "drop" }],
    [{ status: 413 }, { outcome: "drop" }],
    [{ status: 302 }, { outcome: "drop" }],
  ];
  it.each(rows)("%j", ({ status, headers, body }, expected) => {
    const answer = { status, retryAfter: headers?.["retry-after"], body: Buffer.from(body ?? "") };
    expect(judgeAnswer(answer, 10, now)).toMatchObject(expected);
  });

  it("reads Retry-After of the past as now", () => {
    expect(retryAfterMs("Sun, 22 Nov 2026 08:00:00 GMT", now)).toBe(0);
  });
});
