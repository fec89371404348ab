// @ts-check
// Logs to a spool whose fdatasync fails now and then (the tracer around this process sees to that), and says what became of each record.
import { createSpool, lineOf } from "./spool-parts.mjs";

const [dir = "", fsync = "interval", records = "40"] = process.argv.slice(2);
/** @type {string[]} */
const problems = [];
const spool = createSpool({
  dir,
  fsync: fsync === "always" ? "always" : "interval",
  fsyncIntervalMs: 5,
  segmentBytes: 4096,
  problem: (text) => problems.push(text),
});
spool.source("a");
const results = [];
for (let index = 0; index < Number(records); index += 1) {
  results.push(spool.append(lineOf(`sync-${index}`, 90), 2));
  await new Promise((resolve) => setTimeout(resolve, 3));
}
await spool.sync();
console.log(JSON.stringify({ results, problems, health: spool.health() }));
process.exit(0);
