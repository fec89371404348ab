import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodeRequest, engineTime, type RandomRecord, randomRequest, seeded } from "./testdata/random-logs.ts";
import { type TestFrame, writeSegment } from "./testdata/segment-file.ts";
import { openTestStore, type TestStore } from "./testdata/test-store.ts";

const nowMs = Date.UTC(2026, 10, 22, 9, 30, 0);
let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(async () => {
  await store.close();
});
beforeEach(async () => {
  await store.engine.execute("TRUNCATE TABLE taffrail.otel_logs", { lane: "ingest", timeoutMs: 10_000 });
});

const seed = Number(process.env.TAFFRAIL_SEED ?? Date.now() % 1_000_000);
const storedColumns = Object.keys(randomRequest(seeded(1), nowMs)[0]?.stored ?? {}).join(", ");

function randomFrames(
  random: (below: number) => number,
  frames: number,
): { frames: TestFrame[]; records: RandomRecord[] } {
  const result: { frames: TestFrame[]; records: RandomRecord[] } = { frames: [], records: [] };
  for (let frame = 0; frame < frames; frame += 1) {
    const records = randomRequest(random, nowMs);
    result.records.push(...records);
    result.frames.push({ receivedAtMs: nowMs, payload: encodeRequest(records), count: records.length });
  }
  return result;
}

describe("OTLP segments", () => {
  it(`stores random requests exactly as they were sent (seed ${String(seed)})`, async () => {
    console.log(`seed ${String(seed)}`);
    const { frames, records } = randomFrames(seeded(seed), 60);
    const first = 0x7ff0_0000_0000_0000n;
    const segment = writeSegment(join(store.dir, "it's a random.seg"), "otlp-logs", frames, first);
    await store.segments.insert(segment, "first");
    const rows = await store.rows(`SELECT Seq, ${storedColumns} FROM taffrail.otel_logs ORDER BY Seq`);
    expect(rows).toHaveLength(records.length);
    for (const [index, row] of rows.entries()) {
      expect(row).toEqual({ Seq: String(first + BigInt(index)), ...records[index]?.stored });
    }
    expect(await store.segments.countRange("otlp-logs", [{ from: segment.seqFrom, to: segment.seqTo }])).toBe(
      BigInt(records.length),
    );
  });

  it("keeps tenant and source of the frame, whatever they look like", async () => {
    const [record] = randomRequest(seeded(3), nowMs);
    const payload = encodeRequest(record === undefined ? [] : [record]);
    const tenant = "x' OR '1'='1'; DROP TABLE taffrail.otel_logs; --";
    const frames = [
      { tenant, receivedAtMs: nowMs, payload, count: 1 },
      { tenant: "b\\", source: "o'tlp", receivedAtMs: nowMs, payload, count: 1 },
    ];
    await store.segments.insert(writeSegment(join(store.dir, "tenants.seg"), "otlp-logs", frames), "first");
    expect(await store.rows("SELECT Tenant, Source, RetentionDays FROM taffrail.otel_logs ORDER BY Seq")).toEqual([
      { Tenant: tenant, Source: "otlp", RetentionDays: 30 },
      { Tenant: "b\\", Source: "o'tlp", RetentionDays: 30 },
    ]);
  });

  it("stores a record under its arrival time when its own cannot be right", async () => {
    const times: [bigint, boolean][] = [
      [0n, false],
      [86_400_000_000_000n, false],
      [631_151_999_999_999_999n, false],
      [631_152_000_000_000_000n, true],
      [BigInt(nowMs + 86_400_000) * 1_000_000n, true],
      [BigInt(nowMs + 86_400_000) * 1_000_000n + 1n, false],
      [9_223_372_036_000_000_000n, false],
      [18_446_744_073_000_000_000n, false],
    ];
    const [template] = randomRequest(seeded(5), nowMs);
    const records = times.map(([time]) => ({
      stored: {},
      sdk: {
        ...(template?.sdk as object),
        attributes: { kept: "yes" },
        hrTime: [Number(time / 1_000_000_000n), Number(time % 1_000_000_000n)],
        hrTimeObserved: [0, 0],
      },
    }));
    const frame = { receivedAtMs: nowMs, payload: encodeRequest(records), count: records.length };
    await store.segments.insert(writeSegment(join(store.dir, "times.seg"), "otlp-logs", [frame]), "first");
    const rows = await store.rows(
      "SELECT Timestamp, ObservedTimestamp, LogAttributes FROM taffrail.otel_logs ORDER BY Seq",
    );
    const arrival = engineTime(BigInt(nowMs) * 1_000_000n);
    expect(rows).toEqual(
      times.map(([time, usable]) => ({
        Timestamp: usable ? engineTime(time) : arrival,
        ObservedTimestamp: arrival,
        LogAttributes: usable ? { kept: "yes" } : { kept: "yes", "taffrail.original_time": String(time) },
      })),
    );
  });

  it("leave nothing in the working directory of whoever started the server", async () => {
    const frames = [{ receivedAtMs: nowMs, payload: encodeRequest(randomRequest(seeded(2), nowMs)), count: 1 }];
    await store.segments.insert(writeSegment(join(store.dir, "cwd.seg"), "otlp-logs", frames, 1n), "first");
    expect(existsSync("__cache__")).toBe(false);
  });
});

describe("row segments", () => {
  const line = (more: object): string =>
    `${JSON.stringify({ t: "1795339800123456789", o: "1795339800123456790", tr: "", sp: "", f: 0, sv: "", sn: 9, s: "shop", e: "", b: "hi", r: {}, scn: "", scv: "", sca: {}, a: {}, n: {}, rd: 7, ...more })}\n`;

  it("stores each member of a line", async () => {
    const lines = [
      line({ tr: "ab".repeat(16), sp: "cd".repeat(8), f: 1, sv: "Warnung", sn: 13, s: "лавка'", e: "ev" }),
      line({ b: "multi\nline \u0000 🚢 \\ ' \"", r: { "host.name": "h'1" }, scn: "m", scv: "2", sca: { x: "y" } }),
      line({ a: { "a.b": "1.5", list: '["x",1]', "": "empty key" }, n: { "a.b": 1.5, big: 1e300 }, rd: 365 }),
    ];
    const payload = Buffer.from(lines.join(""));
    const frame = { receivedAtMs: nowMs, source: "lines", tenant: "t1", payload, count: 3 };
    await store.segments.insert(writeSegment(join(store.dir, "rows.seg"), "log-rows", [frame], 40n), "first");
    const rows = await store.rows("SELECT * EXCEPT (PatternId) FROM taffrail.otel_logs ORDER BY Seq");
    const plain = {
      Tenant: "t1",
      Timestamp: "2026-11-22 09:30:00.123456789",
      ObservedTimestamp: "2026-11-22 09:30:00.123456790",
      TraceId: "",
      SpanId: "",
      TraceFlags: 0,
      SeverityText: "",
      SeverityNumber: 9,
      ServiceName: "shop",
      EventName: "",
      Body: "hi",
      ResourceSchemaUrl: "",
      ResourceAttributes: {},
      ScopeSchemaUrl: "",
      ScopeName: "",
      ScopeVersion: "",
      ScopeAttributes: {},
      LogAttributes: {},
      LogNumbers: {},
      RetentionDays: 7,
      Source: "lines",
    };
    expect(rows).toEqual([
      {
        ...plain,
        Seq: "40",
        TraceId: "ab".repeat(16),
        SpanId: "cd".repeat(8),
        TraceFlags: 1,
        SeverityText: "Warnung",
        SeverityNumber: 13,
        ServiceName: "лавка'",
        EventName: "ev",
      },
      {
        ...plain,
        Seq: "41",
        Body: "multi\nline \u0000 🚢 \\ ' \"",
        ResourceAttributes: { "host.name": "h'1" },
        ScopeName: "m",
        ScopeVersion: "2",
        ScopeAttributes: { x: "y" },
      },
      {
        ...plain,
        Seq: "42",
        LogAttributes: { "a.b": "1.5", list: '["x",1]', "": "empty key" },
        LogNumbers: { "a.b": 1.5, big: 1e300 },
        RetentionDays: 365,
      },
    ]);
  });

  it("inserts only the days it is asked for", async () => {
    const dayMs = 86_400_000;
    const start = Date.UTC(2026, 8, 1);
    const payload = Buffer.from(
      Array.from({ length: 60 }, (_, day) => line({ t: `${String(start + day * dayMs + 5)}000000` })).join(""),
    );
    const frame = { receivedAtMs: nowMs, payload, count: 60 };
    const segment = writeSegment(join(store.dir, "days.seg"), "log-rows", [frame]);
    const part = { ...segment, token: "days-a", days: { fromMs: 0, toMs: start + 50 * dayMs } };
    await store.segments.insert(part, "first");
    expect(await store.segments.countRange("log-rows", [{ from: 1n, to: 61n }])).toBe(50n);
    await store.segments.insert(
      { ...segment, token: "days-b", days: { fromMs: start + 50 * dayMs, toMs: nowMs } },
      "first",
    );
    expect(await store.segments.countRange("log-rows", [{ from: 1n, to: 61n }])).toBe(60n);
    expect(
      await store.segments.countRange("log-rows", [
        { from: 1n, to: 11n },
        { from: 60n, to: 70n },
      ]),
    ).toBe(11n);
    expect(await store.segments.countRange("log-rows", [])).toBe(0n);
  });
});
