// @ts-check
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { appendCost } from "./support/spool-cost.mjs";
import { lanesOf } from "./support/spool-faults.mjs";
import { createReceiver, createSpool } from "./support/spool-parts.mjs";

/** @typedef {import("@taffrail/contracts").Random} Random */

/** Programs that log: to the spool directly, as fast as it goes, and through `createLogger`. */
const programs = ["spool-child.mjs", "spool-logger-child.mjs"].map((name) =>
  fileURLToPath(new URL(`support/${name}`, import.meta.url)),
);
const maxLifeMs = 250;

/** System calls at which a life may end: those that make, fill, hand over and remove files. */
const calls = ["write", "pwrite64", "rename", "unlink", "openat", "mkdir", "utimensat", "fdatasync"];

/**
 * One process from its start to its death by kill -9: at a random moment of its work, or at a system call, also of its recovery.
 * @param {string} folder @param {string} life @param {Random} random @param {Map<string, number>} deaths
 */
function liveAndDie(folder, life, random, deaths) {
  const options = {
    segmentBytes: random.pick([4096, 16_384, 1_000_000]),
    fsync: random.pick(["never", "interval"]),
    fsyncIntervalMs: 20,
  };
  const lifeMs = random.next() < 0.2 ? random.integer(0, 5) : random.integer(10, maxLifeMs);
  const program = [
    process.execPath,
    random.pick(programs),
    folder,
    life,
    String(lifeMs),
    String(random.pick([1, 10, 200])),
    JSON.stringify(options),
  ];
  const call = random.next() < 0.3 ? random.pick(calls) : undefined;
  const inject = `inject=${call}:signal=KILL:when=${random.integer(1, 40)}`;
  const tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
  const [command = "", ...words] = call === undefined ? program : [...tracer, ...program];
  deaths.set(call ?? "random moment", (deaths.get(call ?? "random moment") ?? 0) + 1);
  const started = spawn(command, words, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  started.stderr.on("data", (text) => {
    said += text;
  });
  return new Promise((resolve) => {
    started.on("close", (code) => {
      resolve(
        code === null || code === 137 ? undefined : `${life} ended by itself with ${code}: ${said.slice(0, 500)}`,
      );
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

/**
 * Several generations of processes on one directory, each killed; then all that is left is delivered and judged.
 * @param {{ folder: string, first: number, generations: number, random: Random, faults: string[], deaths: Map<string, number>, sums: Record<string, number> }} family
 */
async function runFamily({ folder, first, generations, random, faults, deaths, sums }) {
  const place = join(folder, String(first));
  mkdirSync(place);
  const lives = [];
  for (let generation = first; generation < first + generations; generation += 1) {
    // One process after the other, or two at once on the same directory.
    const names = Array.from({ length: random.pick([1, 2]) }, (_, index) => `${generation}.${index}`);
    const ends = await Promise.all(names.map((name) => liveAndDie(place, name, random, deaths)));
    faults.push(...ends.filter((end) => end !== undefined));
    lives.push(...names);
  }
  const receiver = createReceiver();
  takeReceived(place, receiver);
  const { openMs, left, ...figures } = await drain(place, receiver);
  const add = (/** @type {string} */ name, /** @type {number} */ value) => {
    sums[name] = (sums[name] ?? 0) + value;
  };
  add("processes killed", lives.length);
  for (const life of lives) add("records whose call returned", judgeLife(place, receiver, life, faults));
  add("batches", receiver.batches.size);
  add("directories taken over at the end", figures.adopted);
  add("torn tails", figures.tornTails);
  sums["longest start, ms"] = Math.max(sums["longest start, ms"] ?? 0, Math.round(openMs));
  faults.push(...receiver.faults);
  const lanes = lanesOf(join(place, "spool")).length;
  if (left > 0 || lanes > 0) faults.push(`family ${first}: ${left} wait, ${lanes} directories are left`);
  rmSync(place, { recursive: true, force: true });
}

/** Kills that share a directory. */
const generationsMax = 4;

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "spool-kill",
  title:
    "kill -9 while logging to a spool, again and again, also during recovery: no record whose call returned is lost, none comes twice",
  needs: ["strace"],
  counts: { full: 200, share: 10 },
  async run({ count, random, folder, say }) {
    /** @type {string[]} */
    const faults = [];
    /** @type {Map<string, number>} */
    const deaths = new Map();
    /** @type {Record<string, number>} */
    const sums = {};
    const cost = await appendCost(join(folder, "cost"));
    for (let first = 0; first < count && faults.length < 10; first += generationsMax) {
      const generations = Math.min(generationsMax, count - first);
      await runFamily({ folder, first, generations, random, faults, deaths, sums });
      if (first % 50 < generationsMax && first > 0)
        say(`${first} kills, ${sums["records whose call returned"]} records`);
    }
    const killedAt = [...deaths].map(([call, times]) => `${call} ${times}`).join(", ");
    return { figures: { ...cost, kills: count, "killed at": killedAt, ...sums }, faults: faults.slice(0, 10) };
  },
};
