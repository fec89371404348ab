import { JsonLogsSerializer, ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { createRowEncoder, type DecodedRecord, encodeLogsRequest, encodeRow } from "@taffrail/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { line, linesInput, otlpInput, otlpRecords, record, useIngest } from "./testdata/requests.ts";

const fixture = useIngest();
const dayMs = 86_400_000;

const stored = (order: string): string =>
  `SELECT * EXCEPT (Seq, Source, ObservedTimestamp) FROM taffrail.otel_logs ORDER BY ${order}`;

describe("the two ways of an OTLP record into the store", () => {
  test("a plain request goes as its bytes; the same in JSON is decoded; what is stored is the same", async () => {
    const { ingest, journal } = await fixture.start();
    const kinds: string[] = [];
    journal.onCommit(({ kind }) => kinds.push(kind));
    const values = [
      0,
      -1,
      0.1,
      1e21,
      1e-7,
      -0.5,
      9007199254740993n,
      -9223372036854775808n,
      true,
      false,
      "",
      "text – ü 😀",
    ];
    const attributes = Object.fromEntries(values.map((value, index) => [`key${index}`, value]));
    const records: DecodedRecord[] = [
      record({ body: "every kind of value", attributes }),
      record({ body: "", severityNumber: 0, severityText: "", traceId: "", spanId: "", traceFlags: 0, attributes: {} }),
      record({
        body: "another origin",
        service: "",
        resource: { zone: 1.5 },
        scopeAttributes: { k: "v" },
        eventName: "e",
      }),
    ];
    await ingest.otlpLogs(otlpRecords(records));
    await journal.drained();
    const fast = await fixture.rows(stored("Body"));
    // A nested value anywhere sends the whole request the other way.
    const nested = record({ body: "nested", attributes: { user: { id: 5 } } });
    await ingest.otlpLogs(otlpRecords([...records, nested]));
    await journal.drained();
    const both = await fixture.rows(stored("Body"));
    expect(kinds).toEqual(["otlp-logs", "log-rows"]);
    expect(fast).toHaveLength(3);
    // Schema URLs are not part of a row; nothing sends them here.
    const decoded = both.filter(({ Body }) => Body !== "nested");
    expect(decoded).toHaveLength(6);
    for (const row of fast) expect(decoded.filter(({ Body }) => Body === row.Body)).toEqual([row, row]);
    const [user] = both.filter(({ Body }) => Body === "nested");
    expect(user).toMatchObject({ LogAttributes: { "user.id": "5" }, LogNumbers: { "user.id": 5 } });
  });

  test("the stock SDK's records in both encodings, nested values included", async () => {
    const { ingest, journal } = await fixture.start();
    const exporter = new InMemoryLogRecordExporter();
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ "service.name": "sdk" }),
      processors: [new SimpleLogRecordProcessor({ exporter })],
    });
    provider.getLogger("lib", "1").emit({ body: { text: "map", list: [1] }, attributes: { a: { b: [true] }, n: 1 } });
    const sent = exporter.getFinishedLogRecords();
    const protobuf = ProtobufLogsSerializer.serializeRequest(sent) ?? new Uint8Array();
    const json = JsonLogsSerializer.serializeRequest(sent) ?? new Uint8Array();
    expect((await ingest.otlpLogs(otlpInput(protobuf))).status).toBe(200);
    expect((await ingest.otlpLogs(otlpInput(json, { contentType: "application/json" }))).status).toBe(200);
    await journal.drained();
    const rows = await fixture.rows(stored("Body"));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual(rows[1]);
    expect(rows[0]).toMatchObject({
      ServiceName: "sdk",
      Body: '{"text":"map","list":[1]}',
      LogAttributes: { "a.b": "[true]", n: "1" },
    });
  });
});

describe("odd times", () => {
  test("400 days in one body: those past their retention are refused, the others are each stored under their day", async () => {
    const { ingest, journal } = await fixture.start({ retentionDays: () => 300 });
    const now = Date.now();
    const lines = Array.from({ length: 400 }, (_, day) => `{"time":${now - day * dayMs - 1000},"msg":"day ${day}"}\n`);
    const { body } = await ingest.lines(linesInput(lines.join("")));
    expect(body).toMatchObject({ accepted: 300, rejected: 100 });
    await journal.drained();
    const [count] = await fixture.rows(
      "SELECT count() AS n, uniqExact(toDate(Timestamp)) AS days FROM taffrail.otel_logs",
    );
    expect(Number(count?.n)).toBe(300);
    expect(Number(count?.days)).toBeGreaterThanOrEqual(300);
  });

  test("times in 1970 and 2262 are stored under the arrival, and the sender's time is kept", async () => {
    const { ingest, journal } = await fixture.start();
    const times = ["1", "9223372036854775807"];
    await ingest.otlpLogs(otlpRecords(times.map((timeUnixNano) => record({ timeUnixNano, body: timeUnixNano }))));
    await ingest.lines(linesInput('{"time":"1970-01-01T00:00:00Z","msg":"lines"}\n'));
    await journal.drained();
    const rows = await fixture.rows(
      "SELECT Body, LogAttributes['taffrail.original_time'] AS original, abs(dateDiff('second', Timestamp, now64(9, 'UTC'))) AS age FROM taffrail.otel_logs ORDER BY Body",
    );
    expect(rows.map(({ Body, original }) => [Body, original])).toEqual([
      ["1", "1"],
      ["9223372036854775807", "9223372036854775807"],
      ["lines", "0"],
    ]);
    for (const { age } of rows) expect(Number(age)).toBeLessThan(60);
    expect(ingest.stats().sources).toMatchObject({ otlp: { timesReplaced: 2 }, lines: { timesReplaced: 1 } });
  });
});

describe("lines", () => {
  test("what is answered as accepted is stored, with its format's fields", async () => {
    const { ingest, journal } = await fixture.start();
    const docker = JSON.stringify({
      log: '{"level":50,"time":1,"pid":7,"hostname":"h","name":"api","msg":"inner","ms":1.5}\n'.replace(
        '"time":1',
        `"time":${Date.now()}`,
      ),
      stream: "stderr",
      time: new Date().toISOString(),
    });
    const access = `1.2.3.4 - - [${webTime(new Date())}] "GET /a HTTP/1.1" 500 12`;
    const input = linesInput(`${docker}\n${access}\nERROR: plain text\n`, {
      contentType: "text/plain",
      source: "ship",
      service: "edge",
    });
    expect((await ingest.lines(input)).body).toMatchObject({ accepted: 3, rejected: 0 });
    await journal.drained();
    const rows = await fixture.rows(
      "SELECT ServiceName, SeverityNumber, Body, Source, LogNumbers FROM taffrail.otel_logs ORDER BY Body",
    );
    expect(rows).toMatchObject([
      {
        ServiceName: "edge",
        SeverityNumber: 17,
        Body: access,
        Source: "ship",
        LogNumbers: { "http.response.status_code": 500 },
      },
      { ServiceName: "edge", SeverityNumber: 17, Body: "ERROR: plain text", Source: "ship" },
      { ServiceName: "api", SeverityNumber: 17, Body: "inner", Source: "ship", LogNumbers: { ms: 1.5 } },
    ]);
    const { ship } = ingest.stats().sources;
    expect(ship).toMatchObject({ requests: 1, accepted: 3, bytes: (input.body as Uint8Array).byteLength });
  });

  test("a body of several frames: each line once, in order; when the journal fails half-way the answer says how far it got", async () => {
    const { ingest, journal } = await fixture.start();
    const lines = Array.from({ length: 45 }, (_, index) =>
      line(`${String(index).padStart(4, "0")} ${"x".repeat(500_000)}`),
    );
    const { body } = await ingest.lines(linesInput(lines.join("")));
    expect(body).toMatchObject({ accepted: 45, rejected: 0 });
    await journal.drained();
    const [count] = await fixture.rows(
      "SELECT count() AS n, uniqExact(Body) AS u, max(Seq) - min(Seq) AS span FROM taffrail.otel_logs",
    );
    expect({ n: Number(count?.n), u: Number(count?.u) }).toEqual({ n: 45, u: 45 });

    journal.setBudget(20_000_000);
    const answer = await ingest.lines(linesInput(lines.join("")));
    expect(answer.status).toBe(429);
    expect(answer.headers).toHaveProperty("retry-after");
    const through = (answer.body as { acceptedThroughLine?: number }).acceptedThroughLine ?? 0;
    expect(answer.body).toMatchObject({ accepted: through, error: { code: "ingest_busy" } });
    expect(through).toBeGreaterThan(0);
    expect(through).toBeLessThan(45);
    expect(journal.stats().ledger.accepted).toBe(45 + through);
  });
});

describe("rows and the engine", () => {
  const anyText = fc.string({
    unit: fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      fc.integer({ min: 0xd700, max: 0xe100 }).map((code) => String.fromCharCode(code)),
    ),
  });

  test("every row is valid JSON to the engine too, whatever was sent", async () => {
    const encode = createRowEncoder({ retentionDays: 30, receivedAtMs: Date.now() });
    const value = fc.oneof(
      anyText,
      fc.double(),
      fc.bigInt(),
      fc.object({ key: anyText, maxDepth: 3 }),
      fc.array(anyText),
    );
    const changes = fc.record({ body: anyText, attributes: fc.dictionary(anyText, value) });
    const seed = Date.now() % 2 ** 31;
    const sample = fc.sample(changes, { numRuns: 300, seed });
    const rows = sample.map((change) => encode(record(change as Partial<DecodedRecord>)).line.trimEnd());
    let deep: DecodedRecord["attributes"] = { end: "x" };
    for (let level = 0; level < 320; level++) deep = { k: level % 2 === 0 ? [deep] : deep };
    rows.push(encodeRow(record({ attributes: deep }), { retentionDays: 30, receivedAtMs: Date.now() }).line.trimEnd());
    const invalid: unknown[] = [];
    for (const part of inParts(rows)) {
      const list = part.map((row) => `'${Buffer.from(row).toString("hex")}'`);
      const bad = `SELECT unhex(row) AS bad FROM (SELECT arrayJoin([${list.join(",")}]) AS row) WHERE NOT isValidJSON(unhex(row))`;
      invalid.push(...(await fixture.rows(bad)));
    }
    expect(invalid, `seed ${seed}`).toEqual([]);
  });
});

/** Rows in groups whose hexadecimal text stays well below the 256 KiB that the engine takes as a statement. */
function inParts(rows: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let bytes = 0;
  for (const row of rows) {
    bytes += Buffer.byteLength(row);
    if (bytes > 60_000) {
      parts.push([]);
      bytes = Buffer.byteLength(row);
    }
    parts.at(-1)?.push(row);
  }
  return parts;
}

function webTime(date: Date): string {
  const [, day, month, year, time] = /(\d+) (\w+) (\d+) ([\d:]+)/.exec(date.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

test("large requests are worked on in a thread, and the loop goes on", async () => {
  const { ingest, journal } = await fixture.start();
  const records = Array.from({ length: 20_000 }, (_, index) =>
    record({ body: `n${index}`, attributes: { list: [index] } }),
  );
  const body = encodeLogsRequest(records);
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  const answer = await ingest.otlpLogs(otlpInput(body));
  clearInterval(ticking);
  expect(answer.status).toBe(200);
  expect(turns).toBeGreaterThan(5);
  expect(body.byteLength).toBeGreaterThan(1024 * 1024);
  expect(journal.stats().ledger.accepted).toBe(20_000);
});
