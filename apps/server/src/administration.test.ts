import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "@taffrail/client";
import { type Clock, systemClock } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyAuditLog } from "./audit/verify-audit-log.ts";
import type { RunningServer } from "./main.ts";
import { eventually, makeTestDir, startTestServer, type TestDir } from "./testdata/test-server.ts";

const dayMs = 86_400_000;
let dir: TestDir;
let server: RunningServer | undefined;
beforeEach(() => {
  dir = makeTestDir();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  dir.remove();
});

async function start(clock: Clock = systemClock): Promise<Client> {
  server = await startTestServer(dir.path, { clock });
  return createClient({ baseUrl: server.url });
}

const line = (fields: object): string => `${JSON.stringify({ level: "info", service: "s", ...fields })}\n`;
const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString();
const auditEntries = () =>
  readFileSync(join(dir.path, "audit", "audit.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text));

describe("retention.days", () => {
  it("decides which records are too old to be taken in", async () => {
    const client = await start();
    const send = () => client.ingestLines({ body: line({ msg: "old", time: daysAgo(8) }) });
    expect(await send()).toMatchObject({ accepted: 1, rejected: 0 });
    await client.putSetting({ key: "retention.days", value: 7 });
    await expect(send()).rejects.toMatchObject({ code: "too_old" });
    await client.putSetting({ key: "retention.days", value: 9 });
    expect(await send()).toMatchObject({ accepted: 1 });
  });

  it("is still set after a restart", async () => {
    await (await start()).putSetting({ key: "retention.days", value: 7 });
    await server?.close();
    expect((await (await start()).getSettings()).settings[0]).toMatchObject({ key: "retention.days", value: 7 });
  });
});

describe("journal.budgetBytes", () => {
  it("limits what may wait, and tells senders to retry", async () => {
    const client = await start();
    await client.putSetting({ key: "journal.budgetBytes", value: 1 });
    await eventually(async () => expect((await client.getStatus()).journal.bytesLimit).toBe(1));
    const refused = await client.ingestLines({ body: line({ msg: "x" }) }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "ingest_busy", status: 429 });
    await client.putSetting({ key: "journal.budgetBytes", value: 0 });
    await eventually(async () => expect((await client.getStatus()).journal.bytesLimit).toBeGreaterThan(1_000_000));
    expect(await client.ingestLines({ body: line({ msg: "x" }) })).toMatchObject({ accepted: 1 });
  });
});

describe("retention", () => {
  it("drops what is past its days, waits while the clock is in doubt, and obeys holds", async () => {
    const first = await start();
    await first.putSetting({ key: "retention.days", value: 3 });
    await first.ingestLines({ body: line({ msg: "a", time: daysAgo(2) }) + line({ msg: "b", time: daysAgo(1) }) });
    await eventually(async () => expect((await first.countLogs({ query: "service:s", since: "7d" })).count).toBe(2));
    expect((await first.previewRetention()).partitions).toEqual([]);
    await server?.close();

    const later: Clock = { ...systemClock, now: () => Date.now() + 10 * dayMs };
    const client = await start(later);
    const [keptDay, droppedDay] = [daysAgo(2).slice(0, 10), daysAgo(1).slice(0, 10)];
    const hold = await client.addHold({ fromDay: keptDay, toDay: keptDay, reason: "case 7" });
    expect((await client.listHolds()).holds).toEqual([hold]);
    const days = async () => (await client.previewRetention()).partitions.filter(({ rows }) => rows > 0);
    expect(await days()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ day: keptDay, held: true, rows: 1 }),
        expect.objectContaining({ day: droppedDay, held: false, rows: 1 }),
      ]),
    );
    expect(await client.runRetention({ dryRun: true })).toMatchObject({ dryRun: true });
    const count = async () => (await client.countLogs({ query: "service:s", since: "30d" })).count;
    expect(await count()).toBe(2);
    const report = await client.runRetention({ dryRun: false, confirmed: true });
    expect(report.dropped).toContainEqual(expect.objectContaining({ day: droppedDay, retentionDays: 3 }));
    expect(report.kept).toContainEqual(expect.objectContaining({ day: keptDay, held: true }));
    expect(await count()).toBe(1);
    expect(await client.removeHold({ id: hold.id })).toEqual({ removed: true });
    await expect(client.removeHold({ id: hold.id })).rejects.toMatchObject({ code: "hold_not_found" });
    const acts = auditEntries().map(({ action, outcome, principal }) => `${principal} ${action} ${outcome}`);
    expect(acts).toContain("local retention.run intended");
    expect(acts).toContain("local retention.run done");
  });
});

describe("the audit log", () => {
  it("has each change before it is made, with who made it, and goes on over restarts", async () => {
    const client = await start();
    await client.putSetting({ key: "retention.days", value: 7 });
    await expect(client.putSetting({ key: "retention.days", value: -1 })).rejects.toMatchObject({
      code: "setting_invalid",
    });
    await expect(client.putSetting({ key: "nope", value: 1 })).rejects.toMatchObject({ code: "setting_unknown" });
    await expect(client.addHold({ fromDay: "2026-01-02", toDay: "2026-01-01", reason: "x" })).rejects.toMatchObject({
      code: "payload_invalid",
    });
    await server?.close();
    await start();
    expect(auditEntries().map(({ action, resource, outcome }) => [action, resource, outcome])).toEqual([
      ["server.start", "server", "done"],
      ["settings.write", "settings", "intended"],
      ["settings.write", "retention", "intended"],
      ["settings.write", "retention", "failed"],
      ["server.stop", "server", "done"],
      ["server.start", "server", "done"],
    ]);
    expect(auditEntries()[1]).toMatchObject({
      principal: "local",
      tenant: "default",
      details: { key: "retention.days", value: 7, before: 30 },
    });
    expect(verifyAuditLog(join(dir.path, "audit")).fault).toBeUndefined();
  });

  it("that was tampered with is shown in the status", async () => {
    const client = await start();
    await client.putSetting({ key: "retention.days", value: 7 });
    await server?.close();
    const path = join(dir.path, "audit", "audit.jsonl");
    writeFileSync(path, readFileSync(path, "utf8").replace('"value":7', '"value":8'));
    const { components } = await (await start()).getStatus();
    expect(components).toContainEqual({ name: "audit", status: "degraded", detail: "entry 2 was changed" });
  });
});
