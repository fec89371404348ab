// @ts-check
// What the engine proof does to the engine, and how it measures what follows.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { systemClock } from "@taffrail/contracts";
import { startServer } from "@taffrail/experiments";
import { command, getJson, until } from "./machine.mjs";
import { startEngine } from "./server-parts.mjs";

/**
 * What the steps of the proof share.
 * @typedef {object} World
 * @property {string} folder the data directory
 * @property {import("@taffrail/contracts").Random} random
 * @property {number} count kills of the engine under ingest
 * @property {import("./judge-store.mjs").Book} book
 * @property {string[]} faults
 * @property {Record<string, string | number>} figures
 * @property {(line: string) => void} say
 */

/** Goal of the bar, milliseconds. */
export const readyGoalMs = 5000;

/** Rows and bytes that slow questions have to read: enough for a minute, and more than one question may hold. */
const bulk = { rows: 100_000, repeats: 250 };

/**
 * A server for the time of a step; what is left of it afterwards is ended.
 * @param {string} dataDir @param {(server: import("@taffrail/experiments").ServerProcess & { url: string }) => Promise<void>} use
 */
export async function withServer(dataDir, use) {
  const server = await startServer({ command, dataDir });
  try {
    if (!server.url) throw new Error(`the server does not start: ${server.stderr().slice(-2000)}`);
    await use({ ...server, url: server.url });
  } finally {
    await server.stop();
  }
}

/**
 * Fills the table of a stopped server as another program would: long bodies, no two alike.
 * @param {string} dataDir
 */
export async function addBulk(dataDir) {
  const engine = startEngine({ dataDir, clock: systemClock, memoryBytesMax: 3_000_000_000 });
  try {
    await engine.ready();
    const body = `concat(toString(number), ' ', repeat(lower(hex(cityHash64(number))), ${bulk.repeats}))`;
    const blocks = "max_threads = 1, max_insert_threads = 1, max_block_size = 5000, min_insert_block_size_rows = 25000";
    await engine.execute(
      `INSERT INTO taffrail.otel_logs (Timestamp, ServiceName, SeverityNumber, Body, PatternId)
       SELECT now64(9) - toIntervalMillisecond(number), 'bulk', 9, ${body}, 1 FROM numbers(${bulk.rows}) SETTINGS ${blocks}`,
      { lane: "background", timeoutMs: 200_000 },
    );
  } finally {
    await engine.close();
  }
}

/**
 * A question that runs for minutes if it is let: a hundred patterns without a fixed word in them. Another `word` makes another shape of question
 * (figures do not).
 * @param {string} url @param {string} word letters from g to z
 */
export function slowQuestion(url, word) {
  const terms = Array.from({ length: 100 }, (_, index) => `body:/[0-9a-f]+[${word}]+[0-9a-f]{${index + 2}}[x-z]$/`);
  return ask(url, `/api/v1/logs/count?${new URLSearchParams({ since: "3h", query: terms.join(" OR ") })}`);
}

/** A question that must hold every body at once. Another `word`, another shape. @param {string} url @param {string} word letters only */
export const greedyQuestion = (url, word) =>
  ask(url, `/api/v1/logs/facets?since=3h&fields=body&query=service:bulk+OR+service:${word}`);

/** A question that anybody asks. @param {string} url */
export const usualQuestion = (url) => ask(url, "/api/v1/logs/search?since=15m&query=service%3Aprove&limit=5");

/**
 * @typedef {{ status: number, code: string, ms: number, text: string }} Answer
 * @param {string} url @param {string} path @returns {Promise<Answer>}
 */
async function ask(url, path) {
  const asked = performance.now();
  const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(60_000) }).catch((error) => error);
  const ms = performance.now() - asked;
  if (answer instanceof Error) return { status: 0, code: "no_answer", ms, text: String(answer.cause ?? answer) };
  const text = await answer.text();
  return { status: answer.status, code: /"code":"(\w+)"/.exec(text)?.[1] ?? "", ms, text: text.slice(0, 300) };
}

/** @param {string} url @returns {Promise<{ state: string, pid: number, restarts: number, reason: string }>} */
export const engineOf = async (url) => (await getJson(`${url}/api/v1/status`)).engine;

/**
 * Waits until another engine than `oldPid` answers and /readyz says so.
 * @param {string} url @param {number} oldPid @returns {Promise<number>} milliseconds since the call
 */
export async function readyAgain(url, oldPid) {
  const started = performance.now();
  const isReady = async () => {
    if ((await fetch(`${url}/readyz`)).status !== 200) return false;
    const { pid, state } = await engineOf(url);
    return state === "ready" && pid !== oldPid;
  };
  await until("the engine is ready again", isReady, 60_000);
  return performance.now() - started;
}

/** kill -9 of the engine. @param {string} url @returns {Promise<number>} milliseconds until it is ready again */
export async function killEngine(url) {
  const { pid } = await engineOf(url);
  process.kill(pid, "SIGKILL");
  return readyAgain(url, pid);
}

/**
 * Takes away all but a little of the memory that a process may still ask the system for.
 * @param {number} pid @param {number} leftBytes
 */
export function limitMemory(pid, leftBytes) {
  const kilobytes = /^VmSize:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  execFileSync("prlimit", ["--pid", String(pid), `--as=${Number(kilobytes) * 1024 + leftBytes}:`]);
}

/** @param {number} pid */
export function unlimitMemory(pid) {
  execFileSync("prlimit", ["--pid", String(pid), "--as=unlimited:"]);
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
