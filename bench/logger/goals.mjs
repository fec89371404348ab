// @ts-check
// The goals, and whether this run reached them. A goal is a ratio between runs of the same round, or a time in ns.
import { median } from "../shared/stats.mjs";
import { printTable } from "../shared/table.mjs";

/** @typedef {import("./main.mjs").Figures} Figures */
/** @typedef {{ disabled: number, child: number, contextAndIds: number }} Calls */

const callGoals = { hello: 0.12, fields: 0.3, child: 0.35, redact: 0.18, error: 0.5 };
const cpuGoals = { hello: 0.25, fields: 0.45, child: 0.5, redact: 0.3, error: 0.5 };
const pinoModes = ["pino-sync", "pino-async", "pino-worker"];

/** @param {Map<string, Figures[]>} results @param {string} peer @param {string} other @param {string} caseName @param {"medianNs" | "cpuNs"} key */
function ratio(results, peer, other, caseName, key) {
  const ours = results.get(`${peer} ${caseName}`);
  const theirs = results.get(`${other} ${caseName}`);
  if (ours === undefined || theirs === undefined) return undefined;
  return median(ours.map((run, round) => run[key] / (theirs[round]?.[key] ?? Number.NaN)));
}

/** @param {Map<string, Figures[]>} results @param {string} caseName */
function bestPino(results, caseName) {
  const known = pinoModes
    .map((mode) => ratio(results, "taffrail", mode, caseName, "medianNs"))
    .filter((value) => value !== undefined);
  return known.length === pinoModes.length ? Math.max(...known) : undefined;
}

/** @param {Map<string, Figures[]>} results @param {Calls | undefined} calls @returns {(readonly [string, number | undefined, number])[]} */
function goalsOf(results, calls) {
  const cases = /** @type {(keyof typeof callGoals)[]} */ (Object.keys(callGoals));
  const ofPino = cases.flatMap((name) => [
    /** @type {const} */ ([
      `${name}: call / pino-async`,
      ratio(results, "taffrail", "pino-async", name, "medianNs"),
      callGoals[name],
    ]),
    /** @type {const} */ ([
      `${name}: CPU / pino-async`,
      ratio(results, "taffrail", "pino-async", name, "cpuNs"),
      cpuGoals[name],
    ]),
  ]);
  const ofBest = cases
    .filter((name) => name !== "error")
    .map((name) => /** @type {const} */ ([`${name}: call / pino's best mode`, bestPino(results, name), 0.5]));
  return [
    ...ofPino,
    ...ofBest,
    [
      "fields: two enrichers, filter and redactor / core",
      ratio(results, "taffrail+plugins", "taffrail", "fields", "medianNs"),
      1.1,
    ],
    ["fields: hardened preset / core", ratio(results, "taffrail-hardened", "taffrail", "fields", "medianNs"), 1.2],
    ["disabled call, ns over the empty loop", calls?.disabled, 5],
    ["child, ns", calls?.child, 250],
    ["context and ids, ns", calls?.contextAndIds, 60],
  ];
}

/** Prints each goal with its figure; sets the exit code when one is missed. @param {Map<string, Figures[]>} results @param {Calls | undefined} calls */
export function judge(results, calls) {
  const rows = goalsOf(results, calls).flatMap(([title, value, goal]) =>
    value === undefined
      ? []
      : [[title, value.toFixed(value < 10 ? 2 : 0), `≤ ${goal}`, value <= goal ? "reached" : "MISSED"]],
  );
  if (rows.length === 0) return;
  console.log("");
  printTable([["goal", "this run", "bar", ""], ...rows]);
  if (rows.some((row) => row[3] === "MISSED")) process.exitCode = 1;
}
