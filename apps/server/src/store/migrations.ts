import { TaffrailError } from "@taffrail/contracts";
import { sqlString } from "@taffrail/query";
import type { Engine, QueryOptions } from "../engine/engine.ts";
import { type Migration, migrations } from "./schema.ts";

const options: QueryOptions = { lane: "ingest", timeoutMs: 120_000 };

const createHistory = `CREATE TABLE IF NOT EXISTS taffrail.schema_migrations (
  Version UInt32, Name String, AppliedAt DateTime64(3) DEFAULT now64(3)
) ENGINE = MergeTree ORDER BY Version SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1`;

async function appliedVersions(engine: Engine): Promise<ReadonlySet<number>> {
  const { rows } = await engine.query("SELECT DISTINCT Version FROM taffrail.schema_migrations", options);
  return new Set(rows.map((row) => Number(row.Version)));
}

async function apply(engine: Engine, migration: Migration): Promise<void> {
  for (const statement of migration.statements) await engine.execute(statement, options);
  const values = `(${String(migration.version)}, ${sqlString(migration.name)})`;
  await engine.execute(`INSERT INTO taffrail.schema_migrations (Version, Name) VALUES ${values}`, options);
}

/**
 * Brings the store's schema to this version. Safe to run again at any time and after a crash in the middle: a step is written down after its
 * statements, and each statement may be repeated.
 *
 * @param dataDir named in the error only
 * @param steps the schema's history; tests pass their own
 * @returns the version of the schema
 * @throws `data_dir_newer` when the store was written by a later version; the errors of `Engine.execute`
 * @example await migrateStore(engine, "/var/lib/taffrail")
 */
export async function migrateStore(
  engine: Engine,
  dataDir: string,
  steps: readonly Migration[] = migrations,
): Promise<number> {
  await engine.execute("CREATE DATABASE IF NOT EXISTS taffrail ENGINE = Atomic", options);
  await engine.execute(createHistory, options);
  const applied = await appliedVersions(engine);
  const known = Math.max(0, ...steps.map((step) => step.version));
  const found = Math.max(0, ...applied);
  if (found > known) throw new TaffrailError("data_dir_newer", { dir: dataDir, found, known });
  for (const step of steps) if (!applied.has(step.version)) await apply(engine, step);
  return known;
}
