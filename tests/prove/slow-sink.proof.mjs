// @ts-check
import { spawn } from "node:child_process";
import { join } from "node:path";
import { droppedTotal } from "@taffrail/contracts";
import { root } from "../../tools/ready.mjs";

/**
 * What the program saw.
 * @typedef {object} Seen
 * @property {number} logged
 * @property {number} errors
 * @property {number} longestCalls ms in one turn's log calls
 * @property {number} longestWork ms of processor time, of all threads, in one turn's log calls
 * @property {number} longestDelay ms
 * @property {number} maxRss bytes
 * @property {number} pressure
 * @property {import("@taffrail/contracts").Ledger} [ledger]
 */

const program = join(root, "packages/taffrail/src/testdata/slow-sink-child.mjs");
const bufferBytes = 4 * 1024 * 1024;
const readBytesPerSecond = 1_000_000;
const goals = { blockMs: 5, aboveBufferBytes: 40_000_000 };
const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1);

/** Reads at a bounded rate and counts lines. @param {import("node:stream").Readable} stream */
function readSlowly(stream) {
  const counts = { lines: 0, errors: 0 };
  let rest = "";
  let bytes = 0;
  const began = performance.now();
  const done = new Promise((resolve) => stream.on("end", () => resolve(undefined)));
  stream.on("data", (/** @type {Buffer} */ chunk) => {
    bytes += chunk.length;
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    counts.lines += lines.length;
    counts.errors += lines.filter((line) => line.includes('"level":"error"')).length;
    const aheadMs = (bytes / readBytesPerSecond) * 1000 - (performance.now() - began);
    if (aheadMs < 1) return;
    stream.pause();
    setTimeout(() => stream.resume(), aheadMs);
  });
  return { counts, done };
}

/** @param {string} policy @param {number} seconds */
async function runOnce(policy, seconds) {
  const child = spawn(process.execPath, [program, policy, String(bufferBytes), String(seconds)], {
    cwd: join(root, "packages/taffrail"),
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  /** @type {Seen | undefined} */
  let seen;
  child.on("message", (message) => {
    seen = /** @type {Seen} */ (message);
  });
  const reader = readSlowly(/** @type {import("node:stream").Readable} */ (child.stdout));
  const code = await new Promise((resolve) => child.on("exit", resolve));
  await reader.done;
  if (seen === undefined) throw new Error(`the program ended with ${code} and said nothing`);
  return { ...seen, read: reader.counts };
}

/** @param {string} policy @param {Awaited<ReturnType<typeof runOnce>>} run @param {Awaited<ReturnType<typeof runOnce>>} idle @param {boolean} share */
function judge(policy, run, idle, share) {
  const { ledger, read, logged, errors } = run;
  if (ledger === undefined) return [`${policy}: no ledger`];
  const faults = [];
  const lost = logged - read.lines;
  if (ledger.accepted !== logged) faults.push(`${policy}: ${logged} logged, the ledger accepted ${ledger.accepted}`);
  if (ledger.delivered !== read.lines)
    faults.push(`${policy}: ${read.lines} lines read, ${ledger.delivered} in the ledger`);
  if (droppedTotal(ledger) !== lost)
    faults.push(`${policy}: ${lost} lost, ${droppedTotal(ledger)} dropped in the ledger`);
  if (ledger.pending !== 0) faults.push(`${policy}: ${ledger.pending} pending at the end`);
  if (read.errors !== errors) faults.push(`${policy}: ${read.errors} of ${errors} errors were read`);
  // A slow reader must be slower than the program, or nothing was shown.
  if (!share && lost === 0) faults.push(`${policy}: nothing had to be dropped`);
  const grown = run.maxRss - idle.maxRss;
  if (grown > bufferBytes + goals.aboveBufferBytes) faults.push(`${policy}: RSS grew by ${megabytes(grown)} MB`);
  // Wall time is also that of other programs; the processor time of the calls is the library's own.
  if (!share && run.longestWork > goals.blockMs) {
    faults.push(`${policy}: log calls of one turn worked for ${run.longestWork.toFixed(1)} ms`);
  }
  return faults;
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "slow-sink",
  title:
    "20,000 logs a second to a reader of 1 MB a second: the loop goes on, memory is bounded, the ledger says what is lost",
  needs: [],
  counts: { full: 5, share: 2 },
  async run({ count, share }) {
    const idle = await runOnce("none", count);
    /** @type {Record<string, string>} */
    const figures = {
      "without logging": `longest block in one turn ${idle.longestCalls.toFixed(1)} ms, longest delay of the loop ${idle.longestDelay.toFixed(1)} ms, RSS ${megabytes(idle.maxRss)} MB`,
    };
    const faults = [];
    for (const policy of ["drop-new", "drop-old"]) {
      const run = await runOnce(policy, count);
      faults.push(...judge(policy, run, idle, share));
      const dropped = Object.entries(run.ledger?.dropped ?? {}).map(([reason, records]) => `${records} ${reason}`);
      figures[policy] =
        `after half a second, log calls of one turn worked at most ${run.longestWork.toFixed(1)} ms (goal ${goals.blockMs}) and took ${run.longestCalls.toFixed(1)} ms; longest delay of the loop ` +
        `${run.longestDelay.toFixed(1)} ms; RSS ${megabytes(run.maxRss)} MB, ${megabytes(run.maxRss - idle.maxRss)} more ` +
        `(goal ${megabytes(bufferBytes + goals.aboveBufferBytes)}); ${run.logged} logged, ${run.read.lines} read, ` +
        `dropped ${dropped.join(", ") || "none"}; errors read ${run.read.errors} of ${run.errors}`;
    }
    return { figures, faults };
  },
};
