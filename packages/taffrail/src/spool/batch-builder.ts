import type { BatchBounds } from "../pipeline/batch-source.ts";
import type { FrameReader } from "./frame-reader.ts";

const startBytes = 64 * 1024;

/** Collects the lines of one batch as bytes. */
export class BatchBuilder {
  readonly ends: number[] = [];
  readonly ranks: number[] = [];
  readonly #bounds: BatchBounds;
  readonly #expectedBytes: number;
  #target: Buffer | undefined;
  #size = 0;

  /** `availableBytes`: what there is to read; no more room than that is asked for. */
  constructor(bounds: BatchBounds, availableBytes: number) {
    this.#bounds = bounds;
    this.#expectedBytes = Math.min(bounds.maxCharacters, availableBytes, startBytes);
  }

  get isEmpty(): boolean {
    return this.ends.length === 0;
  }

  /** Whether a record of that many bytes still belongs to the batch; the first one always does. */
  hasRoom(bytes: number): boolean {
    const { maxRecords, maxCharacters } = this.#bounds;
    return this.isEmpty || (this.ends.length < maxRecords && this.#size + bytes <= maxCharacters);
  }

  /** Adds the record that the reader stands on. */
  add(frames: FrameReader): void {
    const target = this.#withRoom(frames.payloadBytes);
    this.#size += frames.copyTo(target, this.#size);
    this.ends.push(this.#size);
    this.ranks.push(frames.rank);
  }

  bytes(): Buffer {
    return (this.#target ?? Buffer.alloc(0)).subarray(0, this.#size);
  }

  #withRoom(bytes: number): Buffer {
    const needed = this.#size + bytes;
    const old = this.#target;
    if (old !== undefined && needed <= old.length) return old;
    const larger = Buffer.allocUnsafe(Math.max(needed, old === undefined ? this.#expectedBytes : 2 * old.length));
    old?.copy(larger, 0, 0, this.#size);
    this.#target = larger;
    return larger;
  }
}
