// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { startServer } from "@taffrail/experiments";
import { command, drained, getJson, until } from "./support/machine.mjs";

/** One line of a web server's combined log. @param {import("@taffrail/contracts").Random} random @param {number} index @param {number} startMs */
function accessLine(random, index, startMs) {
  const at = new Date(startMs + index * 3)
    .toUTCString()
    .slice(5)
    .replace(/^(\d\d) (\w{3}) (\d{4}) (.*) GMT$/, "$1/$2/$3:$4 +0000");
  const path = `/products/${random.integer(1, 5000)}?ref=${random.integer(0, 1e6).toString(36)}`;
  const agent = random.pick([
    "Mozilla/5.0 (X11; Linux x86_64)",
    "curl/8.4.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0)",
  ]);
  return `10.0.${random.integer(0, 256)}.${random.integer(0, 256)} - - [${at}] "GET ${path} HTTP/1.1" ${random.pick([200, 200, 200, 304, 404, 500])} ${random.integer(100, 90_000)} "-" "${agent}" id=${index}\n`;
}

/**
 * Appends lines [from, to) to an open file, as a busy web server does.
 * @param {number} target @param {number} from @param {number} to @param {import("@taffrail/contracts").Random} random @param {number} startMs
 */
function append(target, from, to, random, startMs) {
  for (let index = from; index < to; index += 500) {
    let block = "";
    for (let line = index; line < Math.min(to, index + 500); line += 1) block += accessLine(random, line, startMs);
    writeSync(target, block);
  }
}

/**
 * Writes the second half of the log with a rotation in it: the writer still holds the renamed file for a while, as a real one does.
 * @param {string} log @param {number} target @param {(target: number, from: number, to: number) => void} write @param {number} count
 */
function rotate(log, target, write, count) {
  write(target, count / 2, count * 0.6);
  renameSync(log, `${log}.1`);
  write(target, count * 0.6, count * 0.7);
  closeSync(target);
  const next = openSync(log, "a");
  write(next, count * 0.7, count);
  closeSync(next);
}

/** Starts `taffrail ship` on a file. @param {string} url @param {string} folder @param {string} log */
function startShip(url, folder, log) {
  const place = ["--state", join(folder, "state"), "--from-start"];
  const args = [command, "ship", "--server", url, "--service", "web", "--json", ...place, log];
  const ship = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  ship.stdout.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  return {
    /** Ends it; answers its own account. */
    async stop() {
      ship.kill("SIGTERM");
      await once(ship, "exit");
      return JSON.parse(said.trim().split("\n").at(-1) ?? "{}");
    },
  };
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "ship",
  title: "ship an access log with a rotation in the middle: stored count equals line count",
  needs: [],
  counts: { full: 1_000_000, share: 40_000 },
  async run({ count, random, folder }) {
    const server = await startServer({ command, dataDir: join(folder, "data") });
    if (!server.url) return { figures: {}, faults: [server.stderr().slice(-1000)] };
    const { url } = server;
    const log = join(folder, "access.log");
    const startMs = Date.now() - count * 3 - 60_000;
    const write = (/** @type {number} */ target, /** @type {number} */ from, /** @type {number} */ to) =>
      append(target, from, to, random, startMs);
    const counted = async (/** @type {string} */ query) =>
      (await getJson(`${url}/api/v1/logs/count?${new URLSearchParams({ query, since: "2d" })}`)).count;
    const target = openSync(log, "a");
    write(target, 0, count / 2);
    const started = performance.now();
    const ship = startShip(url, folder, log);
    await until("shipping has begun", async () => (await counted("service:web")) > 0, 60_000);
    rotate(log, target, write, count);
    await until("all lines are stored", async () => (await counted("service:web")) >= count, 600_000);
    const seconds = (performance.now() - started) / 1000;
    const summary = await ship.stop();
    await drained(url);
    const stored = await counted("service:web");
    const parsed = await counted("service:web http.response.status_code:404");
    const { storage } = await getJson(`${url}/api/v1/status`);
    await server.stop();
    const faults = stored === count ? [] : [`${stored} stored, ${count} written`];
    if (summary.shipped !== count) faults.push(`ship says ${JSON.stringify(summary)}`);
    if (parsed === 0) faults.push("no line was read as an access log line");
    const figures = {
      lines: count,
      stored,
      "lines per second": Math.round(count / seconds),
      "bytes per row on disk": (storage.bytes / storage.rows).toFixed(1),
    };
    return { figures, faults };
  },
};
