import type { Batch, DropReason } from "@taffrail/contracts";

/** Bounds of one batch. A single record is a batch, however large it is. */
export interface BatchBounds {
  readonly maxRecords: number;
  readonly maxCharacters: number;
}

/** What became of a batch. Where only some were dropped it is not known which: they are taken to be the first ones. */
export interface Settlement {
  readonly dropped: number;
  /** Why; undefined when nothing was dropped. */
  readonly reason: DropReason | undefined;
}

/** Where the delivery to one sink takes its batches from, in the order of logging: memory, or the spool on disk. */
export interface BatchSource {
  /** Records that wait, those handed out included. */
  readonly records: number;
  /** What they take up, in bytes of memory or disk. */
  readonly bytes: number;
  /** True when the last `next` found nothing yet and should be called again in the next turn of the event loop. */
  readonly isSearching?: boolean;
  /** The oldest batch; undefined when nothing waits, or nothing that can be read now. The one handed out must be settled before the next is asked for. */
  next(bounds: BatchBounds): Batch | undefined;
  /** The batch that was handed out is decided. */
  settle(batch: Batch, settlement: Settlement): void;
}
