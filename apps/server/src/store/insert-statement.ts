import { sqlString } from "@taffrail/query";
import type { BlockSettings, InsertMode, SegmentInsert, SeqRange } from "../journal/segment-store.ts";
import { otlpSelect, otlpStructure, segmentProto } from "./otlp-statement.ts";
import { rowsSelect, rowsStructure } from "./rows-statement.ts";

/** Version of the statements below. A change of what they store, or in which order, is a new version beside the old one. */
export const statementVersion = 1;

const columns =
  "Tenant, Timestamp, ObservedTimestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, EventName, Body, ResourceSchemaUrl, ResourceAttributes, ScopeSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, LogAttributes, LogNumbers, Seq, RetentionDays, Source";

/**
 * How rows are cut into blocks: read in small blocks, stored in one block per partition. A block of a repeated insert is recognised only if it
 * is the same, so these stand in the segment's header and a repetition uses those.
 */
const blocks: BlockSettings = {
  max_block_size: 65_409,
  input_format_max_block_size_bytes: 4_000_000,
  min_insert_block_size_rows: 1_000_000_000,
  min_insert_block_size_bytes: 1_000_000_000_000,
};

/** For insertions that ask for each Seq whether it is stored, the cut does not matter; small blocks need little memory. */
const smallBlocks: BlockSettings = {
  max_block_size: 8192,
  input_format_max_block_size_bytes: 1_000_000,
  min_insert_block_size_rows: 20_000,
  min_insert_block_size_bytes: 20_000_000,
};

/** Travels with the block settings: records that say nothing of their retention get it, in a repetition too. */
const retentionKey = "retention_days";

/**
 * The settings for new segments.
 *
 * @param retentionDays how long records are kept that carry no rule of their own
 * @example blockSettingsFor(30).retention_days // 30
 */
export function blockSettingsFor(retentionDays: number): BlockSettings {
  return { ...blocks, [retentionKey]: retentionDays };
}

/** The number under a name, or what stands in its place when a header holds none or nonsense. */
function whole(settings: BlockSettings, name: string, otherwise: number): number {
  const value = settings[name];
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : otherwise;
}

function settingsText(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${typeof value === "number" ? String(value) : sqlString(value)}`)
    .join(", ");
}

/** How the engine reads a segment file, whatever it does with it. */
const readSettings = {
  format_schema_source: "string",
  format_schema: segmentProto,
  format_schema_message_name: "Frame",
  input_format_protobuf_oneof_presence: 1,
  // One thread: rows come in the order of the file, and blocks are cut at the same places each time.
  max_threads: 1,
  max_insert_threads: 1,
  async_insert: 0,
  max_partitions_per_insert_block: 1000,
} as const;

const time = (milliseconds: number): string =>
  `fromUnixTimestamp64Milli(toInt64(${String(Math.floor(milliseconds))}), 'UTC')`;

function conditions(segment: SegmentInsert, mode: InsertMode): string {
  const parts: string[] = [];
  if (segment.days !== undefined) {
    parts.push(`Timestamp >= ${time(segment.days.fromMs)} AND Timestamp < ${time(segment.days.toMs)}`);
  }
  if (mode === "seq-check") {
    const stored = `SELECT Seq FROM taffrail.otel_logs WHERE ${seqCondition([{ from: segment.seqFrom, to: segment.seqTo }])}`;
    parts.push(`Seq NOT IN (${stored})`);
  }
  return parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`;
}

/** The rows of a segment as a SELECT over its file. */
function segmentSelect(segment: SegmentInsert): string {
  const file = (structure: string): string => `file(${sqlString(segment.path)}, 'Protobuf', ${sqlString(structure)})`;
  if (segment.kind === "log-rows") return rowsSelect(file(rowsStructure));
  return otlpSelect(file(otlpStructure), whole(segment.blockSettings, retentionKey, 30));
}

/**
 * The statement that stores a segment. In mode `first` it is the same text for the same segment, token included; in mode `seq-check` it has no
 * token and adds only rows whose Seq is not stored yet.
 *
 * @example insertStatement(segment, "first")
 */
export function insertStatement(segment: SegmentInsert, mode: InsertMode): string {
  const chosen = mode === "first" ? blocks : smallBlocks;
  const cut = Object.fromEntries(
    Object.entries(chosen).map(([name, value]) => [
      name,
      mode === "first" ? whole(segment.blockSettings, name, value) : value,
    ]),
  );
  const identity =
    mode === "first" ? { insert_deduplicate: 1, insert_deduplication_token: segment.token } : { insert_deduplicate: 0 };
  const settings = settingsText({ ...readSettings, ...cut, ...identity });
  // The select's columns stand in the order of the list. Another level around it would cost the engine 13 ms of analysis each time.
  const condition = conditions(segment, mode);
  const all = segmentSelect(segment);
  const rows = condition === "" ? all : `SELECT ${columns} FROM (${all})${condition}`;
  return `INSERT INTO taffrail.otel_logs (${columns}) ${rows} SETTINGS ${settings}`;
}

/**
 * Rows whose Seq lies in any of the ranges, as a condition; no ranges: none.
 *
 * @example seqCondition([{ from: 1n, to: 3n }]) // "((Seq >= 1 AND Seq < 3))"
 */
export function seqCondition(ranges: readonly SeqRange[]): string {
  if (ranges.length === 0) return "false";
  return `(${ranges.map(({ from, to }) => `(Seq >= ${String(from)} AND Seq < ${String(to)})`).join(" OR ")})`;
}
