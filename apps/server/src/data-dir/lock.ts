import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TaffrailError } from "@taffrail/contracts";
import Database from "libsql";
import { writeFileDurably } from "../write-durably.ts";

/** A held data directory. */
export interface DirLock {
  release(): void;
}

function ownerOf(dir: string): string {
  try {
    const owner: unknown = JSON.parse(readFileSync(join(dir, "OWNER"), "utf8"));
    return typeof owner === "object" && owner !== null && "pid" in owner ? String(owner.pid) : "unknown";
  } catch {
    return "unknown";
  }
}

/**
 * Takes the directory for this process. The lock is the kernel's (an exclusive transaction on an SQLite file of its own), so it ends with
 * the process however that ends, and a stale one cannot exist. `OWNER` only tells the next one whom to name. Never open `LOCK` by other
 * means in this process: closing any handle of it would give the lock away.
 *
 * Throws `data_dir_owned`.
 */
export function lockDir(dir: string, owner: { readonly pid: number; readonly startedAt: string }): DirLock {
  const database = new Database(join(dir, "LOCK"), { timeout: 0 });
  try {
    database.pragma("journal_mode = DELETE");
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/i.test(`${error.message} ${"code" in error ? error.code : ""}`)) {
      throw new TaffrailError("data_dir_owned", { dir, pid: ownerOf(dir) }, error);
    }
    throw error;
  }
  writeFileDurably(join(dir, "OWNER"), `${JSON.stringify(owner)}\n`);
  return {
    release() {
      // The driver lets go of the file only when its handle is collected, so the lock is given back first.
      if (database.inTransaction) database.exec("ROLLBACK");
      database.close();
    },
  };
}
