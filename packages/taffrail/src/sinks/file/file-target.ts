import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { makeFolder } from "../../make-folder.ts";
import type { LineWriter } from "../line-writer.ts";
import { createStreamWriter } from "../stream-writer.ts";
import { createFileWriter } from "./file-writer.ts";
import { rotatedPath } from "./rotated-name.ts";

/** The open file. */
export interface FileTarget {
  readonly writer: LineWriter;
  /** False for a pipe or a device: it is neither rotated nor synced nor looked for. */
  readonly regular: boolean;
  /** Size now, in bytes, and time of the last change, in ms since 1970. */
  state(): { readonly bytes: number; readonly changed: number };
  /** True while the path still leads to this file. */
  inPlace(): boolean;
  sync(): Promise<void>;
  syncSync(): void;
  close(): void;
}

// O_NONBLOCK does nothing to a regular file, and keeps a named pipe without a reader from blocking the process.
const openFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NONBLOCK;
const syncFile = promisify(fdatasync);
/** Files that can be rotated away in one second. */
const numbersMax = 100_000;

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    // Whatever keeps it from being looked at, the file is not there for others either.
    return undefined;
  }
}

/**
 * Opens a file for appending; makes it and its folder where they are missing. Throws the system's error.
 *
 * @example openTarget("logs/app.log", 0o640, 0o750).writer
 */
export function openTarget(path: string, mode: number, folderMode: number): FileTarget {
  makeFolder(dirname(path), folderMode);
  const descriptor = openSync(path, openFlags, mode);
  const { ino, dev, ...stats } = fstatSync(descriptor);
  const regular = (stats.mode & constants.S_IFMT) === constants.S_IFREG;
  return {
    regular,
    writer: regular ? createFileWriter(descriptor) : createStreamWriter(descriptor),
    state() {
      const { size, mtimeMs } = fstatSync(descriptor);
      return { bytes: size, changed: mtimeMs };
    },
    inPlace() {
      const now = statOf(path);
      return now?.ino === ino && now.dev === dev;
    },
    sync: () => syncFile(descriptor),
    syncSync: () => fdatasyncSync(descriptor),
    close: () => closeSync(descriptor),
  };
}

/** Makes an empty file that nobody else has; false when the name is taken. */
function reserve(path: string, mode: number): boolean {
  try {
    closeSync(openSync(path, "wx", mode));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Renames a file to its rotated name. The name is reserved first, so that of several processes that rotate at the same moment none overwrites the
 * other's file. Throws the system's error; the file is where it was then.
 *
 * @example moveAway("logs/app.log", Date.now(), 0o640)
 */
export function moveAway(path: string, time: number, mode: number): void {
  for (let number = 0; number < numbersMax; number++) {
    const target = rotatedPath(path, time, number);
    if (statOf(`${target}.gz`) !== undefined || !reserve(target, mode)) continue;
    try {
      renameSync(path, target);
    } catch (error) {
      unlinkSync(target);
      throw error;
    }
    return;
  }
  throw new Error(`no free name for ${rotatedPath(path, time, 0)}`);
}
