// @ts-check
// A program that logs to a spool until it is killed, and delivers meanwhile. Arguments: directory, name of this life, its length in ms, records per
// turn, options.
import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createSpool, lineOf } from "./spool-parts.mjs";

const [folder = "", life = "", lifeMs = "0", perTurn = "1", options = "{}"] = process.argv.slice(2);
const counter = openSync(join(folder, `${life}.count`), "w");
const received = openSync(join(folder, `${life}.received`), "w");
const spool = createSpool({ dir: join(folder, "spool"), ...JSON.parse(options) });
const source = spool.source("collector");
const count = Buffer.alloc(8);
let appended = 0;
const end = performance.now() + Number(lifeMs);

function deliver() {
  const batch = source.next({ maxRecords: 1 + (appended % 50), maxCharacters: 20_000 });
  if (batch === undefined) return;
  writeSync(received, `${JSON.stringify([batch.id, batch.text()])}\n`);
  source.settle(batch, { dropped: 0, reason: undefined });
}

function turn() {
  for (let index = 0; index < Number(perTurn); index += 1) {
    if (spool.append(lineOf(`${life}-${appended}`, appended), 2) !== "stored") process.exit(3);
    appended += 1;
    count.writeDoubleLE(appended);
    // From here on the record must never be lost.
    writeSync(counter, count, 0, 8, 0);
  }
  if (appended % 3 === 0) deliver();
  // It ends itself when nobody else does: whoever traces it must not be the one that is killed.
  if (performance.now() > end) process.kill(process.pid, "SIGKILL");
  setImmediate(turn);
}
turn();
