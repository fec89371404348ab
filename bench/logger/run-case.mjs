// @ts-check
// One peer and one case in a process of its own. Prints one line of JSON.
import { createReadStream } from "node:fs";
import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { median, quantile } from "../shared/stats.mjs";
import { makeInputs } from "./cases.mjs";
import { loadPeer } from "./registry.mjs";

/** Calls of one turn of the event loop. */
const batchSize = 32;
const warmUpCalls = 30_000;

const [peerName = "", caseName = "", path = "", countText = ""] = process.argv.slice(2);
const count = Number(countText);

/** @param {(index: number) => void} call @param {number} calls @returns {Promise<number[]>} ns of a call, averaged over each batch */
async function run(call, calls) {
  const times = new Array(Math.ceil(calls / batchSize));
  let index = 0;
  for (let batch = 0; batch < times.length; batch++) {
    const end = Math.min(index + batchSize, calls);
    const size = end - index;
    const started = performance.now();
    for (; index < end; index++) call(index);
    times[batch] = ((performance.now() - started) * 1e6) / size;
    await nextTurn();
  }
  return times;
}

async function countLines() {
  let lines = 0;
  for await (const chunk of createReadStream(path)) for (const byte of chunk) if (byte === 10) lines += 1;
  return lines;
}

const peer = await loadPeer(peerName);
const inputs = makeInputs();
const { call, close } = await peer.start({
  path,
  caseName: /** @type {import("./peer.mjs").CaseName} */ (caseName),
  inputs,
});
await run(call, warmUpCalls);
await sleep(300);
globalThis.gc?.();
const cpuBefore = process.cpuUsage();
const started = performance.now();
const times = await run(call, count);
await close();
const elapsedMs = performance.now() - started;
const cpu = process.cpuUsage(cpuBefore);
const lines = await countLines();
console.log(
  JSON.stringify({
    medianNs: median(times),
    meanNs: times.reduce((sum, time) => sum + time, 0) / times.length,
    p99Ns: quantile(times, 0.99),
    cpuNs: ((cpu.user + cpu.system) * 1000) / count,
    klogsPerSecond: count / elapsedMs,
    rssMb: process.resourceUsage().maxRSS / 1024,
    lost: warmUpCalls + count - lines,
  }),
);
