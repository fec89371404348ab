import type { DropReason, Health } from "@taffrail/contracts";
import type { SpoolStats } from "../observe/stats.ts";
import type { BatchSource } from "../pipeline/batch-source.ts";

/**
 * What became of a line: `stored`: the operating system has it. `held`: it was taken and will be delivered, but only memory has it so far (the
 * disk failed, or `commit: "turn"` collects). Else the reason why it was not taken.
 */
export type AppendResult = "stored" | "held" | DropReason;

/** Told about records of one sink that came or went without its doing, for its ledger. */
export interface SourceListener {
  /** Records of earlier processes were found: they count as accepted. */
  inherited(records: number): void;
  /** Records were given up: `damaged`, `too-old`, or `closed` (another process took them over). */
  gone(reason: DropReason, records: number): void;
}

export interface SourceOptions {
  /** Its bit in `routes` of `append`. Default: the number of sources asked for before. */
  readonly bit?: number;
  readonly listener?: SourceListener;
}

/** What the spool knows of itself, beyond what everyone asks. */
export interface SpoolState extends SpoolStats {
  /** Records that only memory has. */
  readonly heldRecords: number;
  /** Ends of segments that were cut off because a write was not finished when a process died. */
  readonly tornTails: number;
  /** Sub-directories of processes that are gone, taken over so far. */
  readonly adopted: number;
}

/** The disk side of durable mode: records are on disk before the log call returns, and stay there until every durable sink is done with them. */
export interface Spool {
  /**
   * Blocks until the operating system has the line (it survives kill -9); or says why not. Never throws. Bit i of `routes` stands for the source
   * with bit i; without it the line is for all. It may call the function given to `onRecords` before it returns.
   */
  append(line: string, rank: number, routes?: number): AppendResult;
  /**
   * The records for one sink, those of an earlier process first. Its place is remembered under this name. Ask for all sources before the first
   * `append`: what was appended before is not for them.
   */
  source(sink: string, options?: SourceOptions): BatchSource;
  /** Told when records arrived for sources that had run empty. Only note it there: it runs inside a log call. */
  onRecords(wake: () => void): void;
  /** Makes what was appended survive a loss of power. Rejects never; a failure is told and shows in `health`. */
  sync(): Promise<void>;
  /** The same, blocking; for the end of the process. */
  syncSync(): void;
  /** Takes over what dead processes left, gives up what is too old, tries a failed disk again. Runs by itself every 5 s. */
  maintain(): void;
  stats(): SpoolState;
  health(): Health;
  /** Writes what memory holds, closes all files and lets other processes take over what waits. */
  close(): Promise<void>;
}
