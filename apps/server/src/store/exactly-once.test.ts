import { join } from "node:path";
import { TaffrailError } from "@taffrail/contracts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SegmentInsert } from "../journal/segment-store.ts";
import { insertStatement } from "./insert-statement.ts";
import { encodeRequest, randomRequest, seeded } from "./testdata/random-logs.ts";
import { writeSegment } from "./testdata/segment-file.ts";
import { killEngine, openTestStore, type TestStore } from "./testdata/test-store.ts";

const nowMs = Date.UTC(2026, 10, 22, 9, 30, 0);
let store: TestStore;
let segment: SegmentInsert;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(async () => {
  await store.close();
});
beforeEach(async () => {
  await store.engine.execute("TRUNCATE TABLE taffrail.otel_logs", { lane: "ingest", timeoutMs: 10_000 });
  const random = seeded(11);
  const frames = Array.from({ length: 300 }, () => {
    const records = randomRequest(random, nowMs);
    return { receivedAtMs: nowMs, payload: encodeRequest(records), count: records.length };
  });
  const first = 1_000n + BigInt(Math.floor(performance.now() * 1000)) * 100_000n;
  segment = writeSegment(join(store.dir, "once.seg"), "otlp-logs", frames, first);
});

/** Every Seq of the segment is stored once and nothing else is, shown by the numbers themselves. */
async function expectExactlyOnce(): Promise<void> {
  const rows = await store.rows("SELECT toString(Seq) AS seq FROM taffrail.otel_logs ORDER BY Seq");
  const expected = Array.from({ length: segment.rows }, (_, index) => String(segment.seqFrom + BigInt(index)));
  expect(rows.map((row) => row.seq)).toEqual(expected);
}

/** The segment's own statement, failing at the record with this index after blocks before it are already visible. */
async function failAt(index: number): Promise<void> {
  const sql = insertStatement(
    { ...segment, blockSettings: { ...segment.blockSettings, max_block_size: 5, min_insert_block_size_rows: 100 } },
    "first",
  );
  const condition = ` WHERE throwIf(Seq = ${String(segment.seqFrom + BigInt(index))}, 'stopped on purpose') = 0 SETTINGS `;
  const failing = sql.replace(/ SETTINGS (?=[^']*format_schema_source)/, condition);
  await expect(store.engine.execute(failing, { lane: "ingest", timeoutMs: 60_000 })).rejects.toThrow(
    "stopped on purpose",
  );
}

describe("a segment is stored exactly once", () => {
  it("when it is sent three times in the first mode", async () => {
    for (let time = 0; time < 3; time += 1) await store.segments.insert(segment, "first");
    await expectExactlyOnce();
  });

  it("when it is sent in the first mode and then three times with the Seq check", async () => {
    await store.segments.insert(segment, "first");
    for (let time = 0; time < 3; time += 1) await store.segments.insert(segment, "seq-check");
    await expectExactlyOnce();
  });

  it("when an insert fails at four fifths of it", async () => {
    await failAt(Math.floor(segment.rows * 0.8));
    const partial = await store.segments.countRange("otlp-logs", [{ from: segment.seqFrom, to: segment.seqTo }]);
    expect(partial).toBeGreaterThan(0n);
    expect(partial).toBeLessThan(BigInt(segment.rows));
    await store.segments.insert(segment, "seq-check");
    await expectExactlyOnce();
  });

  it("when it is repeated with other block settings under the Seq check", async () => {
    await store.segments.insert(segment, "first");
    const blockSettings = { ...segment.blockSettings, max_block_size: 7, min_insert_block_size_rows: 50 };
    await store.segments.insert({ ...segment, blockSettings }, "seq-check");
    await expectExactlyOnce();
  });

  it("when the engine is killed after it, and during it", async () => {
    await store.segments.insert(segment, "first");
    killEngine(store.engine);
    await expect.poll(() => store.engine.status().restarts).toBeGreaterThan(0);
    await store.segments.ready();
    await store.segments.insert(segment, "first");
    await expectExactlyOnce();

    await store.engine.execute("TRUNCATE TABLE taffrail.otel_logs", { lane: "ingest", timeoutMs: 10_000 });
    const again = { ...segment, token: `${segment.token}-again` };
    const insert = store.segments.insert(again, "first").catch((error: unknown) => error);
    killEngine(store.engine);
    expect((await insert) as TaffrailError).toMatchObject({ code: "engine_unavailable" });
    await store.segments.ready();
    await store.segments.insert(again, "seq-check");
    await expectExactlyOnce();
  });

  it("when the insert is ended by its signal", async () => {
    const stop = new AbortController();
    const insert = store.segments.insert(segment, "first", stop.signal);
    stop.abort(new Error("journal closes"));
    await expect(insert).rejects.toThrow("journal closes");
    await store.segments.insert(segment, "seq-check");
    await expectExactlyOnce();
  });
});

describe("a segment that cannot be stored", () => {
  it("is refused when it was begun with another statement", async () => {
    const insert = store.segments.insert({ ...segment, statementVersion: 99 }, "first");
    await expect(insert).rejects.toThrow(TaffrailError);
    await store.segments.insert({ ...segment, statementVersion: 99 }, "seq-check");
    await expectExactlyOnce();
  });

  it("is answered with the engine's own words and code", async () => {
    const missing = store.segments.insert({ ...segment, path: join(store.dir, "missing.seg") }, "first");
    await expect(missing).rejects.toMatchObject({
      code: "query_failed",
      message: expect.stringMatching(/Code: \d+\./),
    });
  });
});
