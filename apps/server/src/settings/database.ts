import { TaffrailError } from "@taffrail/contracts";
import { type Dialect, Kysely, Migrator, PostgresDialect, type SqliteDatabase, SqliteDialect } from "kysely";
import Database from "libsql";
import { Pool } from "pg";
import { settingsMigrations } from "./migrations.ts";
import type { SettingsTables } from "./schema.ts";

export type SettingsDatabase = Kysely<SettingsTables>;

/** Where the settings are: a file of this server, or a PostgreSQL database that several servers share. */
export type SettingsPlace = { readonly file: string } | { readonly url: string };

const connectTimeoutMs = 5_000;

/** The library's defaults lose writes under two writers: journal mode DELETE, no busy timeout. */
function openFile(file: string): SqliteDatabase {
  const database = new Database(file, { timeout: 5_000 });
  database.pragma("journal_mode = WAL");
  database.pragma("busy_timeout = 5000");
  database.pragma("synchronous = FULL");
  database.pragma("foreign_keys = ON");
  // The driver is better-sqlite3's twin; only its types differ in what a statement may return.
  return database as SqliteDatabase;
}

function dialectOf(place: SettingsPlace): Dialect {
  if ("file" in place) return new SqliteDialect({ database: openFile(place.file) });
  const pool = new Pool({
    connectionString: place.url,
    max: 4,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: 10_000,
    application_name: "taffrail",
  });
  // A broken idle connection is replaced at the next query, which reports what is wrong; without a listener it would end the process.
  pool.on("error", () => undefined);
  return new PostgresDialect({ pool });
}

function fault(where: string, error: unknown): TaffrailError {
  if (error instanceof TaffrailError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new TaffrailError("settings_unavailable", { where, reason }, error);
}

/**
 * Runs a question to the database; what the driver throws (disk full, connection lost) becomes `settings_unavailable`.
 *
 * @example await asking(() => database.selectFrom("holds").selectAll().execute())
 */
export async function asking<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    throw fault("of this server", error);
  }
}

/**
 * Opens the settings database and brings its tables up to date. Several servers may start on one PostgreSQL database at once: the migrator
 * holds a lock. Throws `settings_unavailable`; the words of the driver are in it, the URL never is.
 *
 * @example const database = await openSettingsDatabase({ file: dataDir.settingsFile });
 */
export async function openSettingsDatabase(place: SettingsPlace): Promise<SettingsDatabase> {
  const where = "file" in place ? place.file : "PostgreSQL";
  let database: SettingsDatabase | undefined;
  try {
    database = new Kysely<SettingsTables>({ dialect: dialectOf(place) });
    const { error } = await new Migrator({ db: database, provider: settingsMigrations }).migrateToLatest();
    if (error !== undefined) throw error;
    return database;
  } catch (error) {
    await database?.destroy().catch(() => undefined);
    throw fault(where, error);
  }
}
