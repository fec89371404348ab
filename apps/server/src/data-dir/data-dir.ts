import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Clock, TaffrailError } from "@taffrail/contracts";
import { type DirLock, lockDir } from "./lock.ts";
import { bringToFormat, currentFormat, type Format, type FormatChange } from "./version.ts";

/** The server's directory, owned by this process until `release`. All paths are absolute. */
export interface DataDir {
  readonly path: string;
  readonly journal: string;
  readonly audit: string;
  readonly settingsFile: string;
  /** Set when an older format was migrated at this start. */
  readonly change: FormatChange | undefined;
  release(): void;
}

function unusable(dir: string, error: unknown): TaffrailError {
  if (error instanceof TaffrailError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new TaffrailError("data_dir_unusable", { dir, reason }, error);
}

/** Not `recursive: true`: on file systems that answer ENOENT for every new name, like /proc, that never returns. */
function makeDir(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDir(parent);
  mkdirSync(path, { mode: 0o700 });
}

/** What may stand in a directory that was never stamped: the leavings of a start that ended early, and what mounts bring along. */
const unstamped = new Set(["LOCK", "LOCK-journal", "OWNER", "OWNER.next", "VERSION.next", "lost+found"]);

function prepare(dir: string): void {
  makeDir(dir);
  accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  if (!existsSync(join(dir, "VERSION")) && readdirSync(dir).some((name) => !unstamped.has(name))) {
    throw new TaffrailError("data_dir_unusable", { dir, reason: "it holds other files and no VERSION of Taffrail" });
  }
  // A directory that others can read would show them the logs of this user.
  if ((statSync(dir).mode & 0o077) !== 0) chmodSync(dir, 0o700);
}

/**
 * Opens the data directory: makes it, takes its lock, checks its VERSION and migrates it when needed. Directories get mode 0700.
 * Throws `data_dir_unusable`, `data_dir_owned` or `data_dir_newer`; then nothing is held.
 *
 * @example const dataDir = openDataDir({ path: "/var/lib/taffrail", clock: systemClock });
 */
export function openDataDir(options: {
  readonly path: string;
  readonly clock: Clock;
  readonly format?: Format;
}): DataDir {
  const { path, clock } = options;
  let lock: DirLock | undefined;
  try {
    prepare(path);
    lock = lockDir(path, { pid: process.pid, startedAt: new Date(clock.now()).toISOString() });
    const change = bringToFormat(path, options.format ?? currentFormat, clock.now());
    const sub = (name: string): string => {
      makeDir(join(path, name));
      return join(path, name);
    };
    return {
      path,
      journal: sub("journal"),
      audit: sub("audit"),
      settingsFile: join(path, "settings.db"),
      change,
      release: lock.release,
    };
  } catch (error) {
    lock?.release();
    throw unusable(path, error);
  }
}
