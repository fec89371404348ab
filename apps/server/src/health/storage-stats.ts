import type { Clock } from "@taffrail/contracts";
import type { Engine } from "../engine/engine.ts";

/** Size of what is stored, over all tenants. Times are RFC 3339, absent when nothing is stored. */
export interface StorageStats {
  readonly rows: number;
  readonly bytes: number;
  readonly oldest?: string;
  readonly newest?: string;
}

export interface StorageGauge {
  /** The figures, at most two seconds old; while the engine is away the last known ones. Never rejects. */
  read(): Promise<StorageStats>;
}

const freshMs = 2_000;
const timeoutMs = 2_000;

const sizeSql =
  "SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = 'taffrail' AND table = 'otel_logs'";
const timesSql =
  "SELECT toUnixTimestamp64Milli(min(Timestamp)) AS oldest, toUnixTimestamp64Milli(max(Timestamp)) AS newest FROM taffrail.otel_logs";

async function measure(engine: Engine): Promise<StorageStats> {
  const options = { lane: "interactive", timeoutMs } as const;
  const size = (await engine.query(sizeSql, options)).rows[0] ?? {};
  const rows = Number(size.rows ?? 0);
  const bytes = Number(size.bytes ?? 0);
  if (rows === 0) return { rows, bytes };
  const times = (await engine.query(timesSql, options)).rows[0] ?? {};
  const text = (value: unknown): string => new Date(Number(value)).toISOString();
  return { rows, bytes, oldest: text(times.oldest), newest: text(times.newest) };
}

/**
 * Reads how much is stored. Readers that come together share one question to the engine.
 *
 * @example const storage = await createStorageGauge({ engine, clock }).read();
 */
export function createStorageGauge(deps: { readonly engine: Engine; readonly clock: Clock }): StorageGauge {
  let known: StorageStats = { rows: 0, bytes: 0 };
  let readAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<StorageStats> | undefined;
  const refresh = async (): Promise<StorageStats> => {
    try {
      known = await measure(deps.engine);
      readAtMs = deps.clock.monotonic();
    } catch {
      // The engine is away: its state is told elsewhere, the last figures stay good.
    }
    running = undefined;
    return known;
  };
  return {
    async read() {
      if (deps.clock.monotonic() - readAtMs < freshMs || deps.engine.status().state !== "ready") return known;
      running ??= refresh();
      return await running;
    },
  };
}
