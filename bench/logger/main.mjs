// @ts-check
// `npm run bench:logger`: every peer and case in a process of its own, rounds interleaved in shuffled order, delivery to a file included.
// Ratios are taken between runs of the same round, then the median over rounds is printed with the least and the greatest.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median, shuffled, spread } from "../shared/stats.mjs";
import { printTable } from "../shared/table.mjs";
import { caseNames, caseTitles } from "./cases.mjs";
import { judge } from "./goals.mjs";
import { loadPeer, peerFiles } from "./registry.mjs";

/** @typedef {{ medianNs: number, meanNs: number, p99Ns: number, cpuNs: number, klogsPerSecond: number, rssMb: number, lost: number }} Figures */
/** @typedef {import("./cases.mjs").CaseName} CaseName */

const usage = `usage: npm run bench:logger -- [--rounds 5] [--count 100000] [--peers a,b] [--cases hello,fields,child,redact,error] [--seed N] [--json FILE]`;

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** @param {string} script @param {readonly string[]} args */
function runChild(script, args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--expose-gc", here(script), ...args], {
    encoding: "utf8",
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`${script} ${args.join(" ")} ended with ${status}: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

/** @param {number} seed */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @param {{ peer: string, caseName: CaseName, count: number, folder: string }} run @returns {Figures} */
function measure({ peer, caseName, count, folder }) {
  const path = join(folder, `${peer}-${caseName}.log`);
  const figures = runChild("run-case.mjs", [peer, caseName, path, String(count)]);
  rmSync(path, { force: true });
  if (figures.lost !== 0) throw new Error(`${peer}, case ${caseName}: ${figures.lost} lines are not in the file`);
  return figures;
}

/** @param {Map<string, Figures[]>} results @param {readonly string[]} peers @param {CaseName} caseName */
function printCase(results, peers, caseName) {
  const base = results.get(`pino-async ${caseName}`);
  const rows = peers.flatMap((peer) => {
    const runs = results.get(`${peer} ${caseName}`);
    if (runs === undefined) return [];
    const of = (/** @type {keyof Figures} */ key) => Math.round(median(runs.map((run) => run[key])));
    const ratio = (/** @type {keyof Figures} */ key) => {
      if (base === undefined) return "";
      const {
        median: middle,
        least,
        greatest,
      } = spread(runs.map((run, round) => run[key] / (base[round]?.[key] ?? Number.NaN)));
      return `${middle.toFixed(2)} (${least.toFixed(2)}–${greatest.toFixed(2)})`;
    };
    return [
      [
        peer,
        of("medianNs"),
        of("meanNs"),
        of("p99Ns"),
        of("cpuNs"),
        of("klogsPerSecond"),
        of("rssMb"),
        ratio("medianNs"),
        ratio("cpuNs"),
      ],
    ];
  });
  console.log(`\n${caseTitles[caseName]}`);
  printTable([
    ["peer", "call ns", "mean", "p99", "CPU ns", "klogs/s", "RSS MB", "call / pino-async", "CPU / pino-async"],
    ...rows,
  ]);
}

/** @param {number} rounds */
function printCalls(rounds) {
  const runs = Array.from({ length: rounds }, () => ({
    ours: runChild("run-call.mjs", ["taffrail"]),
    pino: runChild("run-call.mjs", ["pino"]),
  }));
  const of = (/** @type {"ours" | "pino"} */ who, /** @type {string} */ key) =>
    median(runs.map((run) => run[who][key]));
  const calls = {
    disabled: of("ours", "disabled"),
    child: of("ours", "child"),
    context: of("ours", "context"),
    contextAndIds: of("ours", "contextAndIds"),
  };
  console.log(
    "\ncalls that write nothing, and what context adds to one that writes, in ns (the least of some runs; median of the rounds)",
  );
  printTable([
    ["", "taffrail", "pino"],
    ["disabled level, over the empty loop", calls.disabled.toFixed(1), of("pino", "disabled").toFixed(1)],
    ["child with three bindings", Math.round(calls.child), Math.round(of("pino", "child"))],
    ["running context, added to a call", calls.context.toFixed(0), "–"],
    ["context and ids of the active span", calls.contextAndIds.toFixed(0), "–"],
  ]);
  return calls;
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    count: { type: "string", default: "100000" },
    peers: { type: "string", default: Object.keys(peerFiles).join(",") },
    cases: { type: "string", default: caseNames.join(",") },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    json: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}

const peers = options.peers.split(",");
const cases = caseNames.filter((name) => options.cases.split(",").includes(name));
const rounds = Number(options.rounds);
const count = Number(options.count);
const random = randomOf(Number(options.seed));
const folder = mkdtempSync(join(tmpdir(), "taffrail-bench-"));
const { model = "unknown processor" } = cpus()[0] ?? {};
console.log(
  `bench:logger  seed ${options.seed}, ${rounds} rounds, ${count} logs a run (a quarter for slow peers), ${cpus().length} × ${model}, Node ${process.version}`,
);

const loaded = await Promise.all(peers.map(loadPeer));
/** @type {Map<string, Figures[]>} */
const results = new Map();
try {
  for (let round = 0; round < rounds; round++) {
    const runs = loaded.flatMap((peer) =>
      cases.filter((name) => peer.cases.includes(name)).map((caseName) => ({ peer, caseName })),
    );
    for (const { peer, caseName } of shuffled(runs, random)) {
      const key = `${peer.name} ${caseName}`;
      const figures = measure({
        peer: peer.name,
        caseName,
        count: peer.slow === true ? Math.ceil(count / 4) : count,
        folder,
      });
      results.set(key, [...(results.get(key) ?? []), figures]);
    }
    console.log(`round ${round + 1} of ${rounds} done`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

for (const caseName of cases) printCase(results, peers, caseName);
const calls = peers.includes("taffrail") ? printCalls(Math.min(rounds, 3)) : undefined;
console.log("");
for (const peer of loaded) console.log(`${peer.name}: ${peer.note}`);
judge(results, calls);
if (options.json !== undefined)
  writeFileSync(options.json, JSON.stringify({ seed: options.seed, results: Object.fromEntries(results), calls }));
