import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, systemIds } from "@taffrail/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localPrincipal } from "../access/scope.ts";
import { openSettingsDatabase, type SettingsDatabase, type SettingsPlace } from "./database.ts";
import { createHolds } from "./holds.ts";
import { loadSettings } from "./settings.ts";
import { type PostgresCluster, startPostgres } from "./testdata/postgres-cluster.ts";

const dir = mkdtempSync(join(tmpdir(), "taffrail-settings-"));
const postgres = await startPostgres();
const cluster: PostgresCluster | undefined = typeof postgres === "string" ? undefined : postgres;
if (cluster) console.log(`settings suite on ${cluster.version}`);
else console.log(`settings suite on PostgreSQL skipped: ${String(postgres)}`);

afterAll(async () => {
  await cluster?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const places: { readonly name: string; readonly place: SettingsPlace | undefined }[] = [
  { name: "SQLite", place: { file: join(dir, "settings.db") } },
  { name: "PostgreSQL", place: cluster && { url: cluster.url } },
];

describe.each(places)("settings on $name", ({ place }) => {
  if (!place) {
    it.skip(`needs PostgreSQL: ${String(postgres)}`, () => undefined);
    return;
  }
  let database: SettingsDatabase;
  beforeAll(async () => {
    database = await openSettingsDatabase(place);
  });
  afterAll(async () => {
    await database.destroy();
  });

  it("starts with the defaults", async () => {
    const settings = await loadSettings({ database, clock: systemClock });
    expect(settings.get("retention.days")).toBe(30);
    expect(settings.list().map((setting) => setting.key)).toEqual(["retention.days", "journal.budgetBytes"]);
  });

  it("stores a change, tells the listeners, and has it after opening again", async () => {
    const settings = await loadSettings({ database, clock: systemClock });
    const seen: number[] = [];
    settings.onValue("retention.days", (value) => seen.push(value));
    expect(await settings.set(localPrincipal, "retention.days", 7)).toMatchObject({
      value: 7,
      default: 30,
      unit: "days",
    });
    await settings.set(localPrincipal, "retention.days", 8);
    await settings.set(localPrincipal, "journal.budgetBytes", 1_000_000);
    expect(seen).toEqual([30, 7, 8]);
    const again = await openSettingsDatabase(place);
    try {
      expect((await loadSettings({ database: again, clock: systemClock })).get("retention.days")).toBe(8);
      const row = await again
        .selectFrom("settings")
        .selectAll()
        .where("key", "=", "retention.days")
        .executeTakeFirstOrThrow();
      expect(row.updated_by).toBe("local");
    } finally {
      await again.destroy();
    }
  });

  it.each([
    ["nope", 1, "setting_unknown"],
    ["retention.days", 0, "setting_invalid"],
    ["retention.days", 1.5, "setting_invalid"],
    ["retention.days", "7", "setting_invalid"],
    ["retention.days", null, "setting_invalid"],
    ["journal.budgetBytes", -1, "setting_invalid"],
  ])("refuses %s = %j as %s and changes nothing", async (key, value, code) => {
    const settings = await loadSettings({ database, clock: systemClock });
    const before = settings.list();
    await expect(settings.set(localPrincipal, key, value)).rejects.toMatchObject({ code });
    expect(settings.list()).toEqual(before);
  });

  it.each([
    ["99999999", "it must be from 1 to 3650"],
    ['"7"', "it must be a whole number"],
    ["seven", "is not JSON"],
  ])("refuses to start with %s stored as retention.days, and does not take the default", async (value, reason) => {
    const rows = () => database.updateTable("settings").where("key", "=", "retention.days");
    await rows().set({ value }).execute();
    try {
      await expect(loadSettings({ database, clock: systemClock })).rejects.toMatchObject({
        code: "settings_unavailable",
        message: expect.stringMatching(new RegExp(`retention\\.days.*${reason}`)),
      });
    } finally {
      await rows().set({ value: "8" }).execute();
    }
  });

  it("keeps, lists and lifts holds of a tenant", async () => {
    const holds = createHolds({ database, clock: systemClock, ids: systemIds });
    const order = { fromDay: "2026-11-01", toDay: "2026-11-03", reason: "case 7, 'quoted' \u2713" };
    const hold = await holds.add(localPrincipal, order);
    const other = { ...localPrincipal, id: "x", tenant: "other" };
    expect(await holds.list("default")).toEqual([hold]);
    expect(await holds.list("other")).toEqual([]);
    await expect(holds.remove(other, hold.id)).rejects.toMatchObject({ code: "hold_not_found" });
    expect(await holds.all()).toHaveLength(1);
    await holds.remove(localPrincipal, hold.id);
    await expect(holds.remove(localPrincipal, hold.id)).rejects.toMatchObject({ code: "hold_not_found" });
    expect(await holds.all()).toEqual([]);
  });

  it.each([
    ["2026-02-30", "2026-03-01"],
    ["2026-03-02", "2026-03-01"],
  ])("refuses a hold from %s to %s", async (fromDay, toDay) => {
    const holds = createHolds({ database, clock: systemClock, ids: systemIds });
    await expect(holds.add(localPrincipal, { fromDay, toDay, reason: "x" })).rejects.toMatchObject({
      code: "payload_invalid",
    });
  });

  it("says that the database is away, and keeps the values it has", async () => {
    const gone = await openSettingsDatabase(place);
    const settings = await loadSettings({ database: gone, clock: systemClock });
    await gone.destroy();
    await expect(settings.set(localPrincipal, "retention.days", 5)).rejects.toMatchObject({
      code: "settings_unavailable",
    });
    expect(settings.get("retention.days")).not.toBe(5);
    await expect(loadSettings({ database: gone, clock: systemClock })).rejects.toMatchObject({
      code: "settings_unavailable",
    });
    const holds = createHolds({ database: gone, clock: systemClock, ids: systemIds });
    await expect(holds.all()).rejects.toMatchObject({ code: "settings_unavailable" });
  });

  it("migrates once when two servers start together", async () => {
    const both = await Promise.all([openSettingsDatabase(place), openSettingsDatabase(place)]);
    for (const one of both) {
      expect(await one.selectFrom("holds").selectAll().execute()).toEqual([]);
      await one.destroy();
    }
  });
});

describe("the settings database", () => {
  it("runs SQLite with WAL and full syncs, against the driver's defaults", async () => {
    const database = await openSettingsDatabase({ file: join(dir, "pragmas.db") });
    const { sql } = await import("kysely");
    const read = async (name: string): Promise<unknown> => (await sql.raw(`PRAGMA ${name}`).execute(database)).rows[0];
    expect(await read("journal_mode")).toEqual({ journal_mode: "wal" });
    expect(await read("synchronous")).toEqual({ synchronous: 2 });
    expect(await read("busy_timeout")).toEqual({ timeout: 5000 });
    await database.destroy();
  });

  it("says what is wrong when it cannot be opened, and never prints the URL", async () => {
    const url = "postgres://taffrail:secretword@127.0.0.1:1/none";
    const failure = await openSettingsDatabase({ url }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "settings_unavailable" });
    expect(JSON.stringify(failure)).not.toContain("secretword");
    await expect(openSettingsDatabase({ file: "/proc/none/x.db" })).rejects.toMatchObject({
      code: "settings_unavailable",
    });
  });
});
