import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { headBytesMax, headSum, mayStartFrame, type ParsedFrame, parseFrame } from "./frame-codec.ts";

/** A whole frame whose checksum is right. */
export interface ScannedFrame {
  readonly type: "frame";
  readonly at: number;
  readonly frame: ParsedFrame;
}

/** Bytes [at, end) that are no frame. At the end of a file it may be a frame that was never finished. */
export interface ScannedDamage {
  readonly type: "damage";
  readonly at: number;
  readonly end: number;
}

const windowBytes = 256 * 1024;

/** Reads a file through one window, so that a scan holds a few hundred KB however large the file is. */
class WindowReader {
  readonly #file: FileHandle;
  readonly #window = Buffer.allocUnsafe(windowBytes);
  #from = 0;
  #to = 0;
  /** The window reaches the end of the file. */
  #ended = false;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The bytes from `at` on: at least `least` of them unless the file ends before. Valid until the next call. */
  async from(at: number, least: number): Promise<Buffer> {
    const inside = at >= this.#from && (at + least <= this.#to || (this.#ended && at <= this.#to));
    if (!inside) await this.#fill(at);
    return this.#window.subarray(at - this.#from, this.#to - this.#from);
  }

  async #fill(at: number): Promise<void> {
    let length = 0;
    while (length < windowBytes) {
      const { bytesRead } = await this.#file.read(this.#window, length, windowBytes - length, at + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    this.#from = at;
    this.#to = at + length;
    this.#ended = length < windowBytes;
  }
}

async function sumIsRight(reader: WindowReader, at: number, frame: ParsedFrame, salt: number): Promise<boolean> {
  const head = await reader.from(at, headBytesMax);
  let sum = headSum(head, 0, frame, salt);
  const end = at + frame.length;
  for (let next = at + frame.payloadAt; next < end; ) {
    const bytes = await reader.from(next, Math.min(end - next, windowBytes));
    if (bytes.length === 0) return false;
    const chunk = bytes.subarray(0, Math.min(bytes.length, end - next));
    sum = crc32(chunk, sum);
    next += chunk.length;
  }
  return sum === frame.crc;
}

async function frameAt(
  reader: WindowReader,
  at: number,
  size: number,
  salt: number,
): Promise<ScannedFrame | undefined> {
  const frame = parseFrame(await reader.from(at, headBytesMax), 0);
  if (!frame || at + frame.length > size) return undefined;
  return (await sumIsRight(reader, at, frame, salt)) ? { type: "frame", at, frame } : undefined;
}

/** Offset of the next whole frame at or after `from`, or `size`. */
async function nextFrame(reader: WindowReader, from: number, size: number, salt: number): Promise<number> {
  let at = from;
  while (at < size) {
    const bytes = await reader.from(at, headBytesMax);
    const stop = Math.max(1, at + bytes.length >= size ? bytes.length : bytes.length - headBytesMax);
    let step = 0;
    // Only what reads as a frame is worth the sum of its bytes.
    while (step < stop && !(mayStartFrame(bytes, step) && parseFrame(bytes, step))) step += 1;
    at += step;
    if (step < stop) {
      if (await frameAt(reader, at, size, salt)) return at;
      at += 1;
    }
  }
  return size;
}

/**
 * Walks a segment file and tells frames from damage, in order and without gaps: each byte up to `size` belongs to exactly one item. Frames that follow
 * damage are found again. Frames are checked by structure and checksum. Rejects with the file system's error.
 *
 * @example for await (const item of scanSegment(file, size, salt)) if (item.type === "damage") report(item);
 */
export async function* scanSegment(
  file: FileHandle,
  size: number,
  salt: number,
): AsyncGenerator<ScannedFrame | ScannedDamage> {
  const reader = new WindowReader(file);
  for (let at = 0; at < size; ) {
    const frame = await frameAt(reader, at, size, salt);
    if (frame) {
      yield frame;
      at += frame.frame.length;
    } else {
      const end = await nextFrame(reader, at + 1, size, salt);
      yield { type: "damage", at, end };
      at = end;
    }
  }
}
