import { type ChdbResult, Session } from "chdb";

/** Settings every session gets once, for life. */
const sessionSettings: Readonly<Record<string, string | number>> = {
  // Millisecond answers matter more here than many threads; two cores are the smallest machine.
  max_threads: 2,
  max_insert_threads: 1,
  async_insert: 0,
  log_queries: 0,
  log_query_threads: 0,
  use_query_cache: 0,
  compile_expressions: 0,
  compile_aggregate_expressions: 0,
  compile_sort_description: 0,
  max_bytes_before_external_group_by: 100_000_000,
  max_bytes_before_external_sort: 100_000_000,
  output_format_json_quote_64bit_integers: 1,
  output_format_json_escape_forward_slashes: 0,
  // A page of the newest records stops after a few thousand rows; with buffering the engine reads ahead two million.
  read_in_order_use_buffering: 0,
  // Both make a question about a few rows read every part: the first skips the indexes before reading, the second takes the place of the filter.
  use_skip_indexes_on_data_read: 0,
  use_top_k_dynamic_filtering: 0,
  // Answers travel to the server as one JSON document; an answer cut short must not look whole.
  result_overflow_mode: "'throw'",
  timeout_overflow_mode: "'throw'",
  read_overflow_mode: "'throw'",
};

const settingsText = (settings: Readonly<Record<string, string | number>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(", ");

export interface SessionPool {
  /** Runs one statement in the slot's session, opened on first use. Rejects with the engine's error. */
  run(slot: number, readOnly: boolean, sql: string): Promise<Uint8Array>;
  /** Runs a statement beside all slots; used to kill what runs in them. */
  control(sql: string): Promise<void>;
  close(): void;
}

interface PooledSession {
  readonly session: Session;
  /** The last statement failed: what it had written is still in the session's output and would open the next answer. */
  soiled: boolean;
}

/**
 * Keeps the sessions on one store. A session runs one statement at a time, so each slot has its own; sessions cost next to no memory.
 *
 * @example const pool = createSessionPool("/data/engine", "/data/engine.xml");
 */
export function createSessionPool(storeDirectory: string, configPath: string): SessionPool {
  const pool = new Map<string, PooledSession>();

  const execute = (session: Session, sql: string): Promise<ChdbResult> =>
    session.queryAsync(sql, { format: "JSONCompact" });

  async function open(name: string, readOnly: boolean): Promise<PooledSession> {
    const known = pool.get(name);
    if (known) return known;
    const session = new Session(storeDirectory, { connectionArgs: [`--config-file=${configPath}`] });
    const pooled = { session, soiled: false };
    pool.set(name, pooled);
    await execute(session, `SET ${settingsText(sessionSettings)}`);
    if (readOnly) await execute(session, "SET readonly=2");
    return pooled;
  }

  async function clean(pooled: PooledSession): Promise<void> {
    if (!pooled.soiled) return;
    // The engine puts the unfinished output of a failed statement before the next answer of that session; this answer is thrown away for it.
    await execute(pooled.session, "SELECT 1 FORMAT Null");
    pooled.soiled = false;
  }

  async function runIn(name: string, readOnly: boolean, sql: string): Promise<Uint8Array> {
    const pooled = await open(name, readOnly);
    await clean(pooled);
    try {
      return (await execute(pooled.session, sql)).bytes();
    } catch (error) {
      pooled.soiled = true;
      throw error;
    }
  }

  return {
    run: (slot, readOnly, sql) => runIn(`slot ${String(slot)}`, readOnly, sql),
    async control(sql): Promise<void> {
      await runIn("control", false, sql);
    },
    close(): void {
      for (const pooled of pool.values()) pooled.session.close();
      pool.clear();
    },
  };
}
