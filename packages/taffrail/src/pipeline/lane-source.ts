import type { DropReason } from "@taffrail/contracts";
import type { BatchBounds, BatchSource } from "./batch-source.ts";

/** A place in the order of a source: everything that waited when it was taken. */
export type Mark = number;

/** What the delivery to one sink needs of a source beyond its batches. */
export interface LaneSource extends BatchSource {
  /** What waits now. */
  mark(): Mark;
  /** True when all that waited at the mark has left. */
  reached(mark: Mark): boolean;
  /** True when what waits would fill a batch. */
  isFull(bounds: BatchBounds): boolean;
  /** The batch that is out may still be read by a write that was left behind: its memory must not be used again. */
  taint(): void;
  /** Everything that waits is given up; what is on disk stays there. */
  giveUp(reason: DropReason): void;
}
