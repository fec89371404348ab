import type { FrameKind } from "./journal.ts";

/** Half-open range of Seq numbers, [from, to). */
export interface SeqRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** Settings that decide how an insert is cut into blocks (`max_block_size`, ...). The engine knows a repeated block only if all are the same. */
export type BlockSettings = Readonly<Record<string, number>>;

/** One insert statement: a segment, or the days of it that fit into one statement. */
export interface SegmentInsert {
  /** Absolute path of the segment file; it does not change while the insert runs. */
  readonly path: string;
  readonly kind: FrameKind;
  /** Names the rows of this insert for the engine's own deduplication. Stable for the same file and days. */
  readonly token: string;
  /** Version and settings in the segment's header: mode `first` must use exactly these. */
  readonly statementVersion: number;
  readonly blockSettings: BlockSettings;
  /** All Seq of the file lie in [seqFrom, seqTo). */
  readonly seqFrom: bigint;
  readonly seqTo: bigint;
  /** Records of the whole file (not only of `days`). */
  readonly rows: number;
  /** Insert only rows with a Timestamp in [fromMs, toMs); bounds are UTC midnights. Absent: all rows. */
  readonly days?: { readonly fromMs: number; readonly toMs: number };
}

/**
 * `first`: the rows were never sent; insert them under the token.
 * `seq-check`: some may be stored already; insert only rows whose Seq is not yet in the table, with whatever settings are best now and without the token
 * (the engine may remember the token for a block of which only a part was stored).
 */
export type InsertMode = "first" | "seq-check";

/**
 * What the journal needs of the store. Called by one task at a time, so an insert never overlaps another one or a count.
 *
 * `insert` resolves only when the rows are on disk (fsync of part and directory). It rejects with a TaffrailError: `engine_unavailable` (the engine is
 * away or died under it), `query_timeout`, `query_memory`, or `query_failed` whose message holds the engine's own words including `Code: N`. After
 * any rejection the outcome is unknown and the journal uses `seq-check`. An abort ends the statement; it rejects.
 */
export interface SegmentStore {
  /** Version of the insert statements and their block settings now; they go into the headers of new segments. */
  readonly statementVersion: number;
  readonly blockSettings: BlockSettings;
  insert(segment: SegmentInsert, mode: InsertMode, signal?: AbortSignal): Promise<void>;
  /** Rows of the kind's table whose Seq lies in any of the ranges. Rejects as `insert` does. */
  countRange(kind: FrameKind, ranges: readonly SeqRange[], signal?: AbortSignal): Promise<bigint>;
  /** Resolves when the engine takes inserts; at once when it does already. Rejects on abort. */
  ready(signal?: AbortSignal): Promise<void>;
}
