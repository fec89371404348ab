import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { makeFolder } from "../make-folder.ts";

/** Where files go that cannot be read as what they should be: kept for people to look at, bounded in bytes. */
export interface Quarantine {
  /** Moves a file there; false when that failed. */
  put(path: string, laneId: string, reason: string): boolean;
  readonly segments: number;
  readonly bytes: number;
}

interface Kept {
  readonly path: string;
  readonly bytes: number;
  readonly at: number;
}

/** What lies in the folder, oldest first. */
function list(folder: string): Kept[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const kept = names.flatMap((name) => {
    const path = join(folder, name);
    try {
      const { size, ctimeMs } = statSync(path);
      return [{ path, bytes: size, at: ctimeMs }];
    } catch {
      // Another process removed it just now.
      return [];
    }
  });
  return kept.sort((one, other) => one.at - other.at);
}

/**
 * Opens a quarantine folder; it is made when it is needed. Beyond `maxBytes` its oldest files are removed; several processes may share it.
 *
 * @example createQuarantine("/var/log/app/spool/quarantine", 16_777_216).put("bad.seg", "00ff", "version")
 */
export function createQuarantine(folder: string, maxBytes: number): Quarantine {
  let kept = list(folder);
  const trim = (): void => {
    let bytes = kept.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of kept) {
      if (bytes <= maxBytes) break;
      try {
        rmSync(file.path, { force: true, recursive: true });
        bytes -= file.bytes;
      } catch {
        // It cannot be removed now; the next file that is put here tries again.
      }
    }
    kept = list(folder);
  };
  return {
    put(path, laneId, reason) {
      try {
        makeFolder(folder, 0o700);
        renameSync(path, join(folder, `${laneId}.${basename(path)}.${reason}`));
      } catch {
        return false;
      }
      kept = list(folder);
      trim();
      return true;
    },
    get segments() {
      return kept.length;
    },
    get bytes() {
      return kept.reduce((sum, file) => sum + file.bytes, 0);
    },
  };
}
