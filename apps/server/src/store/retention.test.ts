import type { Clock } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRetention, type RetentionOrder } from "./retention.ts";
import {
  type ClockEvidence,
  type ClockReading,
  clockFault,
  decideRetention,
  type Partition,
  steadySince,
} from "./retention-decision.ts";
import { storeRows } from "./testdata/rows.ts";
import { openTestStore, type TestStore } from "./testdata/test-store.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const nowMs = Date.UTC(2026, 10, 22, 12);

describe("what is dropped", () => {
  const partition = (day: string, retentionDays: number): Partition => ({
    id: day,
    day,
    retentionDays,
    rows: 1,
    bytes: 1,
  });

  it("is every partition whose last record is past its retention", () => {
    const partitions = [
      partition("2026-11-15", 7),
      partition("2026-11-14", 7),
      partition("2026-10-22", 30),
      partition("2026-01-01", 365),
    ];
    const { drop, held } = decideRetention(partitions, [], nowMs);
    expect(drop.map(({ day }) => day)).toEqual(["2026-11-14", "2026-10-22"]);
    expect(held).toEqual([]);
    expect(decideRetention([partition("2026-11-14", 7)], [], Date.UTC(2026, 10, 22) - 1).drop).toEqual([]);
  });

  it("is not what a hold keeps, its first and last day included", () => {
    const partitions = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"].map((day) => partition(day, 1));
    const { drop, held } = decideRetention(partitions, [{ fromDay: "2026-01-02", toDay: "2026-01-03" }], nowMs);
    expect(drop.map(({ day }) => day)).toEqual(["2026-01-01", "2026-01-04"]);
    expect(held.map(({ day }) => day)).toEqual(["2026-01-02", "2026-01-03"]);
  });
});

describe("the clock", () => {
  const ago = (milliseconds: number, seenMs = milliseconds): ClockReading => ({
    wallMs: nowMs - milliseconds,
    monotonicMs: -seenMs,
  });
  const sound: ClockEvidence = {
    now: ago(0),
    trusted: ago(hourMs),
    steady: ago(hourMs),
    lastRun: { atMs: nowMs - hourMs, everyMs: hourMs },
    newestMs: nowMs - 1000,
  };
  const lastRun = (milliseconds: number) => ({ lastRun: { atMs: nowMs - milliseconds, everyMs: hourMs } });
  const minutes = (count: number): ClockReading => ago(count * 60_000);
  type Case = readonly [string, Partial<ClockEvidence>, string | undefined];

  it.each<Case>([
    ["is sound", {}, undefined],
    ["is sound without any history", { lastRun: undefined, newestMs: undefined }, undefined],
    ["has records a day ahead", { newestMs: nowMs + dayMs }, undefined],
    ["is sound on a quiet server, run after run", { newestMs: nowMs - 10 * dayMs }, undefined],
    ["went forward", { trusted: ago(3 * hourMs, hourMs) }, undefined],
    [
      "went forward just now",
      { trusted: ago(3 * hourMs, hourMs), steady: ago(0) },
      "the clock went forward by 2.0 hours while the server ran",
    ],
    ["went back", { trusted: ago(-hourMs, hourMs) }, "the clock went back by 2.0 hours while the server ran"],
    ["is far behind the last run", lastRun(-2 * hourMs), "the last run was 2.0 hours in the future"],
    [
      "is far past the newest record, without a run before",
      { lastRun: undefined, newestMs: nowMs - 10 * dayMs },
      "the newest record is 240.0 hours old",
    ],
    [
      "is far behind the newest record",
      { newestMs: nowMs + 3 * dayMs },
      "the newest record is 72.0 hours in the future",
    ],
  ])("%s", (_name, change, fault) => {
    expect(clockFault({ ...sound, ...change })).toBe(fault);
  });

  it.each<Case>([
    ["a night off, at the start", { trusted: ago(0), steady: ago(0) }, "the last run was 14.0 hours ago"],
    ["a night off, half an hour later", { steady: minutes(30) }, "the last run was 14.0 hours ago"],
    ["a night off, an hour later", { steady: minutes(61) }, undefined],
    [
      "a night off, an hour later, before anything came in",
      { newestMs: nowMs - 14 * hourMs },
      "the last run was 14.0 hours ago",
    ],
    ["a night asleep", { trusted: ago(14 * hourMs, hourMs), steady: minutes(1) }, "the last run was 14.0 hours ago"],
    ["a night asleep, an hour later", { trusted: ago(14 * hourMs, hourMs), steady: minutes(61) }, undefined],
    ["a month off", lastRun(31 * dayMs), undefined],
    ["longer than a month", lastRun(32 * dayMs), "the last run was 768.0 hours ago"],
    [
      "longer than a month, and a nap",
      { ...lastRun(32 * dayMs), trusted: ago(3 * hourMs, hourMs) },
      "the last run was 768.0 hours ago",
    ],
    [
      "a clock that went back after it",
      { trusted: ago(-2 * hourMs, hourMs) },
      "the clock went back by 3.0 hours while the server ran",
    ],
    [
      "a record of the future after it",
      { newestMs: nowMs + 2 * dayMs },
      "the newest record is 48.0 hours in the future",
    ],
  ])("after %s", (_name, change, fault) => {
    expect(clockFault({ ...sound, ...lastRun(14 * hourMs), ...change })).toBe(fault);
  });

  it("keeps pace since its last jump, forward or back", () => {
    const start = ago(10 * hourMs);
    expect(steadySince(start, ago(0))).toBe(start);
    expect(steadySince(start, ago(-0.9 * hourMs, 0))).toBe(start);
    for (const jump of [2 * hourMs, -2 * hourMs]) {
      const now = ago(jump, 0);
      expect(steadySince(start, now)).toBe(now);
    }
  });
});

describe("a run", () => {
  let store: TestStore;
  let wallMs = nowMs;
  let elapsedMs = 0;
  const clock: Clock = { now: () => wallMs, monotonic: () => elapsedMs };
  const order: RetentionOrder = { dryRun: false, holds: [], confirmed: false };
  const pass = (milliseconds: number): void => {
    wallMs += milliseconds;
    elapsedMs += milliseconds;
  };
  const at = (milliseconds: number): bigint => BigInt(milliseconds) * 1_000_000n;
  const days = async (): Promise<unknown> =>
    await store.rows(
      "SELECT DISTINCT toString(toDate(Timestamp)) AS day, RetentionDays AS days FROM taffrail.otel_logs ORDER BY day, days",
    );

  beforeEach(async () => {
    wallMs = nowMs;
    elapsedMs = 0;
    store = await openTestStore();
    await storeRows(store, 1n, [
      { timeNs: at(nowMs - 10 * dayMs), retentionDays: 7 },
      { timeNs: at(nowMs - 10 * dayMs), retentionDays: 30 },
      { timeNs: at(nowMs - 40 * dayMs), retentionDays: 30 },
      { timeNs: at(nowMs), retentionDays: 7 },
    ]);
  });
  afterEach(async () => {
    await store.close();
  });

  it("drops what a dry run said, and nothing else", async () => {
    const retention = createRetention({ engine: store.engine, clock, dataDir: store.dir });
    const holds = [{ fromDay: "2026-10-13", toDay: "2026-10-13" }];
    const preview = await retention.preview(holds);
    expect(preview).toMatchObject([
      { day: "2026-11-12", retentionDays: 7, rows: 1, held: false },
      { day: "2026-10-13", retentionDays: 30, rows: 1, held: true },
    ]);
    const dry = await retention.run({ ...order, holds, dryRun: true });
    expect(await days()).toHaveLength(4);
    const real = await retention.run({ ...order, holds });
    expect(real).toEqual({ ...dry, dryRun: false });
    expect(await days()).toEqual([
      { day: "2026-10-13", days: 30 },
      { day: "2026-11-12", days: 30 },
      { day: "2026-11-22", days: 7 },
    ]);
    await retention.run(order);
    expect(await days()).toHaveLength(2);
  });

  it("waits after a jump of the clock until it is confirmed", async () => {
    const retention = createRetention({ engine: store.engine, clock, dataDir: store.dir });
    wallMs += 60 * dayMs;
    const waits = { code: "retention_waits" };
    await expect(retention.run(order)).rejects.toMatchObject(waits);
    pass(hourMs);
    await expect(retention.run(order)).rejects.toMatchObject(waits);
    expect(await days()).toHaveLength(4);
    expect((await retention.run({ ...order, dryRun: true })).dropped).toHaveLength(4);
    wallMs -= 60 * dayMs;
    await retention.run({ ...order, confirmed: true });
    expect(await days()).toHaveLength(2);
    pass(hourMs);
    await storeRows(store, 100n, [{ timeNs: at(wallMs) }]);
    await expect(retention.run(order)).resolves.toMatchObject({ dropped: [] });
  });

  it("waits when a later server finds its clock far from the last run", async () => {
    await createRetention({ engine: store.engine, clock, dataDir: store.dir }).run(order);
    wallMs += 60 * dayMs;
    await storeRows(store, 100n, [{ timeNs: at(wallMs) }]);
    const later = createRetention({ engine: store.engine, clock, dataDir: store.dir });
    await expect(later.run(order)).rejects.toThrow("the last run was 1440.0 hours ago");
    expect((await later.run({ ...order, confirmed: true })).dropped).toHaveLength(2);
  });

  const overnightMs = 14 * hourMs;

  it("goes on by itself after a night off, once the clock has kept pace and records come in", async () => {
    await createRetention({ engine: store.engine, clock, dataDir: store.dir }).run({ ...order, confirmed: true });
    await storeRows(store, 50n, [{ timeNs: at(nowMs - 9 * dayMs), retentionDays: 7 }]);
    wallMs += overnightMs;
    const later = createRetention({ engine: store.engine, clock, dataDir: store.dir });
    expect(later.doubt()).toBe("the last run was 14.0 hours ago");
    await expect(later.run(order)).rejects.toMatchObject({ code: "retention_waits" });
    await storeRows(store, 100n, [{ timeNs: at(wallMs) }]);
    pass(hourMs);
    expect((await later.run(order)).dropped).toMatchObject([{ day: "2026-11-13" }]);
    expect(later.doubt()).toBeUndefined();
  });

  it("goes on by itself after a night asleep, and shows the doubt at once", async () => {
    const retention = createRetention({ engine: store.engine, clock, dataDir: store.dir });
    await retention.run(order);
    expect(retention.doubt()).toBeUndefined();
    wallMs += overnightMs;
    expect(retention.doubt()).toBe("the clock went forward by 14.0 hours while the server ran");
    await storeRows(store, 50n, [{ timeNs: at(nowMs - 9 * dayMs), retentionDays: 7 }, { timeNs: at(wallMs) }]);
    await expect(retention.run(order)).rejects.toMatchObject({ code: "retention_waits" });
    pass(hourMs);
    expect((await retention.run(order)).dropped).toMatchObject([{ day: "2026-11-13" }]);
  });

  it("waits for a person after the clock went back", async () => {
    const retention = createRetention({ engine: store.engine, clock, dataDir: store.dir });
    wallMs -= 2 * hourMs;
    for (let hour = 0; hour < 5; hour += 1) {
      await expect(retention.run(order)).rejects.toMatchObject({ code: "retention_waits" });
      pass(hourMs);
    }
    expect((await retention.run({ ...order, confirmed: true })).dropped).toHaveLength(2);
    expect(retention.doubt()).toBeUndefined();
  });
});
