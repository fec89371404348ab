import { allRoutes, frameHeaderBytes, isFrame, payloadMaxBytes } from "./frame.ts";

/** Reads bytes of a segment from `position` into the buffer; fewer at its end. */
export type ReadAt = (target: Buffer, position: number) => number;

/** Most bytes that are read at once, unless one record is larger. */
export const pieceBytes = 256 * 1024;
/** Ranks take 4 bits; the fifth marks a footer. */
const rankMax = 0x1f;
const rankFooter = 0x10;
/** Beyond a damaged place the next record is looked for at most that many numbers ahead. */
const indexLeap = 1 << 24;

/**
 * Walks over the frames of a segment, reading it piece by piece. Where a frame is damaged it looks for the next one that is whole: a line of JSON
 * holds no zero byte and so can never be taken for a frame.
 */
export class FrameReader {
  /** End of the bytes that may be read; moves on while the segment is being written. */
  end: number;
  /** Of the frame that `advance` found. */
  index = -1;
  ms = 0;
  rank = 0;
  routes = allRoutes;
  payloadBytes = 0;
  /** Bytes that belonged to no frame, so far; and how many of them at the very end. */
  skippedBytes = 0;
  tailBytes = 0;
  readonly #read: ReadAt;
  readonly #seed: number;
  #buffer: Buffer = Buffer.allocUnsafe(0);
  /** Place of the buffer in the segment, and how much of it is filled. */
  #base = 0;
  #filled = 0;
  /** Place of the frame that was found, and of what comes after it. */
  #frame: number;
  #next: number;
  #previousIndex = -1;

  constructor(read: ReadAt, seed: number, start: number, end: number) {
    this.#read = read;
    this.#seed = seed;
    this.#frame = start;
    this.#next = start;
    this.end = end;
  }

  /** Where the next frame begins. */
  get position(): number {
    return this.#next;
  }

  /** Goes to the next whole record; false when there is none up to `end`. */
  advance(): boolean {
    for (;;) {
      const found = this.#find();
      if (found === -1) return false;
      this.#take(found);
      if (this.rank < rankFooter) return true;
    }
  }

  /** Steps back before the record that was found last. */
  unread(): void {
    this.#next = this.#frame;
    this.index = this.#previousIndex;
  }

  /** Copies the line of the record that was found. Returns the bytes. */
  copyTo(target: Buffer, at: number): number {
    const from = this.#frame - this.#base + frameHeaderBytes;
    return this.#buffer.copy(target, at, from, from + this.payloadBytes);
  }

  #take(found: number): void {
    const at = found - this.#base;
    this.#previousIndex = this.index;
    this.#frame = found;
    this.payloadBytes = this.#buffer.readUInt32LE(at);
    this.index = this.#buffer.readUInt32LE(at + 8);
    this.ms = this.#buffer.readUInt32LE(at + 12);
    this.rank = this.#buffer[at + 16] ?? 0;
    this.routes = this.#buffer.readUInt32LE(at + 17);
    this.#next = found + frameHeaderBytes + this.payloadBytes;
    // The index of a footer is a count; it must not hide that records before it are missing.
    if (this.rank >= rankFooter) this.index = this.#previousIndex;
  }

  /** Place of the next whole frame, or -1. */
  #find(): number {
    for (let place = this.#next; place < this.end; place += 1) {
      if (this.#isFrameAt(place)) {
        this.skippedBytes += place - this.#next;
        return place;
      }
    }
    this.tailBytes = Math.max(0, this.end - this.#next);
    return -1;
  }

  #isFrameAt(place: number): boolean {
    if (place + frameHeaderBytes > this.end || !this.#have(place, frameHeaderBytes)) return false;
    const at = place - this.#base;
    const length = this.#buffer.readUInt32LE(at);
    const index = this.#buffer.readUInt32LE(at + 8);
    if (length > payloadMaxBytes || place + frameHeaderBytes + length > this.end) return false;
    if (index <= this.index || index > this.index + indexLeap || (this.#buffer[at + 16] ?? 0xff) > rankMax)
      return false;
    return (
      this.#have(place, frameHeaderBytes + length) && isFrame(this.#buffer, place - this.#base, length, this.#seed)
    );
  }

  /** Makes sure that the buffer holds these bytes; false when the file is shorter than it should be. */
  #have(place: number, bytes: number): boolean {
    if (place >= this.#base && place + bytes <= this.#base + this.#filled) return true;
    const size = Math.max(pieceBytes, bytes);
    if (this.#buffer.length < size || this.#buffer.length > 4 * size) this.#buffer = Buffer.allocUnsafe(size);
    const wanted = Math.min(this.#buffer.length, this.end - place);
    this.#base = place;
    this.#filled = this.#read(this.#buffer.subarray(0, wanted), place);
    return this.#filled >= bytes;
  }
}
