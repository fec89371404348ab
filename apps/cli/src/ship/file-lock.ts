import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";

/** A lock that this process holds until it releases it or ends. */
export interface FileLock {
  release(): Promise<void>;
}

/** A process, told apart from a later one that got the same number. */
interface Owner {
  readonly pid: number;
  /** Start time in clock ticks since boot; empty where the system does not say. */
  readonly started: string;
}

/** When a process started, or undefined when it is not running. A process that ended but was not waited for (a zombie) is not running. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return undefined;
  }
  if (process.platform !== "linux") return "";
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  // The second field is the program's name in parentheses and may hold blanks: count behind it.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : (fields[19] ?? "");
}

function parseOwner(text: string): Owner | undefined {
  const [pid, started = ""] = text.trim().split(" ");
  return /^\d+$/.test(pid ?? "") ? { pid: Number(pid), started } : undefined;
}

async function isAlive(owner: Owner | undefined): Promise<boolean> {
  return owner !== undefined && (await startOf(owner.pid)) === owner.started;
}

async function readOwner(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

/** Moves a dead owner's lock away. Two processes may try: who finds that it moved a living one's lock puts it back. */
async function removeDead(path: string, seen: string): Promise<void> {
  const aside = `${path}.${randomUUID()}.dead`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if ((await readOwner(aside)) !== seen) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function tryLink(own: string, path: string): Promise<boolean> {
  return link(own, path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
}

const attemptsMax = 5;

/**
 * Takes a lock file for this process; undefined when another living process holds it. The lock of a process that was killed is taken over.
 *
 * @example const lock = await acquireLock("/var/lib/x/1-2.lock");
 */
export async function acquireLock(path: string): Promise<FileLock | undefined> {
  const own = `${path}.${randomUUID()}.own`;
  await writeFile(own, `${process.pid} ${(await startOf(process.pid)) ?? ""}\n`, { mode: 0o600, flag: "wx" });
  try {
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      if (await tryLink(own, path)) return { release: () => unlink(path).catch(() => undefined) };
      const seen = await readOwner(path);
      if (seen === undefined) continue;
      if (await isAlive(parseOwner(seen))) return undefined;
      await removeDead(path, seen);
    }
    return undefined;
  } finally {
    await rm(own, { force: true });
  }
}
