// @ts-check
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
export const command = join(root, "apps/cli/bin/taffrail.mjs");

/** @param {number} ms @returns {Promise<void>} */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks until the answer is yes; throws with the last word when the deadline is over.
 * @param {string} what @param {() => Promise<boolean>} ask @param {number} [deadlineMs]
 */
export async function until(what, ask, deadlineMs = 30_000) {
  const end = performance.now() + deadlineMs;
  for (;;) {
    if (await ask().catch(() => false)) return;
    if (performance.now() > end) throw new Error(`${what}: not within ${deadlineMs / 1000} s`);
    await pause(50);
  }
}

/** @param {readonly number[]} values @param {number} share */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/**
 * Process ids of a process and all its descendants.
 * @param {number} pid @returns {number[]}
 */
export function processTree(pid) {
  const listed = spawnSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" }).stdout;
  const rows = listed
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s+/).map(Number));
  const tree = [pid];
  for (const parent of tree) for (const [child = 0, of = 0] of rows) if (of === parent) tree.push(child);
  return tree;
}

/** @param {number} pid memory that is its own plus its share of what it shares, in MB */
export function pssMegabytes(pid) {
  const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
  return Number(match?.[1] ?? 0) / 1024;
}

/** @param {number} pid processor time used so far, seconds */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** @param {string} url @returns {Promise<any>} */
export async function getJson(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(40_000) });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${JSON.stringify(body).slice(0, 300)}`);
  return body;
}

/** Waits until everything accepted can be searched. @param {string} url */
export async function drained(url) {
  await until(
    "the journal is empty",
    async () => (await getJson(`${url}/api/v1/status`)).ingest.pending === 0,
    120_000,
  );
}
