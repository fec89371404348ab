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
 * Replaces a small file so that after a crash either the old or the new text is there, whole. Mode 0600.
 *
 * @example writeFileDurably("/data/VERSION", "1\n")
 */
export function writeFileDurably(path: string, text: string): void {
  const next = `${path}.next`;
  const handle = openSync(next, "w", 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(next, path);
  syncDirectory(dirname(path));
}
