import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock, systemIds, TaffrailError } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localPrincipal, systemPrincipal } from "../access/scope.ts";
import { type Audit, type AuditLog, openAuditLog } from "../audit/audit-log.ts";
import { openSettingsDatabase, type SettingsDatabase } from "../settings/database.ts";
import { createHolds, type Holds } from "../settings/holds.ts";
import { createRetention } from "../store/retention.ts";
import { storeRows } from "../store/testdata/rows.ts";
import { openTestStore, type TestStore } from "../store/testdata/test-store.ts";
import { eventually } from "../testdata/test-server.ts";
import {
  createRetentionService,
  type RetentionJob,
  type RetentionService,
  startRetentionJob,
} from "./retention-service.ts";

const dayMs = 86_400_000;
let store: TestStore;
let database: SettingsDatabase;
let audit: AuditLog;
let holds: Holds;
let service: RetentionService;
let job: RetentionJob | undefined;
beforeEach(async () => {
  store = await openTestStore();
  database = await openSettingsDatabase({ file: join(store.dir, "settings.db") });
  audit = openAuditLog({ dir: join(store.dir, "audit"), clock: systemClock });
  holds = createHolds({ database, clock: systemClock, ids: systemIds });
  const retention = createRetention({ engine: store.engine, clock: systemClock, dataDir: store.dir });
  service = createRetentionService({ retention, holds, audit: audit.audit });
});
afterEach(async () => {
  await job?.stop();
  job = undefined;
  audit.close();
  await database.destroy();
  await store.close();
});

const dayOf = (days: number): string => new Date(Date.now() - days * dayMs).toISOString().slice(0, 10);
/** One record of each age, in days, all kept for a week. */
const fill = (seqFrom: bigint, ages: readonly number[]) =>
  storeRows(
    store,
    seqFrom,
    ages.map((age) => ({ timeNs: BigInt(Date.now() - age * dayMs) * 1_000_000n, retentionDays: 7 })),
  );
const stored = async (): Promise<number> =>
  Number((await store.rows("SELECT count() AS rows FROM taffrail.otel_logs"))[0]?.rows);
const acts = (): string[] =>
  readFileSync(join(store.dir, "audit", "audit.jsonl"), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const { principal, action, outcome } = JSON.parse(line);
      return `${principal} ${action} ${outcome}`;
    });

describe("retention on a schedule", () => {
  it("drops by itself what is due, each time, and writes it down", async () => {
    await fill(1n, [0, 10, 20]);
    const hold = { fromDay: dayOf(20), toDay: dayOf(20), reason: "case 7" };
    await holds.add(localPrincipal, hold);
    const dropped: string[] = [];
    job = startRetentionJob({
      service,
      firstMs: 1,
      everyMs: 20,
      onDrop: (report) => dropped.push(...report.dropped.map(({ day }) => day)),
      onFailure: (error) => expect.unreachable(String(error)),
    });
    await eventually(async () => expect(await stored()).toBe(2));
    await fill(100n, [12]);
    await eventually(async () => expect(dropped).toEqual([dayOf(10), dayOf(12)]));
    await job.stop();
    expect(await stored()).toBe(2);
    expect(acts().slice(0, 2)).toEqual(["system retention.run intended", "system retention.run done"]);
    expect(acts().filter((act) => act === "system retention.run done")).toHaveLength(2);
  });

  it("tells why it waits, and goes on once a person has confirmed", async () => {
    await fill(1n, [10, 20]);
    const failures: unknown[] = [];
    const onDrop = (): void => expect.unreachable();
    job = startRetentionJob({
      service,
      firstMs: 1,
      everyMs: 10_000,
      onDrop,
      onFailure: (error) => failures.push(error),
    });
    await eventually(async () => expect(failures).toMatchObject([{ code: "retention_waits" }]));
    await job.stop();
    expect(service.fault()).toContain("the newest record is 240.0 hours old");
    expect(await stored()).toBe(2);
    await service.run(localPrincipal, { dryRun: false, confirmed: true });
    expect([service.fault(), await stored()]).toEqual([undefined, 0]);
    expect(acts()).toEqual([
      "system retention.run intended",
      "system retention.run failed",
      "local retention.run intended",
      "local retention.run done",
    ]);
  });

  it("shows a doubt before anything is due", async () => {
    await fill(1n, [2]);
    expect(service.fault()).toBeUndefined();
    expect(await service.run(systemPrincipal, { dryRun: false, confirmed: false })).toMatchObject({ dropped: [] });
    expect(service.fault()).toBe("it drops nothing because the newest record is 48.0 hours old");
  });

  it("never calls a run failed that dropped something", async () => {
    await fill(1n, [0, 10]);
    const failing: Audit = (entry) => {
      if (entry.outcome === "done") throw new TaffrailError("audit_unavailable", { reason: "the disk is full" });
      return audit.audit(entry);
    };
    const retention = createRetention({ engine: store.engine, clock: systemClock, dataDir: store.dir });
    const shaken = createRetentionService({ retention, holds, audit: failing });
    const run = shaken.run(localPrincipal, { dryRun: false, confirmed: true });
    await expect(run).rejects.toMatchObject({ code: "audit_unavailable" });
    expect(await stored()).toBe(1);
    expect(acts()).toEqual(["local retention.run intended"]);
  });

  it("drops nothing while the act cannot be written down", async () => {
    await fill(1n, [0, 10]);
    audit.close();
    await expect(service.run(localPrincipal, { dryRun: false, confirmed: true })).rejects.toMatchObject({
      code: "audit_unavailable",
    });
    expect(await stored()).toBe(2);
  });
});
