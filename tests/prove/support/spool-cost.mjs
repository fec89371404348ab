// @ts-check
// What a record costs its caller in durable mode.
import { join } from "node:path";
import { percentile } from "./machine.mjs";
import { createSpool } from "./spool-parts.mjs";

const perTurn = 32;
const settings = /** @type {const} */ ([
  { commit: "record", fsync: "interval", turns: 1500 },
  { commit: "turn", fsync: "interval", turns: 1500 },
  { commit: "record", fsync: "always", turns: 4 },
]);

/** Median over turns of the event loop of 32 records of 200 bytes each, in µs a record. @param {string} folder */
export async function appendCost(folder) {
  const line = `${JSON.stringify({ level: "info", msg: "x".repeat(170) })}\n`;
  /** @type {Record<string, string>} */
  const figures = {};
  for (const [index, { commit, fsync, turns }] of settings.entries()) {
    const spool = createSpool({ dir: join(folder, String(index)), commit, fsync });
    spool.source("nobody");
    /** @type {number[]} */
    const times = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const from = performance.now();
      for (let record = 0; record < perTurn; record += 1) spool.append(line, 2);
      times.push(((performance.now() - from) * 1000) / perTurn);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await spool.close();
    figures[`commit ${commit}, fsync ${fsync}: µs a record`] =
      `p50 ${percentile(times, 0.5).toFixed(1)}, p99 ${percentile(times, 0.99).toFixed(1)}`;
  }
  return figures;
}
