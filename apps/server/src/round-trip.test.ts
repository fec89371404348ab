import { spawnSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { type Client, createClient, type TailEvent } from "@taffrail/client";
import { Compile } from "typebox/compile";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RouteDefinition } from "./api/route.ts";
import { type OperationId, routes } from "./api/routes/table.ts";
import type { RunningServer } from "./main.ts";
import { eventually, makeTestDir, send, startTestServer } from "./testdata/test-server.ts";

const dir = makeTestDir();
let server: RunningServer;
let client: Client;
beforeAll(async () => {
  server = await startTestServer(dir.path);
  client = createClient({ baseUrl: server.url });
});
afterAll(async () => {
  await server.close();
  dir.remove();
});

/** Every answer is what the OpenAPI file promises, no field more. */
function expectSchema(id: OperationId, answer: unknown): void {
  const route: RouteDefinition = routes[id];
  expect(Compile(route.response).Errors(answer)).toEqual([]);
}

const lines = (records: readonly object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("");

async function found(query: string, count: number) {
  return await eventually(async () => {
    const answer = await client.searchLogs({ query, since: "1h" });
    expect(answer.records).toHaveLength(count);
    return answer;
  });
}

describe("lines", () => {
  it("are found by a search, with nested fields and numbers", async () => {
    const body = lines([
      { level: "info", service: "shop", msg: "order placed", orderId: 42, user: { id: "u1" } },
      { level: "error", service: "shop", msg: "payment failed" },
    ]);
    const answer = await client.ingestLines({ body });
    expectSchema("ingestLines", answer);
    expect(answer).toEqual({ accepted: 2, rejected: 0, errors: [] });
    const { records } = await found("service:shop orderId:42 user.id:u1", 1);
    expect(records[0]).toMatchObject({
      level: "info",
      body: "order placed",
      attributes: { orderId: 42, "user.id": "u1" },
      source: "lines",
    });
  });

  it("may be compressed, and name their source", async () => {
    const body = gzipSync(lines([{ msg: "zipped", service: "zip" }]));
    await client.ingestLines(
      { body: new Uint8Array(body), source: "ship" },
      { headers: { "content-encoding": "gzip" } },
    );
    expect((await found("service:zip", 1)).records[0]?.source).toBe("ship");
  });

  it("may be read as one format, whatever they look like", async () => {
    const options = { headers: { "content-type": "text/plain" } };
    await client.ingestLines({ body: 'msg="as logfmt" n=5\n', service: "forced", format: "logfmt" }, options);
    await client.ingestLines({ body: 'msg="as text" n=5\n', service: "forced", format: "plain" }, options);
    const { records } = await found("service:forced", 2);
    expect(records.map(({ body }) => body).toSorted()).toEqual(["as logfmt", 'msg="as text" n=5']);
  });

  it("that are no records are counted, named and kept as dead letters", async () => {
    const answer = await client.ingestLines({
      body: `{"msg":"good","service":"mixed"}\n{"msg":"b\u0000d"\n`,
      service: "mixed",
    });
    expect(answer.accepted + answer.rejected).toBe(2);
    const letters = await client.listDeadLetters();
    expectSchema("listDeadLetters", letters);
    expect(letters.total).toBe(answer.rejected);
  });
});

describe("OTLP", () => {
  const request = {
    resourceLogs: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "otel" } }] },
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: `${Date.now()}000000`,
                severityNumber: 13,
                body: { stringValue: "from OTLP" },
                traceId: "5b8efff798038103d269b633813fc60c",
                spanId: "eee19b7ec3c1b174",
              },
            ],
          },
        ],
      },
    ],
  };
  const post = (body: string, headers: Record<string, string> = {}) =>
    send(`${server.url}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });

  it("is taken in and found", async () => {
    const answer = await post(JSON.stringify(request));
    expect([answer.status, answer.headers["content-type"], JSON.parse(answer.text)]).toEqual([
      200,
      "application/json",
      {},
    ]);
    const { records } = await found("service:otel", 1);
    expect(records[0]).toMatchObject({ level: "warn", traceId: "5b8efff798038103d269b633813fc60c", source: "otlp" });
  });

  it.each([
    ["broken JSON", "{", {}, 400],
    ["an unknown media type", "{}", { "content-type": "text/csv" }, 415],
    ["an unknown encoding", "{}", { "content-encoding": "compress" }, 415],
  ])("is refused with %s, and the connection serves on", async (_name, body, headers, status) => {
    expect((await post(body, headers as Record<string, string>)).status).toBe(status);
    expect((await post("{}")).status).toBe(200);
  });
});

describe("questions", () => {
  it("are answered as the OpenAPI file says", async () => {
    await client.ingestLines({ body: lines([{ msg: "asked", service: "asked", level: "warn" }]) });
    const since = "1h";
    const search = await found("service:asked", 1);
    expectSchema("searchLogs", search);
    expectSchema("countLogs", await client.countLogs({ query: "", since }));
    expectSchema("logHistogram", await client.logHistogram({ since, buckets: 10 }));
    expectSchema("logFacets", await client.logFacets({ since, fields: "service,level", limit: 5 }));
    expectSchema("logFields", await client.logFields({ since }));
    expectSchema("explainQuery", await client.explainQuery({ query: "service:asked", since }));
    const [record] = search.records;
    const context = await client.logContext({
      id: record?.id ?? "",
      time: record?.time ?? "",
      before: 2,
      after: 2,
      anyService: true,
    });
    expectSchema("logContext", context);
    expect(context.record).toEqual(record);
    expectSchema("getStatus", await client.getStatus());
    expectSchema("getSettings", await client.getSettings());
    expectSchema("listHolds", await client.listHolds());
    expectSchema("previewRetention", await client.previewRetention());
    expectSchema("runRetention", await client.runRetention({ dryRun: true }));
  });

  it("page through records in both orders", async () => {
    await client.ingestLines({ body: lines([1, 2, 3, 4, 5].map((n) => ({ msg: `page ${n}`, service: "paged" }))) });
    await found("service:paged", 5);
    for (const order of ["newest", "oldest"] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.searchLogs({ query: "service:paged", since: "1h", limit: 2, order, cursor });
        seen.push(...page.records.map((record) => record.id));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(5);
    }
  });

  it("fail with the code of the catalogue", async () => {
    await expect(client.searchLogs({ query: "(", since: "1h" })).rejects.toMatchObject({ code: "query_syntax" });
    await expect(client.logContext({ id: "1", time: new Date().toISOString() })).rejects.toMatchObject({
      code: "record_not_found",
    });
  });
});

describe("a tail", () => {
  it("pushes what matches as it is committed, and ends when its reader leaves", async () => {
    const controller = new AbortController();
    const events: TailEvent[] = [];
    for await (const event of client.tailLogs(
      { query: "service:tailed level:>=warn" },
      { signal: controller.signal },
    )) {
      if (event.type === "lost") throw new Error(event.error.message);
      expectSchema("tailLogs", event);
      events.push(event);
      if (event.type === "hello") {
        await client.ingestLines({
          body: lines([
            { msg: "quiet", service: "tailed", level: "info" },
            { msg: "loud", service: "tailed", level: "error" },
          ]),
        });
      } else controller.abort();
    }
    expect(events).toMatchObject([
      { type: "hello" },
      { type: "records", matched: 1, shown: 1, records: [{ body: "loud" }] },
    ]);
    await eventually(async () =>
      expect((await send(`${server.url}/metrics`)).text).toContain("taffrail_tail_streams 0\n"),
    );
  });
});

describe("metrics", () => {
  it("are read from the ledgers", async () => {
    // The storage figures may be two seconds old.
    await eventually(async () => {
      const { ingest, storage } = await client.getStatus();
      expect([ingest.pending, storage.rows]).toEqual([0, ingest.accepted]);
    });
    const status = await client.getStatus();
    const { text, headers } = await send(`${server.url}/metrics`);
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text).toContain(`taffrail_journal_accepted_records_total ${status.ingest.accepted}\n`);
    expect(text).toContain(`taffrail_journal_delivered_records_total ${status.ingest.delivered}\n`);
    expect(text).toMatch(
      /taffrail_http_request_duration_seconds_bucket\{operation="searchLogs",status="2xx",le="\+Inf"\} \d+/,
    );
    expect(text).toContain("taffrail_ready 1\n");
  });

  it("count what every part gave up", async () => {
    await client.ingestLines({ body: '{"msg":"good"}\n{"cut\n' });
    const { text } = await send(`${server.url}/metrics`);
    expect(text).toMatch(/^taffrail_dead_letters_total\{code="invalid_line"\} [1-9]/m);
    // The tail above matched one record and showed it.
    expect(text).toMatch(/^taffrail_tail_matched_records_total [1-9]/m);
    expect(text).toMatch(/^taffrail_tail_shown_records_total [1-9]/m);
    expect(text).toMatch(/^taffrail_tail_dropped_pushes_total \d/m);
  });

  it("are valid for promtool", async () => {
    const { text } = await send(`${server.url}/metrics`);
    const promtool = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
    if (promtool.error) {
      console.log("promtool is not installed; the text is checked line by line instead");
      for (const line of text.trimEnd().split("\n")) {
        expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[\d.e+-]+)$/);
      }
      return;
    }
    expect([promtool.status, promtool.stdout + promtool.stderr]).toEqual([0, ""]);
  });
});

describe("the page", () => {
  it("is served with long caching of its hashed files", async () => {
    const page = await send(`${server.url}/`, { headers: { accept: "text/html" } });
    if (page.status === 503) {
      expect(JSON.parse(page.text).error.code).toBe("page_missing");
      console.log("the page is not built; only its absence is checked");
      return;
    }
    expect([page.status, page.headers["cache-control"]]).toEqual([200, "no-cache"]);
    expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=/);
    expect((await send(`${server.url}/some/view?q=1`, { headers: { accept: "text/html" } })).text).toBe(page.text);
    const again = await send(`${server.url}/`, { headers: { "if-none-match": String(page.headers.etag) } });
    expect(again.status).toBe(304);
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page.text)?.[1] ?? "";
    const asset = await send(`${server.url}${script}`, { headers: { "accept-encoding": "gzip" } });
    expect(asset.headers).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "content-encoding": "gzip",
      "content-type": "text/javascript; charset=utf-8",
    });
  });
});
