import type { FileHandle } from "node:fs/promises";
import { chunkBytes, type Source, type SourceEvent } from "./source.ts";

/** Bytes before the place that are read again each time, to see that the file is still the one that was read. */
const overlapBytes = 64;

const idle: SourceEvent = { kind: "idle" };
const restarted: SourceEvent = { kind: "restarted" };

/** A file that is followed by its open handle, so that a rename does not matter. */
interface Reading {
  position: number;
  /** The last bytes before the position. */
  overlap: Buffer;
  /** Modification time at the last look, milliseconds. */
  seenMs: number;
}

async function readFully(handle: FileHandle, buffer: Buffer, position: number): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function restart(reading: Reading): SourceEvent {
  reading.position = 0;
  reading.overlap = Buffer.alloc(0);
  return restarted;
}

async function next(handle: FileHandle, reading: Reading): Promise<SourceEvent> {
  const { size, mtimeMs } = await handle.stat();
  if (size < reading.position) return restart(reading);
  // Equal size and a new time: perhaps cut and written again to the same length; the overlap will tell.
  if (size === reading.position && mtimeMs === reading.seenMs) return idle;
  const overlap = reading.overlap.length;
  const wanted = Math.min(size - reading.position, chunkBytes) + overlap;
  const buffer = await readFully(handle, Buffer.allocUnsafe(wanted), reading.position - overlap);
  if (!buffer.subarray(0, overlap).equals(reading.overlap)) return restart(reading);
  const bytes = buffer.subarray(overlap);
  reading.position += bytes.length;
  if (reading.position === size) reading.seenMs = mtimeMs;
  reading.overlap = buffer.subarray(Math.max(0, buffer.length - overlapBytes));
  return bytes.length === 0 ? idle : { kind: "bytes", bytes };
}

/**
 * A source over an open file, from an offset on. It notices when the file is cut (copytruncate), also when it has grown beyond the old place since:
 * then the bytes before the place differ.
 *
 * @example const source = await createFileSource(await open(path), 0);
 */
export async function createFileSource(handle: FileHandle, offset: number): Promise<Source> {
  const start = Math.max(0, offset - overlapBytes);
  const overlap = await readFully(handle, Buffer.allocUnsafe(offset - start), start);
  const reading: Reading = { position: offset, overlap, seenMs: -1 };
  return { read: () => next(handle, reading), close: () => handle.close() };
}
