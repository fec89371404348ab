// @ts-check
// A disk that is full, and a disk that does not keep what it was given.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { orphan } from "./spool-faults.mjs";
import { createReceiver, createSpool, lineOf } from "./spool-parts.mjs";

/** @typedef {import("@taffrail/contracts").Random} Random */
/** @typedef {import("./spool-parts.mjs").Spool} Spool */

const bounds = { maxRecords: 50, maxCharacters: 100_000 };
const syncChild = fileURLToPath(new URL("spool-sync-child.mjs", import.meta.url));

/** Delivers batches until none is left, or that many. @param {import("../../../packages/taffrail/src/pipeline/batch-source.ts").BatchSource} source @param {ReturnType<typeof createReceiver>} receiver @param {number} most */
function deliver(source, receiver, most) {
  for (let count = 0; count < most; count += 1) {
    const batch = source.next(bounds);
    if (batch === undefined) return;
    receiver.take(batch);
    source.settle(batch, { dropped: 0, reason: undefined });
  }
}

/** @param {string} dir @param {string} options */
function mount(dir, options) {
  mkdirSync(dir);
  const done = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", dir], { encoding: "utf8" });
  return done.status === 0;
}

/**
 * Logs until the disk is full and beyond, delivers, logs again. Returns faults; undefined when nothing can be mounted here.
 * @param {string} folder @param {Random} random @param {string} limit options of the file system: bytes or inodes
 */
export async function fillDisk(folder, random, limit) {
  const disk = join(folder, "disk");
  if (!mount(disk, limit)) return undefined;
  try {
    return await logBeyond(disk, folder, random);
  } finally {
    spawnSync("umount", ["-l", disk]);
  }
}

/** @param {string} disk @param {string} folder @param {Random} random */
async function logBeyond(disk, folder, random) {
  /** @type {string[]} */
  const faults = [];
  let elapsed = 0;
  const clock = { now: () => Date.now() + elapsed, monotonic: () => performance.now() + elapsed };
  const options = { segmentBytes: 16_384, holdBytes: 60_000, clock, problem: () => {} };
  const spool = createSpool({ dir: join(disk, "spool"), ...options });
  const source = spool.source("a");
  /** @type {Record<string, string[]>} */
  const keys = { stored: [], held: [] };
  const log = (/** @type {string} */ key, rank = 2) => {
    const result = spool.append(lineOf(key, random.integer(0, 150)), rank);
    keys[result] ??= [];
    keys[result].push(key);
    return result;
  };
  for (let index = 0; keys["buffer-full"] === undefined && index < 20_000; index += 1) log(`full-${index}`);
  if (keys["buffer-full"] === undefined) faults.push("the disk was never full");
  if ((keys.held?.length ?? 0) === 0) faults.push("nothing was held in memory");
  if (log("an error", 4) !== "held") faults.push("the reserve did not take an error");
  if (spool.health().status !== "degraded") faults.push(`health: ${JSON.stringify(spool.health())}`);
  // What was called stored would survive now.
  cpSync(join(disk, "spool"), join(folder, "image"), { recursive: true });
  orphan(join(folder, "image"));
  faults.push(...(await missingAfter(join(folder, "image"), keys.stored ?? [])));
  const receiver = createReceiver();
  deliver(source, receiver, random.integer(20, 60));
  elapsed += 2000;
  if (log("room again") !== "stored") faults.push("it did not go on by itself when there was room");
  if (spool.health().status !== "healthy") faults.push(`health after: ${JSON.stringify(spool.health())}`);
  deliver(source, receiver, Number.POSITIVE_INFINITY);
  for (const key of [...(keys.stored ?? []), ...(keys.held ?? [])])
    if (receiver.keys.get(key) !== 1) faults.push(`${key} came ${receiver.keys.get(key) ?? 0} times`);
  for (const key of keys["buffer-full"] ?? []) if (receiver.keys.has(key)) faults.push(`${key} was refused and came`);
  await spool.close();
  return [...faults, ...receiver.faults];
}

/** Records that a new process does not find. @param {string} dir @param {readonly string[]} keys */
async function missingAfter(dir, keys) {
  const spool = createSpool({ dir });
  const receiver = createReceiver();
  deliver(spool.source("a"), receiver, Number.POSITIVE_INFINITY);
  await spool.close();
  return keys
    .filter((key) => receiver.keys.get(key) !== 1)
    .map((key) => `${key} was called stored and is not there once`);
}

/**
 * One fdatasync fails. The file must never be synced again, and nothing may be missing. Returns faults.
 * @param {string} folder @param {Random} random
 */
export async function failSync(folder, random) {
  const dir = join(folder, "spool");
  const trace = join(folder, "trace");
  const fsync = random.pick(["always", "interval"]);
  const when = fsync === "always" ? random.integer(1, 30) : random.integer(1, 3);
  const inject = `inject=fdatasync:error=EIO:when=${when}..${when + random.integer(0, 2)}`;
  const traced = [
    "-f",
    "-y",
    "-qq",
    "-o",
    trace,
    "-e",
    "trace=fdatasync",
    "-e",
    inject,
    process.execPath,
    syncChild,
    dir,
    fsync,
  ];
  const done = spawnSync("strace", traced, { encoding: "utf8", timeout: 60_000 });
  if (done.status !== 0) return [`the program ended with ${done.status}: ${done.stderr.slice(0, 500)}`];
  const said = JSON.parse(done.stdout);
  const faults = [];
  /** @type {Set<string>} */
  const failed = new Set();
  let isLastFailed = false;
  for (const line of readFileSync(trace, "utf8").split("\n")) {
    const path = /fdatasync\(\d+<([^>]+)>/.exec(line)?.[1];
    if (path === undefined) continue;
    if (failed.has(path)) faults.push(`${path} was synced again after a failure`);
    isLastFailed = line.includes("EIO");
    if (isLastFailed) failed.add(path);
  }
  if (failed.size === 0) faults.push("no sync failed");
  if (said.problems.length === 0) faults.push("the failure was not told");
  const expected = isLastFailed ? "degraded" : "healthy";
  if (said.health.status !== expected) faults.push(`health at the end: ${JSON.stringify(said.health)}`);
  const keys = said.results.map((/** @type {string} */ _, /** @type {number} */ index) => `sync-${index}`);
  return [...faults, ...(await missingAfter(dir, keys))];
}
