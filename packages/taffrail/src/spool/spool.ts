import type { DropReason, Health } from "@taffrail/contracts";
import type { SpoolStats } from "../observe/stats.ts";
import type { BatchSource } from "../pipeline/batch-source.ts";

/** The disk side of durable mode: records are on disk before the log call returns, and stay there until every durable sink is done with them. */
export interface Spool {
  /** Blocks until the operating system has the line (it survives kill -9); or says why it was not taken. Never throws. */
  append(line: string, rank: number): "stored" | DropReason;
  /** The records for one sink, those of an earlier process first. Its place is remembered under this name. */
  source(sink: string): BatchSource;
  /** Told when records arrived for sources that had run empty. */
  onRecords(wake: () => void): void;
  /** Makes what was appended survive a loss of power. */
  sync(): Promise<void>;
  /** The same, blocking; for the end of the process. */
  syncSync(): void;
  stats(): SpoolStats;
  health(): Health;
  close(): Promise<void>;
}
