// @ts-check
// The same as spool-child, as a program does it: through createLogger, with a sink that is durable. Same arguments.
import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./machine.mjs";

/** @type {typeof import("taffrail")} */
const { createLogger } = await import(pathToFileURL(join(root, "packages/taffrail/dist/index.js")).href);

const [folder = "", life = "", lifeMs = "0", perTurn = "1", options = "{}"] = process.argv.slice(2);
const counter = openSync(join(folder, `${life}.count`), "w");
const received = openSync(join(folder, `${life}.received`), "w");
const count = Buffer.alloc(8);
let appended = 0;
const end = performance.now() + Number(lifeMs);

/** @type {import("taffrail").Sink} */
const collector = {
  manifest: { name: "collector", kind: "sink", apiVersion: 1 },
  batching: { maxRecords: 50 },
  async write(batch) {
    writeSync(received, `${JSON.stringify([batch.id, batch.text()])}\n`);
    await new Promise((resolve) => setTimeout(resolve, 2));
    return { outcome: "ok" };
  },
  async close() {},
};
const log = createLogger({
  service: "killed",
  sinks: [{ sink: collector, durable: true }],
  durable: { dir: join(folder, "spool"), ...JSON.parse(options) },
});

function turn() {
  for (let index = 0; index < Number(perTurn); index += 1) {
    log.info("spooled", { key: `${life}-${appended}`, fill: "é".repeat(appended % 200) });
    appended += 1;
    count.writeDoubleLE(appended);
    // From here on the record must never be lost.
    writeSync(counter, count, 0, 8, 0);
  }
  if (performance.now() > end) process.kill(process.pid, "SIGKILL");
  setImmediate(turn);
}
turn();
