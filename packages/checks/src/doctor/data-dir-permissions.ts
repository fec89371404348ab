import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { type Check, fail, notApplicable, pass } from "../check.ts";
import { localDataDir } from "./local-data-dir.ts";
import type { DoctorSubject } from "./subject.ts";

const entriesMax = 5_000;
const namedMax = 3;

interface Walk {
  seen: number;
  open: string[];
}

/** Notes every file or directory that group or others may read, write or enter. */
async function walk(path: string, found: Walk, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (found.seen >= entriesMax) return;
  found.seen += 1;
  const entry = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    // The server deletes files while it works: what is gone has no mode to judge.
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!entry || entry.isSymbolicLink()) return;
  if ((entry.mode & 0o077) !== 0) found.open.push(`${path} (${(entry.mode & 0o777).toString(8)})`);
  if (!entry.isDirectory()) return;
  for await (const child of await opendir(path)) await walk(join(path, child.name), found, signal);
}

/** Logs hold what users do: only the server's own user may read them. */
export const dataDirPermissions: Check<DoctorSubject> = {
  id: "data-dir-permissions",
  title: "Only the server's user can read the data directory",
  clauses: ["taffrail:confidentiality"],
  remedy: "Take the rights away: `chmod -R go= DIR` with the directory named here.",
  async probe(subject, signal) {
    const place = await localDataDir(subject);
    if ("finding" in place) return place.finding;
    if (process.platform === "win32")
      return notApplicable("This system has no file modes.", { platform: process.platform });
    const found: Walk = { seen: 0, open: [] };
    await walk(place.dir, found, signal);
    const named = found.open.slice(0, namedMax).join(", ");
    const evidence = { dir: place.dir, examined: found.seen, examinedMax: entriesMax, open: found.open.length, named };
    return found.open.length === 0
      ? pass(`${found.seen} entries examined below ${place.dir}.`, evidence)
      : fail(`${found.open.length} entries are open to others: ${named}.`, evidence);
  },
};
