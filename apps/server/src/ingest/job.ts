import type { RowEncoder } from "@taffrail/protocol";
import type { FrameKind } from "../journal/journal.ts";
import type { RefusalBook, Refusals } from "./refusals.ts";
import type { RowFrames } from "./row-frames.ts";

/** What every job needs to judge times. */
export interface JobContext {
  readonly body: Uint8Array;
  readonly retentionDays: number;
  readonly receivedAtMs: number;
}

/** How lines are to be read; see `LinesInput`. */
export interface LineOptions {
  readonly service: string | undefined;
  readonly format: string | undefined;
  readonly plainText: boolean;
  /** Whether the body may be one JSON value instead of lines: a list of records, or one record over several lines. */
  readonly wholeJson: boolean;
}

/** Turning one body into frames; plain data, because it may cross to a worker thread. */
export type Job =
  | (JobContext & { readonly kind: "otlp-protobuf" | "otlp-json" })
  | (JobContext & { readonly kind: "lines"; readonly lines: LineOptions });

/** A payload for the journal. `lastLine` is the last line of the body that is in it or was refused before it; 0 without lines. */
export interface Frame {
  readonly kind: FrameKind;
  readonly payload: Uint8Array;
  readonly count: number;
  readonly timeMinMs: number;
  readonly timeMaxMs: number;
  readonly lastLine: number;
}

/** What a job made of a body. */
export interface Outcome {
  readonly frames: readonly Frame[];
  readonly refusals: Refusals;
  /** Records whose time was replaced by their arrival time. */
  readonly timesReplaced: number;
}

/** Where the records of a body go: rows, or refusals. */
export interface Target {
  readonly encode: RowEncoder;
  readonly frames: RowFrames;
  readonly refusals: RefusalBook;
}
