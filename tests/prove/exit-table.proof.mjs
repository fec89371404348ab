// @ts-check
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/ready.mjs";

/** @typedef {import("@taffrail/experiments").ProofContext} ProofContext */
/** @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Ending */

const program = join(root, "packages/taffrail/src/testdata/exit-child.mjs");
const lines = 10_000;
const modes = /** @type {const} */ (["memory", "durable"]);
/** Processes at a time: with more, start-up is all that runs. */
const lanes = 2;

/** How a process ends in each way without a logger: it must end the same with one. @type {Record<string, Ending>} */
const endings = {
  natural: { code: 0, signal: null },
  exit: { code: 7, signal: null },
  throw: { code: 1, signal: null },
  reject: { code: 1, signal: null },
  SIGTERM: { code: null, signal: "SIGTERM" },
  SIGINT: { code: null, signal: "SIGINT" },
};

/** @param {readonly string[]} args */
function start(args) {
  const child = spawn(process.execPath, [program, ...args], { cwd: join(root, "packages/taffrail"), stdio: "ignore" });
  /** @type {Promise<Ending>} */
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  return { child, ended };
}

/** The numbers of the whole lines of a file, in order, and how many pieces of lines there are. @param {string} path */
function read(path) {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  let torn = text === "" || text.endsWith("\n") ? 0 : 1;
  /** @type {number[]} */
  const sequences = [];
  for (const line of text.split("\n").slice(0, -1)) {
    try {
      sequences.push(JSON.parse(line).sequence);
    } catch {
      torn += 1;
    }
  }
  return { sequences, torn };
}

/** Runs tasks, a few at a time. @template T @param {readonly (() => Promise<T>)[]} tasks */
async function inLanes(tasks) {
  /** @type {T[]} */
  const results = [];
  const queue = [...tasks];
  const work = async () => {
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) results.push(await task());
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return results;
}

/** @param {string} folder @param {string} name @param {typeof modes[number]} mode */
const placeOf = (folder, name, mode) => {
  const path = join(folder, `${name}.log`);
  return { path, extra: mode === "durable" ? [join(folder, `${name}.spool`)] : [] };
};

/** One cell of the table: what is wrong, or nothing. @param {ProofContext} context @param {string} ending @param {string} pace @param {typeof modes[number]} mode */
async function orderly({ folder }, ending, pace, mode) {
  const { path, extra } = placeOf(folder, `${ending}-${pace}-${mode}`, mode);
  const found = await start(["file", ending, pace, String(lines), path, ...extra]).ended;
  const { sequences, torn } = read(path);
  const where = `${ending}, ${pace}, ${mode}`;
  const expected = endings[ending];
  const faults = [];
  if (found.code !== expected?.code || found.signal !== expected?.signal) {
    faults.push(`${where}: ended with ${found.code ?? found.signal}, not ${expected?.code ?? expected?.signal}`);
  }
  const inOrder = sequences.every((sequence, index) => sequence === index);
  if (sequences.length !== lines || !inOrder || torn > 0) {
    faults.push(`${where}: ${sequences.length} of ${lines} lines${inOrder ? "" : ", out of order"}, ${torn} torn`);
  }
  return { where, lines: sequences.length, faults };
}

/**
 * Kills a process that logs 10 lines a ms.
 * @param {string} folder @param {{ round: number, afterMs: number }} moment of chance @param {typeof modes[number]} mode
 */
async function killed(folder, { round, afterMs }, mode) {
  const { path, extra } = placeOf(folder, `kill-${mode}-${round}`, mode);
  const { child, ended } = start(["file", "none", "paced", "1000000000", path, ...extra]);
  const begun = () => existsSync(`${path}.progress`) && readFileSync(`${path}.progress`).length === 16;
  while (!begun()) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill("SIGKILL");
  await ended;
  const noted = readFileSync(`${path}.progress`);
  const [logged = 0, committed = 0] = new Float64Array(noted.buffer.slice(noted.byteOffset, noted.byteOffset + 16));
  const before = new Set(read(path).sequences).size;
  if (mode === "durable") await start(["file", "natural", "burst", "0", path, ...extra]).ended;
  const { sequences, torn } = read(path);
  const present = new Set(sequences);
  let lost = 0;
  for (let sequence = 0; sequence < logged; sequence++) if (!present.has(sequence)) lost += 1;
  const doubled = sequences.length - present.size;
  return { logged, committed, lost, torn, doubled, replayed: present.size - before, afterMs, round };
}

/** @param {Awaited<ReturnType<typeof killed>>[]} runs @param {typeof modes[number]} mode */
function judge(runs, mode) {
  const faults = [];
  for (const { logged, committed, lost, round, afterMs } of runs) {
    // What was logged since the start of the write that was under way, or since the last one ended: one group.
    const group = mode === "durable" ? 0 : logged - committed;
    if (lost > group)
      faults.push(`kill -9, ${mode}, run ${round} after ${afterMs} ms: ${lost} lines lost, at most ${group} may be`);
  }
  const losses = runs.map((run) => run.lost).toSorted((a, b) => a - b);
  const sum = (/** @type {"torn" | "doubled" | "replayed" | "logged"} */ key) =>
    runs.reduce((total, run) => total + run[key], 0);
  const text =
    `${sum("logged")} lines logged; lost: median ${losses[losses.length >> 1]}, most ${losses.at(-1)}; ` +
    `${sum("torn")} torn, ${sum("replayed")} replayed, ${sum("doubled")} of them twice`;
  return { faults, text };
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "exit-table",
  title: `${lines} of ${lines} lines in the file after every kind of end, and what kill -9 costs`,
  needs: [],
  counts: { full: 200, share: 6 },
  async run(context) {
    const cells = modes.flatMap((mode) => [
      ...Object.keys(endings).flatMap((ending) => ["burst", "paced"].map((pace) => ({ ending, pace, mode }))),
      { ending: "exit", pace: "first", mode },
    ]);
    const table = await inLanes(
      cells.map(
        ({ ending, pace, mode }) =>
          () =>
            orderly(context, ending, pace, mode),
      ),
    );
    const faults = table.flatMap((cell) => cell.faults);
    const full = table.filter((cell) => cell.faults.length === 0).length;
    /** @type {Record<string, string>} */
    const figures = {
      "orderly ends": `${full} of ${table.length} with ${lines} of ${lines} lines in order, exit code unchanged`,
    };
    for (const mode of modes) {
      const moments = Array.from({ length: context.count }, (_, round) => ({
        round,
        afterMs: context.random.integer(5, 120),
      }));
      const runs = await inLanes(moments.map((moment) => () => killed(context.folder, moment, mode)));
      const verdict = judge(runs, mode);
      faults.push(...verdict.faults);
      figures[`kill -9, ${mode}, ${context.count} runs`] = verdict.text;
    }
    return { figures, faults };
  },
};
