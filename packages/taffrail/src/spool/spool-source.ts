import type { Batch } from "@taffrail/contracts";
import type { BatchBounds, BatchSource } from "../pipeline/batch-source.ts";
import type { LaneReader } from "./lane-reader.ts";

/** The records of one sink over all lanes: those of earlier processes first, our own last. */
export class SpoolSource implements BatchSource {
  readonly bit: number;
  #readers: LaneReader[] = [];
  #out: LaneReader | undefined;
  /** It was asked and had nothing. */
  isStarved = false;
  isSearching = false;

  constructor(bit: number) {
    this.bit = bit;
  }

  get records(): number {
    return this.#readers.reduce((sum, reader) => sum + reader.waiting, 0);
  }

  get bytes(): number {
    return this.#readers.reduce((sum, reader) => sum + reader.bytes, 0);
  }

  next(bounds: BatchBounds): Batch | undefined {
    this.isSearching = false;
    for (const reader of this.#readers) {
      const batch = reader.batch(bounds);
      if (reader.isSearching) {
        this.isSearching = true;
        this.isStarved = true;
        return undefined;
      }
      if (batch === undefined) continue;
      this.#out = reader;
      return batch;
    }
    this.isStarved = true;
    return undefined;
  }

  settle(): void {
    this.#out?.settle();
    this.#out = undefined;
  }

  /** Adds a lane: before our own, which is the last, if it is an earlier process's. */
  add(reader: LaneReader, isOwn: boolean): void {
    if (isOwn) this.#readers.push(reader);
    else
      this.#readers.splice(
        Math.max(
          0,
          this.#readers.findLastIndex((other) => other.isOwn),
        ),
        0,
        reader,
      );
  }

  remove(reader: LaneReader): void {
    this.#readers = this.#readers.filter((other) => other !== reader);
    if (this.#out === reader) this.#out = undefined;
  }
}
