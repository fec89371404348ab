import { createReadStream, createWriteStream } from "node:fs";
import { open, readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { compressedPath } from "./rotated-name.ts";

const temporaryEnd = ".tmp";

/** A name that says which process works on it: `.app-….log.gz.4711.tmp`. */
function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(compressedPath(path))}.${process.pid}${temporaryEnd}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Removes what interrupted compressions have left in a folder; those of processes that live stay.
 *
 * @example await removeLeftovers("logs", "app.log")
 */
export async function removeLeftovers(folder: string, stem: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`.${stem}-`)) continue;
    const pid = /\.gz\.(\d+)\.tmp$/.exec(name)?.[1];
    if (pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid)))) await unlink(join(folder, name));
  }
}

/**
 * Compresses a rotated file with gzip: into a file of another name, which is synced and then renamed; only then the plain file goes. A process
 * that dies in between leaves the plain file whole. Gives false, and leaves all as it was, when the file has grown meanwhile (another process
 * still writes to it). Rejects with the system's error, or when `signal` aborts.
 *
 * @example await compressFile("logs/app-2026-11-22T09-00-00Z.log", 0o640, signal) // true
 */
export async function compressFile(path: string, mode: number, signal: AbortSignal): Promise<boolean> {
  const { createGzip } = process.getBuiltinModule("node:zlib");
  const { pipeline } = process.getBuiltinModule("node:stream/promises");
  const temporary = temporaryPath(path);
  try {
    const source = createReadStream(path);
    await pipeline(source, createGzip(), createWriteStream(temporary, { mode }), { signal });
    const file = await open(temporary, "r+");
    await file.sync().finally(() => file.close());
    if ((await stat(path)).size !== source.bytesRead) {
      await unlink(temporary);
      return false;
    }
    await rename(temporary, compressedPath(path));
    await unlink(path);
    return true;
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}
