import { type FileHandle, open, stat, unlink } from "node:fs/promises";

/** Buffers handed to the kernel in one call. */
const buffersPerWrite = 1024;
const copyChunkBytes = 1024 * 1024;

/** A run of bytes of a file, [at, end). */
export interface ByteRange {
  readonly at: number;
  readonly end: number;
}

async function writeBatch(file: FileHandle, buffers: readonly Uint8Array[], position: number): Promise<number> {
  const total = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  const { bytesWritten } = await file.writev([...buffers], position);
  if (bytesWritten === total) return total;
  // A short write is rare (disk nearly full); the rest goes out in one piece so that the error, if any, shows itself.
  const rest = Buffer.concat(buffers).subarray(bytesWritten);
  for (let done = 0; done < rest.length; ) {
    const next = await file.write(rest, done, rest.length - done, position + bytesWritten + done);
    done += next.bytesWritten;
  }
  return total;
}

/** Writes all buffers one after the other from `position` on and answers their bytes. */
export async function writeAll(file: FileHandle, buffers: readonly Uint8Array[], position: number): Promise<number> {
  let written = 0;
  for (let at = 0; at < buffers.length; at += buffersPerWrite)
    written += await writeBatch(file, buffers.slice(at, at + buffersPerWrite), position + written);
  return written;
}

/** Whether there is a file of that path. Rejects with the file system's error when that cannot be told. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** Removes a file; that it is not there is as good. Rejects with the file system's error otherwise. */
export async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

/** Makes created, renamed and removed names of a directory survive a power loss. */
export async function syncDirectory(dir: string): Promise<void> {
  const folder = await open(dir, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function copyRange(from: FileHandle, to: FileHandle, range: ByteRange, position: number): Promise<number> {
  const chunk = Buffer.allocUnsafe(Math.min(copyChunkBytes, range.end - range.at));
  let at = range.at;
  while (at < range.end) {
    const { bytesRead } = await from.read(chunk, 0, Math.min(chunk.length, range.end - at), at);
    if (bytesRead === 0) throw new Error(`the file ends at ${at} before ${range.end}`);
    await writeAll(to, [chunk.subarray(0, bytesRead)], position + at - range.at);
    at += bytesRead;
  }
  return range.end - range.at;
}

/**
 * Writes `head` and the given ranges of `source` into a new file at `path` (an older one there is replaced) and syncs it. Answers its size. The caller
 * syncs the directory. Rejects with the file system's error; then the new file may be there in part.
 */
export async function copyRanges(
  source: string,
  path: string,
  head: Uint8Array,
  ranges: readonly ByteRange[],
): Promise<number> {
  const from = await open(source, "r");
  try {
    const to = await open(path, "w", 0o600);
    try {
      let size = await writeAll(to, [head], 0);
      for (const range of ranges) size += await copyRange(from, to, range, size);
      await to.sync();
      return size;
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
