import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Makes the names in a directory survive power loss. */
export function syncDirectory(dir: string): void {
  const handle = openSync(dir, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Writes all bytes at the handle's place. The system may take only a part at a time, on a disk that is nearly full for one.
 *
 * @example writeWhole(handle, Buffer.from("one line\n"))
 */
export function writeWhole(handle: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
}

/**
 * Replaces a small file so that after a crash either the old or the new text is there, whole. Mode 0600.
 *
 * @example writeFileDurably("/data/VERSION", "1\n")
 */
export function writeFileDurably(path: string, text: string): void {
  const next = `${path}.next`;
  const handle = openSync(next, "w", 0o600);
  try {
    writeWhole(handle, Buffer.from(text));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(next, path);
  syncDirectory(dirname(path));
}
