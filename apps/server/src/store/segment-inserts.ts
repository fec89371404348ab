import { TaffrailError } from "@taffrail/contracts";
import type { Failpoint } from "@taffrail/experiments";
import type { Engine, QueryOptions } from "../engine/engine.ts";
import type { BlockSettings, InsertMode, SegmentInsert, SegmentStore } from "../journal/segment-store.ts";
import { blockSettingsFor, insertStatement, seqCondition, statementVersion } from "./insert-statement.ts";

/** A full segment takes about two seconds; on a machine in trouble it may take long, but a statement that hangs must end. Milliseconds. */
const insertMsMax = 300_000;
const countMsMax = 60_000;

export interface SegmentStoreDeps {
  readonly engine: Engine;
  /** Resolves when the schema is there; called before each wait for the engine ends. */
  schemaReady(): Promise<void>;
  /** Days that records without a rule of their own are kept; asked when a segment is begun. */
  retentionDays(): number;
  readonly failpoint: Failpoint;
}

const laneOptions = (timeoutMs: number, signal: AbortSignal | undefined): QueryOptions => ({
  lane: "ingest",
  timeoutMs,
  ...(signal === undefined ? {} : { signal }),
});

/**
 * The journal's way into the store: whole segments, read by the engine from their files.
 *
 * @example
 * const segments = createSegmentStore({ engine, schemaReady, retentionDays: () => 30, failpoint });
 * await segments.insert(segment, "first");
 */
export function createSegmentStore(deps: SegmentStoreDeps): SegmentStore {
  const { engine, failpoint } = deps;
  return {
    statementVersion,
    get blockSettings(): BlockSettings {
      return blockSettingsFor(deps.retentionDays());
    },
    async insert(segment: SegmentInsert, mode: InsertMode, signal?: AbortSignal): Promise<void> {
      if (mode === "first" && segment.statementVersion !== statementVersion) {
        const reason = `the segment was begun with statement ${String(segment.statementVersion)}, this is ${String(statementVersion)}`;
        throw new TaffrailError("query_failed", { reason, engineCode: 0 });
      }
      failpoint("store.insert.before");
      await engine.execute(insertStatement(segment, mode), laneOptions(insertMsMax, signal));
      failpoint("store.insert.after");
    },
    async countRange(_kind, ranges, signal): Promise<bigint> {
      const sql = `SELECT count() AS rows FROM taffrail.otel_logs WHERE ${seqCondition(ranges)}`;
      const { rows } = await engine.query(sql, laneOptions(countMsMax, signal));
      return BigInt(String(rows[0]?.rows ?? "0"));
    },
    async ready(signal): Promise<void> {
      await engine.ready(signal);
      await deps.schemaReady();
    },
  };
}
