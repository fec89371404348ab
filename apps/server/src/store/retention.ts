import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, TaffrailError } from "@taffrail/contracts";
import { sqlString } from "@taffrail/query";
import type { Engine, QueryOptions } from "../engine/engine.ts";
import {
  type ClockReading,
  clockFault,
  decideRetention,
  type HeldDays,
  type Partition,
  steadySince,
} from "./retention-decision.ts";

const lane: QueryOptions = { lane: "background", timeoutMs: 60_000 };

/** How often the server runs retention by itself. Milliseconds. */
export const retentionEveryMs = 3_600_000;

/** A partition that is past its retention; `held`: a hold keeps it. */
export interface ExpiredPartition extends Omit<Partition, "id"> {
  readonly held: boolean;
}

export interface RetentionReport {
  readonly dryRun: boolean;
  readonly dropped: readonly ExpiredPartition[];
  /** Past their retention, kept by a hold. */
  readonly kept: readonly ExpiredPartition[];
}

export interface RetentionOrder {
  readonly dryRun: boolean;
  readonly holds: readonly HeldDays[];
  /** A person looked at the clock and says that it is right. */
  readonly confirmed: boolean;
}

/**
 * Retention: drops whole partitions whose records are all past their retention and not held.
 *
 * `run` rejects with `retention_waits` when the clock jumped by more than an hour against the monotonic clock, the last run or the newest record and
 * there is something to drop, until the absence has healed (see `clockFault`) or a run is confirmed. A dry run drops nothing and never waits. `preview` and
 * `run` reject with the errors of `Engine.query`.
 */
export interface Retention {
  /** What a run would drop now, and what holds would keep from it. */
  preview(holds: readonly HeldDays[]): Promise<readonly ExpiredPartition[]>;
  run(order: RetentionOrder): Promise<RetentionReport>;
  /** Why a run would wait now, by the clocks as they are and the newest record as the last run met it; whether or not there is something to drop. */
  doubt(): string | undefined;
}

const partitionsSql = `SELECT partition_id AS id, partition, sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts
WHERE active AND database = 'taffrail' AND table = 'otel_logs' GROUP BY id, partition ORDER BY partition`;

async function readPartitions(engine: Engine): Promise<readonly Partition[]> {
  const { rows } = await engine.query(partitionsSql, lane);
  return rows.map((row) => {
    const parts = /^\('(\d{4}-\d\d-\d\d)',(\d+)\)$/.exec(String(row.partition));
    if (parts === null)
      throw new TaffrailError("query_failed", { reason: `partition ${String(row.partition)}`, engineCode: 0 });
    const [, day = "", retentionDays] = parts;
    const [count, bytes] = [Number(row.rows), Number(row.bytes)];
    return { id: String(row.id), day, retentionDays: Number(retentionDays), rows: count, bytes };
  });
}

async function newestRecordMs(engine: Engine): Promise<number | undefined> {
  const sql = "SELECT count() AS rows, toUnixTimestamp64Milli(max(Timestamp)) AS newest FROM taffrail.otel_logs";
  const [row] = (await engine.query(sql, lane)).rows;
  return Number(row?.rows ?? 0) === 0 ? undefined : Number(row?.newest);
}

const expired = ({ day, retentionDays, rows, bytes }: Partition, held: boolean): ExpiredPartition => ({
  day,
  retentionDays,
  rows,
  bytes,
  held,
});

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // No run yet, or one that nobody can read any more: the newest record must do as evidence.
    return "";
  }
}

function readLastRun(path: string): number | undefined {
  const text = readText(path);
  const at = Number(/"lastRunMs":(\d+)/.exec(text)?.[1] ?? Number.NaN);
  return Number.isFinite(at) ? at : undefined;
}

async function writeLastRun(path: string, atMs: number): Promise<void> {
  await writeFile(`${path}.part`, `{"lastRunMs":${String(atMs)}}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.part`, path);
}

/**
 * Opens retention on a store. The time of the last run is kept in `retention.json` in the data directory.
 *
 * @example
 * const retention = createRetention({ engine, clock: systemClock, dataDir });
 * await retention.run({ dryRun: false, holds: await holds.all(), confirmed: false });
 */
export function createRetention(deps: {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly dataDir: string;
}): Retention {
  const { engine, clock } = deps;
  const path = join(deps.dataDir, "retention.json");
  const read = (): ClockReading => ({ wallMs: clock.now(), monotonicMs: clock.monotonic() });
  let trusted = read();
  let steady = trusted;
  let lastRunMs = readLastRun(path);
  let newestMs: number | undefined;

  function doubt(): string | undefined {
    const now = read();
    steady = steadySince(steady, now);
    const lastRun = lastRunMs === undefined ? undefined : { atMs: lastRunMs, everyMs: retentionEveryMs };
    return clockFault({ now, trusted, steady, lastRun, newestMs });
  }

  return {
    doubt,
    async preview(holds): Promise<readonly ExpiredPartition[]> {
      const { drop, held } = decideRetention(await readPartitions(engine), holds, clock.now());
      return [
        ...drop.map((partition) => expired(partition, false)),
        ...held.map((partition) => expired(partition, true)),
      ];
    },
    async run({ dryRun, holds, confirmed }): Promise<RetentionReport> {
      if (!dryRun) newestMs = await newestRecordMs(engine);
      const fault = dryRun || confirmed ? undefined : doubt();
      const nowMs = clock.now();
      const { drop, held } = decideRetention(await readPartitions(engine), holds, nowMs);
      if (fault !== undefined && drop.length > 0) throw new TaffrailError("retention_waits", { reason: fault });
      // A clock in doubt does not become the measure of the next run just because nothing had to be dropped by it.
      if (!dryRun && fault === undefined) {
        for (const { id } of drop) {
          await engine.execute(`ALTER TABLE taffrail.otel_logs DROP PARTITION ID ${sqlString(id)}`, lane);
        }
        trusted = { wallMs: nowMs, monotonicMs: clock.monotonic() };
        lastRunMs = nowMs;
        await writeLastRun(path, nowMs);
      }
      return {
        dryRun,
        dropped: drop.map((partition) => expired(partition, false)),
        kept: held.map((partition) => expired(partition, true)),
      };
    },
  };
}
