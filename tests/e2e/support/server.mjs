// @ts-check
// A real server for the tests of the page: the built command-line tool, on a free port, with a data directory of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { otlpOf } from "./shop-records.mjs";

/** @typedef {{ url: string, stop: () => Promise<void>, send: (records: readonly import("./shop-records.mjs").ShopRecord[]) => Promise<void>,
 *   line: (record: object, service: string) => Promise<void>, drained: () => Promise<void> }} PageServer */

const bin = fileURLToPath(new URL("../../../apps/cli/bin/taffrail.mjs", import.meta.url));
const readyWithinMs = 60_000;
const batch = 1000;

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<string>} the address it printed
 */
function readyUrl(child) {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(
      () => reject(new Error(`no server within ${readyWithinMs} ms:\n${output}`)),
      readyWithinMs,
    );
    const read = (/** @type {Buffer} */ chunk) => {
      output += chunk;
      const found = /ready at (http:\/\/\S+)/.exec(output)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
}

/**
 * @param {string} url
 * @param {RequestInit} [init]
 */
async function post(url, init) {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

/**
 * Starts a server; `stop` ends it and removes its data. Its own records are silenced unless asked for, so that a test sees only what it sent.
 * @param {{ ownRecords?: boolean }} [options]
 * @returns {Promise<PageServer>}
 */
export async function startServer({ ownRecords = false } = {}) {
  const data = await mkdtemp(join(tmpdir(), "taffrail-page-"));
  const child = spawn(process.execPath, [bin, "up", "--listen", "127.0.0.1:0", "--data", data], {
    env: { ...process.env, TAFFRAIL_LOG_LEVEL: ownRecords ? "info" : "fatal" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = await readyUrl(child);
  const json = { "content-type": "application/json" };
  return {
    url,
    stop: async () => {
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      await rm(data, { recursive: true, force: true });
    },
    send: async (records) => {
      for (let at = 0; at < records.length; at += batch) {
        const body = JSON.stringify(otlpOf(records.slice(at, at + batch)));
        await post(`${url}/v1/logs`, { method: "POST", headers: json, body });
      }
    },
    // Resolves when all that was sent can be found.
    drained: async () => {
      for (;;) {
        const status = await fetch(`${url}/api/v1/status`);
        const { ingest } = /** @type {{ ingest: { pending: number } }} */ (await status.json());
        if (ingest.pending === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    line: async (record, service) => {
      const body = `${JSON.stringify(record)}\n`;
      const target = `${url}/api/v1/ingest/lines?service=${service}`;
      await post(target, { method: "POST", headers: { "content-type": "application/x-ndjson" }, body });
    },
  };
}
