// @ts-check
import { appendFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createLogger } from "taffrail";
import { judgeByEngine } from "./support/engine-validity.mjs";
import { hostileRecord } from "./support/hostile-records.mjs";

/** @typedef {import("./support/hostile-records.mjs").Given} Given */

const batchRecords = 500;
/** The engine is asked when so many bytes of lines wait for it. */
const engineBytes = 64 * 1024 * 1024;
/** A record with a 100 MB string has to be flattened by the engine of the language before a part of it can be taken. */
const longestCallMs = 3000;
/** Characters: the bound of a line, one more string that may exceed it, escapes of both, and the fields around. */
const longestLine = 6 * (131_072 + 2 * 16_384);
const mostMemoryMb = 1500;

const prototypes = [
  Object,
  Array,
  String,
  Number,
  BigInt,
  Boolean,
  Error,
  Date,
  Map,
  Set,
  RegExp,
  Function,
  Promise,
].map((maker) => /** @type {const} */ ([maker.name, maker.prototype]));
const shapeOfPrototypes = () =>
  JSON.stringify(prototypes.map(([name, prototype]) => [name, Reflect.ownKeys(prototype).map(String)]));

/** A name that stands twice in one object, at any depth: JSON.parse hides those. @param {string} json */
function duplicateName(json) {
  /** @type {Set<string>[]} */
  const open = [];
  let last = "";
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (token === ":") {
      if (open.at(-1)?.has(last)) return last;
      open.at(-1)?.add(last);
    }
    last = token;
  }
  return undefined;
}

/** What is wrong with a line, if anything. @param {string} line @param {Given} given @param {boolean} isExact */
function faultOf(line, { fields, isPlain }, isExact) {
  if (line.length > longestLine) return `${line.length} characters`;
  if (/\p{Surrogate}/u.test(line)) return "a lone surrogate";
  const { time: _time, level: _level, service: _service, msg, ...rest } = JSON.parse(line);
  if (msg !== "fuzz") return `the message is ${msg}`;
  const twice = duplicateName(line);
  if (twice !== undefined) return `${twice} stands twice`;
  if (!isPlain || !isExact) return undefined;
  const expected = JSON.stringify(JSON.parse(JSON.stringify(fields)));
  const found = JSON.stringify(rest);
  return found === expected ? undefined : `it differs from JSON.stringify: ${expected.slice(0, 1000)}`;
}

/** A logger that keeps its lines. @param {false | undefined} redact */
function open(redact) {
  /** @type {string[]} */
  const lines = [];
  const manifest = /** @type {const} */ ({ name: "collect", kind: "sink", apiVersion: 1 });
  const log = createLogger({
    service: "fuzz",
    signals: [],
    bufferBytes: 2 ** 32,
    ...(redact === false ? { redact } : {}),
    sinks: [
      {
        manifest,
        async write(batch) {
          lines.push(...batch.text().split("\n").slice(0, -1));
          return { outcome: "ok" };
        },
        async close() {},
      },
    ],
  });
  return { log, lines, isExact: redact === false };
}

/** Collects lines in a file and lets the engine judge them now and then. @param {string} path */
function engineJudge(path) {
  let waiting = 0;
  const sum = { judged: 0, invalid: 0 };
  /** @returns {string[]} faults */
  const judge = () => {
    if (waiting === 0) return [];
    const { lines, invalid, examples } = judgeByEngine(path);
    const faults = lines === waiting ? [] : [`the engine found ${lines} lines of ${waiting}`];
    if (invalid > 0) faults.push(`not valid for the engine: ${examples}`);
    sum.judged += lines;
    sum.invalid += invalid;
    rmSync(path);
    waiting = 0;
    return faults;
  };
  return {
    sum,
    judge,
    /** @param {readonly string[]} lines @returns {string[]} faults */
    add(lines) {
      appendFileSync(path, lines.map((line) => `${line}\n`).join(""));
      waiting += lines.length;
      return statSync(path).size > engineBytes ? judge() : [];
    },
  };
}

/** Logs some records and looks at their lines. @param {ReturnType<typeof open>} logger @param {readonly Given[]} given */
async function logAndLook({ log, lines, isExact }, given) {
  /** @type {string[]} */
  const faults = [];
  let slowestMs = 0;
  for (const [index, { fields }] of given.entries()) {
    const started = performance.now();
    try {
      log.info("fuzz", fields);
    } catch (error) {
      faults.push(`record ${index}: the call threw ${error}`);
    }
    slowestMs = Math.max(slowestMs, performance.now() - started);
  }
  await log.flush();
  const written = lines.splice(0);
  if (written.length !== given.length) faults.push(`${written.length} lines of ${given.length} records`);
  for (const [index, line] of written.entries()) {
    const record = given[index];
    try {
      const fault = record === undefined ? "nobody logged it" : faultOf(line, record, isExact);
      if (fault !== undefined) faults.push(`record ${index}: ${fault}: ${line.slice(0, 1000)}`);
    } catch (error) {
      faults.push(`record ${index}: ${error}: ${line.slice(0, 1000)}`);
    }
  }
  return { faults, written, slowestMs };
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "fuzz-encode",
  title: "whatever is logged becomes one valid line, for JSON.parse and for the engine, and nothing reaches the caller",
  needs: [],
  counts: { full: 1_000_000, share: 6_000 },
  async run({ count, random, folder, say }) {
    const loggers = [open(false), open(undefined)];
    const engine = engineJudge(join(folder, "lines.ndjson"));
    const before = shapeOfPrototypes();
    /** @type {string[]} */
    const faults = [];
    let [slowestMs, longest, largestMb, compared] = [0, 0, 0, 0];
    for (let done = 0; done < count && faults.length < 5; done += batchRecords) {
      const logger = /** @type {ReturnType<typeof open>} */ (loggers[(done / batchRecords) % 2]);
      const given = Array.from({ length: Math.min(batchRecords, count - done) }, () => hostileRecord(random));
      const looked = await logAndLook(logger, given);
      faults.push(...looked.faults.map((fault) => `after ${done}, ${fault}`), ...engine.add(looked.written));
      if (shapeOfPrototypes() !== before) faults.push(`a prototype has changed after ${done}`);
      slowestMs = Math.max(slowestMs, looked.slowestMs);
      longest = looked.written.reduce((most, { length }) => Math.max(most, length), longest);
      largestMb = Math.max(largestMb, process.memoryUsage().rss / 2 ** 20);
      if (logger.isExact) compared += given.filter(({ isPlain }) => isPlain).length;
      if (done % 100_000 === 0 && done > 0) say(`  ${done} records`);
    }
    faults.push(...engine.judge());
    if (slowestMs > longestCallMs) faults.push(`one call took ${slowestMs.toFixed(0)} ms`);
    if (largestMb > mostMemoryMb) faults.push(`the process grew to ${largestMb.toFixed(0)} MB`);
    for (const { log } of loggers) {
      const { accepted, delivered, dropped } = await log.close();
      if (accepted !== delivered)
        faults.push(`${accepted} accepted, ${delivered} delivered, ${JSON.stringify(dropped)}`);
    }
    return {
      figures: {
        "records, half of them with redaction of texts": count,
        "compared with JSON.stringify": compared,
        "judged by the engine": engine.sum.judged,
        "not valid for the engine": engine.sum.invalid,
        "slowest call, ms": slowestMs.toFixed(0),
        "longest line, characters": longest,
        "largest size of the process, MB": largestMb.toFixed(0),
      },
      faults,
    };
  },
};
