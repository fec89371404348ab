import type { Clock } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRetention, type RetentionOrder } from "./retention.ts";
import { clockFault, decideRetention, type Partition } from "./retention-decision.ts";
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
  const sound = {
    nowMs,
    trusted: { wallMs: nowMs - hourMs, elapsedMs: hourMs },
    lastRun: { atMs: nowMs - hourMs, everyMs: hourMs },
    newestMs: nowMs - 1000,
  };

  it.each([
    ["is sound", {}, undefined],
    ["is sound without any history", { lastRun: undefined, newestMs: undefined }, undefined],
    ["has records a day ahead", { newestMs: nowMs + dayMs }, undefined],
    [
      "went forward",
      { trusted: { wallMs: nowMs - 3 * hourMs, elapsedMs: hourMs } },
      "the clock went forward by 2.0 hours while the server ran",
    ],
    [
      "went back",
      { trusted: { wallMs: nowMs + hourMs, elapsedMs: hourMs } },
      "the clock went back by 2.0 hours while the server ran",
    ],
    [
      "is far behind the last run",
      { lastRun: { atMs: nowMs + 2 * hourMs, everyMs: hourMs } },
      "the last run was 2.0 hours in the future",
    ],
    [
      "is far past the last run",
      { lastRun: { atMs: nowMs - 240 * hourMs, everyMs: hourMs } },
      "the last run was 240.0 hours ago",
    ],
    ["is far past the newest record", { newestMs: nowMs - 10 * dayMs }, "the newest record is 240.0 hours old"],
    [
      "is far behind the newest record",
      { newestMs: nowMs + 3 * dayMs },
      "the newest record is 72.0 hours in the future",
    ],
  ])("%s", (_name, change, fault) => {
    expect(clockFault({ ...sound, ...change })).toBe(fault);
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
});
