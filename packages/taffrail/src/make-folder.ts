import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** True for a folder, and for a link to one. */
function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Makes a folder and the folders above it; one that exists is left as it is. Throws the system's error.
 *
 * Node's own recursive `mkdirSync` never returns where the system answers "no such entry" although the folder above exists, as `/proc` does. Here each
 * folder is tried twice at the most.
 *
 * @example makeFolder("/var/log/shop", 0o750)
 */
export function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const above = dirname(path);
    if (isMissing && above !== path) {
      makeFolder(above, mode);
      makeOnce(path, mode);
    } else if (!isFolder(path)) throw error;
  }
}

/** The second try: another process may have made it meanwhile. */
function makeOnce(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (!isFolder(path)) throw error;
  }
}
