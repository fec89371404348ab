import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Who writes a sub-directory: its name says so, and a rename hands it over. Renaming succeeds for one process only, because the old name, with the
 * old owner in it, is gone after it.
 */
export interface LaneName {
  /** 16 random hex digits; part of every batch id. */
  readonly id: string;
  /** Ms since 1970. */
  readonly createdAt: number;
  /** The machine and its process namespace, in which `pid` means something. */
  readonly place: string;
  /** 0: nobody's. */
  readonly pid: number;
  /** Start of that process as the kernel counts it; empty where it cannot be read. */
  readonly started: string;
  readonly thread: number;
  /** Makes every owning a name of its own. */
  readonly nonce: string;
}

/** What this process is called in the names of its sub-directories. */
export type Owner = Pick<LaneName, "place" | "pid" | "started" | "thread">;

function readQuietly(read: () => string): string {
  try {
    return read();
  } catch {
    // Not Linux: what is missing is left out of the comparison.
    return "";
  }
}

/** Start of a process in clock ticks since boot: field 22 of its stat line, counted behind the name, which may hold anything. */
function startOf(pid: number): string {
  const stat = readQuietly(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

/** This process and thread as an owner. */
export function thisOwner(): Owner {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const { threadId } = process.getBuiltinModule("node:worker_threads");
  const boot = readQuietly(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const namespace = readQuietly(() => readlinkSync("/proc/self/ns/pid"));
  const place = createHash("sha256").update(`${hostname()} ${boot} ${namespace}`).digest("hex").slice(0, 8);
  return { place, pid: process.pid, started: startOf(process.pid), thread: threadId };
}

/** The name of a sub-directory. */
export function laneFolder({ id, createdAt, place, pid, started, thread, nonce }: LaneName): string {
  return `${id}.${createdAt.toString(36)}.${place}.${pid}-${started}-${thread}.${nonce}`;
}

/** Reads the name of a sub-directory; undefined when it is none of ours. */
export function parseLaneFolder(folder: string): LaneName | undefined {
  const parts = /^([0-9a-f]{16})\.([0-9a-z]{1,11})\.([0-9a-f]{8})\.(\d{1,10})-(\d{0,20})-(\d{1,10})\.([0-9a-f]+)$/.exec(
    folder,
  );
  if (parts === null) return undefined;
  const [, id = "", createdAt = "", place = "", pid, started = "", thread, nonce = ""] = parts;
  return {
    id,
    createdAt: Number.parseInt(createdAt, 36),
    place,
    pid: Number(pid),
    started,
    thread: Number(thread),
    nonce,
  };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process: it is there, but may not be signalled.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Time without a sign of life after which an owner counts as gone, in ms: one whose process is there (its thread may not be), and one elsewhere. */
const silentMs = { here: 120_000, elsewhere: 30_000 };

/**
 * How long the owner must have been silent before its sub-directory may be taken: 0 for one that is surely gone. A process of another container or
 * machine cannot be asked, so only its silence tells.
 */
export function patienceMs(name: LaneName, self: Owner): number {
  if (name.pid === 0) return 0;
  if (name.place !== self.place) return silentMs.elsewhere;
  const isAlive = exists(name.pid) && (name.started === "" || startOf(name.pid) === name.started);
  return isAlive ? silentMs.here : 0;
}
