import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the operating system's own words; compared, never read. */
  readonly started: string;
}

function linuxStart(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
  // The command name may hold spaces and parentheses, so fields are counted behind its last ")". Start time is field 22, state is field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return fields[0] === "Z" ? undefined : `${boot}/${fields[19] ?? ""}`;
}

function readStart(pid: number): string | undefined {
  try {
    if (process.platform === "linux") return linuxStart(pid);
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Identifies a running process; undefined when there is none of that number (or only a dead one not yet collected).
 *
 * @example identifyProcess(process.pid) // { pid: 4711, started: "…/81234" }
 */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const started = readStart(pid);
  return started === undefined ? undefined : { pid, started };
}

function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value = JSON.parse(text) as Partial<ProcessIdentity>;
    const usable = Number.isSafeInteger(value.pid) && typeof value.started === "string" && (value.pid ?? 0) > 1;
    return usable ? { pid: Number(value.pid), started: String(value.started) } : undefined;
  } catch {
    return undefined;
  }
}

const sameProcess = (identity: ProcessIdentity): boolean => readStart(identity.pid) === identity.started;

/**
 * Ends the process whose identity stands in the file, if exactly that process still runs, waits until it is gone, and removes the file. A process
 * that merely has the same number is left alone. Waits at most `waitMs`; throws an Error when the process is still there then.
 *
 * @returns the pid it ended, or undefined when there was nothing to end
 * @example await endLeftOver("/data/engine.pid", 5000)
 */
export async function endLeftOver(path: string, waitMs: number): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const identity = parseIdentity(text);
  const found = identity !== undefined && sameProcess(identity);
  if (found) {
    process.kill(identity.pid, "SIGKILL");
    for (let waited = 0; sameProcess(identity); waited += 20) {
      if (waited >= waitMs) throw new Error(`a left-over engine (pid ${String(identity.pid)}) does not end`);
      await sleep(20);
    }
  }
  await rm(path, { force: true });
  return found ? identity.pid : undefined;
}
