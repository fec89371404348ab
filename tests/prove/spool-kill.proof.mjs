// @ts-check
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lanesOf } from "./support/spool-faults.mjs";
import { createReceiver, createSpool } from "./support/spool-parts.mjs";

/** @typedef {import("@taffrail/contracts").Random} Random */

const child = fileURLToPath(new URL("support/spool-child.mjs", import.meta.url));
const maxLifeMs = 250;

/**
 * One process from its start to its death by kill -9, at a moment that may be before its first record.
 * @param {string} folder @param {string} life @param {Random} random
 */
function liveAndDie(folder, life, random) {
  const options = {
    segmentBytes: random.pick([4096, 16_384, 1_000_000]),
    fsync: random.pick(["never", "interval"]),
    fsyncIntervalMs: 20,
  };
  const perTurn = String(random.pick([1, 10, 200]));
  const started = spawn(process.execPath, [child, folder, life, perTurn, JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  started.stderr.on("data", (text) => {
    said += text;
  });
  const afterMs = random.integer(30, maxLifeMs);
  // The life begins when its first file is there; a slow machine must not turn every kill into one before the start.
  const begin = setInterval(() => {
    if (!existsSync(join(folder, `${life}.count`))) return;
    clearInterval(begin);
    setTimeout(() => started.kill("SIGKILL"), random.next() < 0.2 ? random.integer(0, 5) : afterMs);
  }, 2);
  return new Promise((resolve) => {
    started.on("close", (code) => {
      clearInterval(begin);
      resolve(code === null ? undefined : `${life} ended by itself with ${code}: ${said.slice(0, 500)}`);
    });
  });
}

/** What the dead processes delivered: whole lines only, since a kill may cut the last. @param {string} folder @param {ReturnType<typeof createReceiver>} receiver */
function takeReceived(folder, receiver) {
  for (const name of readdirSync(folder).filter((other) => other.endsWith(".received"))) {
    const lines = readFileSync(join(folder, name), "utf8").split("\n").slice(0, -1);
    for (const line of lines) {
      const [id, text] = JSON.parse(line);
      receiver.take(/** @type {any} */ ({ id, text: () => text }));
    }
  }
}

/** Delivers what is left. @param {string} folder @param {ReturnType<typeof createReceiver>} receiver */
async function drain(folder, receiver) {
  const started = performance.now();
  const spool = createSpool({ dir: join(folder, "spool") });
  const openMs = performance.now() - started;
  const source = spool.source("collector");
  for (
    let batch = source.next({ maxRecords: 500, maxCharacters: 100_000 });
    batch;
    batch = source.next({ maxRecords: 500, maxCharacters: 100_000 })
  ) {
    receiver.take(batch);
    source.settle(batch, { dropped: 0, reason: undefined });
  }
  const left = source.records;
  spool.maintain();
  await spool.close();
  const { tornTails, adopted } = spool.stats();
  return { openMs, left, tornTails, adopted };
}

/** @param {string} folder @param {ReturnType<typeof createReceiver>} receiver @param {string} life @param {string[]} faults */
function judgeLife(folder, receiver, life, faults) {
  const path = join(folder, `${life}.count`);
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const returned = bytes.length === 8 ? bytes.readDoubleLE() : 0;
  for (let index = 0; index < returned; index += 1) {
    const times = receiver.keys.get(`${life}-${index}`) ?? 0;
    if (times !== 1) faults.push(`${life}-${index} of ${returned} ${times === 0 ? "is lost" : `came ${times} times`}`);
  }
  return returned;
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "spool-kill",
  title:
    "kill -9 while logging to a spool, again and again, also during recovery: no record whose call returned is lost, none comes twice",
  needs: [],
  counts: { full: 200, share: 10 },
  async run({ count, random, folder, say }) {
    const faults = [];
    const sums = { kills: 0, records: 0, batches: 0, tornTails: 0, adopted: 0, openMs: 0 };
    for (let round = 0; round < count && faults.length < 10; round += 1) {
      const place = join(folder, String(round));
      mkdirSync(place);
      const lives = [];
      for (let generation = 0; generation < 3; generation += 1) {
        // One process after the other, or two at once on the same directory.
        const names = Array.from({ length: random.pick([1, 2]) }, (_, index) => `${round}.${generation}.${index}`);
        const ends = await Promise.all(names.map((name) => liveAndDie(place, name, random)));
        faults.push(...ends.filter((end) => end !== undefined));
        lives.push(...names);
      }
      const receiver = createReceiver();
      takeReceived(place, receiver);
      const { openMs, left, tornTails, adopted } = await drain(place, receiver);
      for (const life of lives) sums.records += judgeLife(place, receiver, life, faults);
      faults.push(...receiver.faults);
      if (left > 0 || lanesOf(join(place, "spool")).length > 0)
        faults.push(`round ${round}: ${left} wait, ${lanesOf(join(place, "spool")).length} directories are left`);
      sums.kills += lives.length;
      sums.batches += receiver.batches.size;
      sums.tornTails += tornTails;
      sums.adopted += adopted;
      sums.openMs = Math.max(sums.openMs, openMs);
      rmSync(place, { recursive: true, force: true });
      if ((round + 1) % 50 === 0) say(`${round + 1} rounds, ${sums.records} records`);
    }
    const { openMs, tornTails, ...others } = sums;
    return {
      figures: {
        rounds: count,
        ...others,
        "torn tails": tornTails,
        "longest recovery at start, ms": Math.round(openMs),
      },
      faults: faults.slice(0, 10),
    };
  },
};
