import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Engine, QueryOptions } from "../engine/engine.ts";
import { startEngine } from "../engine/start-engine.ts";
import { migrateStore } from "./migrations.ts";
import { migrations } from "./schema.ts";

const lane: QueryOptions = { lane: "ingest", timeoutMs: 20_000 };
let dir: string;
let engine: Engine;

const rows = async (sql: string): Promise<readonly unknown[]> => (await engine.query(sql, lane)).rows;
const applied = (): Promise<readonly unknown[]> =>
  rows("SELECT Version, Name FROM taffrail.schema_migrations ORDER BY Version");

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "taffrail-migrations-"));
  engine = startEngine({ dataDir: dir, clock: systemClock });
  await engine.ready();
});
afterEach(async () => {
  await engine.close();
  await rm(dir, { recursive: true, force: true });
});

describe("migrations", () => {
  it("are applied once, however often they are asked for", async () => {
    const latest = migrations.at(-1)?.version;
    expect(await migrateStore(engine, dir)).toBe(latest);
    const first = await applied();
    expect(first).toEqual(migrations.map(({ version, name }) => ({ Version: version, Name: name })));
    expect(await migrateStore(engine, dir)).toBe(latest);
    expect(await applied()).toEqual(first);
  });

  it("go on where a failure stopped them", async () => {
    const create = "CREATE TABLE IF NOT EXISTS taffrail.extra (x UInt8) ENGINE = MergeTree ORDER BY x";
    const broken = { version: 2, name: "extra", statements: [create, "CREATE NONSENSE"] };
    await expect(migrateStore(engine, dir, [...migrations, broken])).rejects.toMatchObject({ code: "query_failed" });
    expect(await applied()).toHaveLength(1);
    const repaired = { ...broken, statements: [create, "ALTER TABLE taffrail.extra ADD COLUMN IF NOT EXISTS y UInt8"] };
    expect(await migrateStore(engine, dir, [...migrations, repaired])).toBe(2);
    expect(await rows("SELECT x, y FROM taffrail.extra")).toEqual([]);
  });

  it("refuse a store of a later version, and leave it alone", async () => {
    await migrateStore(engine, dir, [...migrations, { version: 7, name: "later", statements: [] }]);
    await expect(migrateStore(engine, dir)).rejects.toMatchObject({
      code: "data_dir_newer",
      details: { found: 7, known: migrations.at(-1)?.version },
    });
  });
});

describe("the table of logs", () => {
  it("takes rows of another program that knows only the OpenTelemetry exporter's columns", async () => {
    await migrateStore(engine, dir);
    const columns =
      "Timestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body, ResourceSchemaUrl, ResourceAttributes, ScopeSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, LogAttributes";
    const row =
      "(now64(9), '', '', 0, 'INFO', 9, 'theirs', 'hello 7', '', map('a', 'b'), '', '', '', map(), map('c', 'd'))";
    await engine.execute(`INSERT INTO taffrail.otel_logs (${columns}) VALUES ${row}, ${row}`, lane);
    const found = await rows(
      "SELECT Tenant, Source, RetentionDays, uniqExact(Seq) OVER () AS distinct, bitShiftRight(Seq, 52) AS writer, PatternId = cityHash64('hello #') AS masked FROM taffrail.otel_logs",
    );
    const expected = {
      Tenant: "default",
      Source: "table",
      RetentionDays: 30,
      distinct: "2",
      writer: "4095",
      masked: 1,
    };
    expect(found).toEqual([expected, expected]);
  });

  it("has no TTL and recognises repeated inserts", async () => {
    await migrateStore(engine, dir);
    const tables = (
      await engine.query("SELECT name, create_table_query AS ddl FROM system.tables WHERE database = 'taffrail'", lane)
    ).rows;
    expect(tables.map(({ name }) => name).sort()).toEqual(["otel_logs", "schema_migrations"]);
    for (const { ddl } of tables) {
      expect(ddl).not.toContain("TTL");
      expect(ddl).toContain("non_replicated_deduplication_window = 10000");
      expect(ddl).toMatch(/fsync_after_insert = (1|true), fsync_part_directory = (1|true)/);
    }
  });
});
