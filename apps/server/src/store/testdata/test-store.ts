import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@taffrail/contracts";
import type { Engine } from "../../engine/engine.ts";
import { startEngine } from "../../engine/start-engine.ts";
import type { SegmentStore } from "../../journal/segment-store.ts";
import { migrateStore } from "../migrations.ts";
import { createSegmentStore } from "../segment-inserts.ts";

export interface TestStore {
  readonly dir: string;
  readonly engine: Engine;
  readonly segments: SegmentStore;
  /** Rows of a SELECT, on the background lane. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** SIGKILL for the engine's process; throws when there is none. */
export function killEngine(engine: Engine): void {
  const { pid } = engine.status();
  if (pid === undefined) throw new Error("the engine has no process to kill");
  process.kill(pid, "SIGKILL");
}

/** A real engine on a temporary directory, with the schema. */
export async function openTestStore(): Promise<TestStore> {
  const dir = mkdtempSync(join(tmpdir(), "taffrail-store-"));
  const engine = startEngine({ dataDir: dir, clock: systemClock });
  await engine.ready();
  await migrateStore(engine, dir);
  return {
    dir,
    engine,
    segments: createSegmentStore({
      engine,
      schemaReady: () => Promise.resolve(),
      retentionDays: () => 30,
      failpoint: () => {},
    }),
    rows: async (sql) => (await engine.query(sql, { lane: "background", timeoutMs: 60_000 })).rows,
    async close(): Promise<void> {
      await engine.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
