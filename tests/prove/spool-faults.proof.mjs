// @ts-check
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { failSync, fillDisk } from "./support/spool-disk.mjs";
import { damages, lanesOf, orphan, segmentsOf } from "./support/spool-faults.mjs";
import { createReceiver, createSpool, keysOf, lineOf, openAccount } from "./support/spool-parts.mjs";

/** @typedef {import("@taffrail/contracts").Random} Random */
/** @typedef {import("./support/spool-parts.mjs").Spool} Spool */
/** @typedef {import("./support/spool-parts.mjs").Receiver} Receiver */

const sinks = /** @type {const} */ (["a", "b"]);
const settlement = { dropped: 0, reason: undefined };

/** The numbers of the records of a batch, as its id tells them. @typedef {{ first: number, last: number, keys: string[] }} Range */

/** @param {import("@taffrail/contracts").Batch} batch @returns {Range} */
function rangeOf(batch) {
  const [, first = "", last = ""] = (batch.id ?? "").split("-");
  return { first: Number(first), last: Number(last), keys: keysOf(batch) };
}

/** @param {Random} random */
const boundsOf = (random) => ({
  maxRecords: random.pick([1, 7, 40, 5000]),
  maxCharacters: random.pick([500, 5000, 1_000_000]),
});

/**
 * One seed: what was stored, for which sinks, and what the receivers have.
 * @typedef {object} Round
 * @property {Random} random
 * @property {Map<string, number>} stored routes by key
 * @property {Receiver[]} receivers
 * @property {string[]} faults
 * @property {string[]} problems
 * @property {Map<string, number>} counts
 */

/** @param {Round} round @param {Spool} spool @param {number} records @param {string} prefix */
function log({ random, stored }, spool, records, prefix) {
  for (let index = 0; index < records; index += 1) {
    const key = `${prefix}${index}`;
    const routes = random.integer(1, 4);
    const result = spool.append(lineOf(key, random.integer(0, 150)), random.integer(0, 7), routes);
    if (result === "stored" || result === "held") stored.set(key, routes);
  }
}

/**
 * Delivers some batches; the last one may stay out: received, but the spool does not know.
 * @param {Round} round @param {import("../../packages/taffrail/src/pipeline/batch-source.ts").BatchSource} source @param {Receiver} receiver @param {number} batches
 * @returns {Range[]}
 */
function deliver({ random }, source, receiver, batches) {
  const taken = [];
  for (let count = 0; count < batches; count += 1) {
    const batch = source.next(boundsOf(random));
    if (batch === undefined) break;
    receiver.take(batch);
    taken.push(rangeOf(batch));
    if (count < batches - 1 || random.next() < 0.5) source.settle(batch, settlement);
  }
  return taken;
}

/** Life one: records are stored, some are delivered; then a crash. @param {Round} round @param {string} folder */
function firstLife(round, folder) {
  const { random } = round;
  const live = join(folder, "live");
  const spool = createSpool({
    dir: live,
    segmentBytes: random.pick([4096, 8192, 32_768]),
    problem: (text) => round.problems.push(text),
  });
  const sources = sinks.map((name) => spool.source(name));
  /** @type {Map<string, Buffer>} */
  const earlier = new Map();
  const batches = [];
  for (let step = 0; step < random.integer(1, 5); step += 1) {
    log(round, spool, random.integer(5, 150), `one-${step}-`);
    for (const [index, source] of sources.entries()) {
      const receiver = round.receivers[index];
      if (receiver && random.next() < 0.6) batches.push(...deliver(round, source, receiver, random.integer(1, 6)));
    }
    const [lane = ""] = lanesOf(live);
    if (step === 1)
      for (const name of readdirSync(lane))
        if (name.endsWith(".cursor")) earlier.set(name, readFileSync(join(lane, name)));
  }
  cpSync(live, join(folder, "image"), { recursive: true });
  orphan(join(folder, "image"));
  return { spool, earlier, batches };
}

/**
 * Life two over what the crash and the damage left: everything that is there is delivered, and the accounts are exact.
 * @param {Round} round @param {string} dir @param {string} prefix
 */
async function recover(round, dir, prefix) {
  const { random, faults } = round;
  const spool = createSpool({ dir, segmentBytes: 4096, problem: (text) => round.problems.push(text) });
  const accounts = sinks.map(() => openAccount());
  const sources = accounts.map(({ listener }, index) => spool.source(sinks[index] ?? "", { listener }));
  const before = round.stored.size;
  log(round, spool, random.integer(0, 60), prefix);
  for (const [, routes] of [...round.stored].slice(before))
    for (const [index, { account }] of accounts.entries()) if (routes & (1 << index)) account.accepted += 1;
  for (const [index, source] of sources.entries()) {
    const { account, pending } = /** @type {ReturnType<typeof openAccount>} */ (accounts[index]);
    for (;;) {
      if (pending() !== source.records) faults.push(`${sinks[index]}: ${pending()} pending, ${source.records} wait`);
      const batch = source.next(boundsOf(random));
      if (batch === undefined) break;
      round.receivers[index]?.take(batch);
      source.settle(batch, settlement);
      account.delivered += batch.size;
    }
    if (pending() !== 0) faults.push(`${sinks[index]}: ${pending()} pending at the end ${JSON.stringify(account)}`);
  }
  spool.maintain();
  await spool.close();
  return accounts.map(({ account }) => account);
}

/** What is wrong with how often a record came. @param {number} times @param {boolean} isFor @param {boolean} isExcused @param {boolean} mayRepeat */
function wrongWith(times, isFor, isExcused, mayRepeat) {
  if (!isFor) return times > 0 ? "came although it is for others" : undefined;
  if (times === 0) return isExcused ? undefined : "is lost";
  return times > 1 && !mayRepeat ? `came ${times} times` : undefined;
}

/** @param {Round} round @param {Set<string>} excused @param {Set<string>} mayRepeat @returns {number[]} records that did not come, by sink */
function judge({ stored, receivers, faults, counts }, excused, mayRepeat) {
  const missing = receivers.map(({ keys }, index) => {
    const bit = 1 << index;
    for (const [key, routes] of stored) {
      const wrong = wrongWith(keys.get(key) ?? 0, (routes & bit) !== 0, excused.has(key), mayRepeat.has(key));
      if (wrong !== undefined) faults.push(`${key} ${wrong}: sink ${sinks[index]}`);
    }
    return [...stored].filter(([key, routes]) => (routes & bit) !== 0 && !keys.has(key)).length;
  });
  for (const receiver of receivers) {
    faults.push(...receiver.faults);
    for (const key of receiver.keys.keys()) if (!stored.has(key)) faults.push(`${key} was never stored`);
  }
  counts.set("records", (counts.get("records") ?? 0) + stored.size);
  return missing;
}

/** @param {Round} round @param {string} folder @param {string} kind */
async function runDamage(round, folder, kind) {
  const { random, faults } = round;
  const image = join(folder, "image");
  const { spool, earlier, batches } = firstLife(round, folder);
  const other = createSpool({ dir: join(folder, "other") });
  other.append(lineOf("foreign", 9), 2);
  const [lane] = lanesOf(image);
  const files = lane === undefined ? [] : segmentsOf(lane);
  const elsewhere = segmentsOf(lanesOf(join(folder, "other"))[0] ?? "")[0]?.path ?? "";
  const excused = new Set(
    files.length === 0 || lane === undefined ? [] : damages[kind]?.({ lane, files, random, elsewhere, earlier }),
  );
  // A batch that was out and has lost a record since cannot come again as it was: its other records come under other ids.
  const spoiled = files.flatMap(({ first, frames }) =>
    frames.flatMap(({ key }, at) => (excused.has(key) ? [first + at] : [])),
  );
  const mayRepeat = new Set(
    batches.flatMap(({ first, last, keys }) => (spoiled.some((at) => first <= at && at <= last) ? keys : [])),
  );
  const accounts = await recover(round, image, "two-");
  const missing = judge(round, excused, mayRepeat);
  for (const [index, account] of accounts.entries()) {
    const told = account.dropped.damaged ?? 0;
    round.counts.set("missing", (round.counts.get("missing") ?? 0) + (missing[index] ?? 0));
    round.counts.set("told as damaged", (round.counts.get("told as damaged") ?? 0) + told);
    const isAtEnd = files.at(-1)?.frames.some(({ key }) => excused.has(key)) ?? false;
    if (!isAtEnd && told < (missing[index] ?? 0))
      faults.push(`${missing[index]} are missing for ${sinks[index]}, ${told} told`);
    if (excused.size === 0 && told > 0)
      faults.push(`${told} records told as damaged for ${sinks[index]}, but none are`);
  }
  if (lanesOf(image).length > 0) faults.push(`left behind: ${lanesOf(image)}`);
  await spool.close();
  await other.close();
}

/** The same records in two places: a directory that was copied. @param {Round} round @param {string} folder */
async function runCopied(round, folder) {
  const { spool } = firstLife(round, folder);
  cpSync(join(folder, "image"), join(folder, "copy"), { recursive: true });
  await recover(round, join(folder, "image"), "original-");
  const ids = new Set(round.receivers.flatMap(({ batches }) => [...batches.keys()]));
  const repeated = round.receivers.map(({ keys }) => new Map(keys));
  await recover(round, join(folder, "copy"), "copy-");
  const mayRepeat = new Set(repeated.flatMap((keys) => [...keys.keys()]));
  judge(round, new Set(), mayRepeat);
  for (const [key] of round.stored)
    if (key.startsWith("copy-") && round.receivers.every(({ keys }) => !keys.has(key)))
      round.faults.push(`${key} took an id of the original`);
  if (ids.size === 0 && repeated.some((keys) => keys.size > 0)) round.faults.push("no batch had an id");
  await spool.close();
}

/** Two loggers on one directory that a third left behind: one of them takes it over, nobody mixes. @param {Round} round @param {string} folder */
async function runTwo(round, folder) {
  const { spool } = firstLife(round, folder);
  const dir = join(folder, "image");
  await Promise.all([recover(round, dir, "first-"), recover(round, dir, "second-")]);
  judge(round, new Set(), new Set());
  await spool.close();
}

/** @param {Round} round @param {string} folder @param {string} limit */
async function runDisk({ random, faults, counts }, folder, limit) {
  const found = await fillDisk(folder, random, limit);
  const name = found === undefined ? "disks that could not be mounted (needs root)" : "full disks";
  counts.set(name, (counts.get(name) ?? 0) + 1);
  faults.push(...(found ?? []));
}

/** @param {Round} round @param {string} folder */
const runFull = (round, folder) => runDisk(round, folder, `size=${round.random.integer(100, 400)}k`);

/** @param {Round} round @param {string} folder */
const runInodes = (round, folder) => runDisk(round, folder, `size=8m,nr_inodes=${round.random.integer(9, 20)}`);

/** @param {Round} round @param {string} folder */
async function runSync({ random, faults }, folder) {
  faults.push(...(await failSync(folder, random)));
}

/** @type {Record<string, (round: Round, folder: string) => Promise<void>>} */
const scenes = {
  ...Object.fromEntries(
    Object.keys(damages).map((kind) => [
      kind,
      (/** @type {Round} */ round, /** @type {string} */ folder) => runDamage(round, folder, kind),
    ]),
  ),
  "full disk": runFull,
  "no inodes left": runInodes,
  "failing fsync": runSync,
  "copied directory": runCopied,
  "two on one directory": runTwo,
};

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "spool-faults",
  title:
    "a spool with torn, flipped, swapped, foreign, old, empty files and odd checkpoints: all but the damaged is delivered, once",
  needs: ["strace", "mount"],
  counts: { full: 1000, share: 30 },
  async run({ count, folder, random }) {
    const names = Object.keys(scenes);
    const faults = [];
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (let seed = 0; seed < count; seed += 1) {
      const kind = names[seed % names.length] ?? "nothing";
      const place = join(folder, String(seed));
      mkdirSync(place);
      /** @type {Round} */
      const round = {
        random,
        stored: new Map(),
        receivers: sinks.map(createReceiver),
        faults: [],
        problems: [],
        counts,
      };
      try {
        await scenes[kind]?.(round, place);
      } catch (error) {
        round.faults.push(error instanceof Error ? String(error.stack) : String(error));
      }
      faults.push(...round.faults.slice(0, 3).map((fault) => `round ${seed}, ${kind}: ${fault}`));
      rmSync(place, { recursive: true, force: true });
      if (faults.length > 10) break;
    }
    return { figures: { rounds: count, kinds: names.length, ...Object.fromEntries(counts) }, faults };
  },
};
