// @ts-check
// `npm run prove -- NAME`: one bar of an issue as one command. Full count by default; `--share` is the small share that CI runs.
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { makeReady, root } from "./ready.mjs";

/** @typedef {import("@taffrail/experiments").Proof} Proof */

const usage = `usage: npm run prove -- NAME [NAME ...] [--seed N] [--count N] [--share]
       npm run prove -- --all [--share]
       npm run prove -- --list`;

/** @returns {Promise<Proof[]>} */
async function loadProofs() {
  const names = readdirSync(join(root, "tests/prove")).filter((name) => name.endsWith(".proof.mjs"));
  const modules = await Promise.all(names.toSorted().map((name) => import(join(root, "tests/prove", name))));
  return modules.map((module) => module.proof);
}

/** @param {string} command */
const onPath = (command) =>
  [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"].some((folder) =>
    existsSync(join(folder, command)),
  );

/** Processes that name the proof's folder in their arguments: nothing may outlive its proof. @param {string} folder */
function leftOver(folder) {
  const listed = spawnSync("ps", ["-e", "-o", "pid=,args="], { encoding: "utf8" }).stdout ?? "";
  return listed
    .split("\n")
    .filter((row) => row.includes(folder))
    .map((row) => row.trim().slice(0, 200));
}

/** @param {Proof} proof @param {{ seed?: string, count?: string, share?: boolean }} options */
async function runOne(proof, options) {
  const { createRandom } = await import("@taffrail/contracts");
  const { renderVerdict } = await import("@taffrail/experiments");
  const share = options.share === true;
  const count = Number(options.count ?? (share ? proof.counts.share : proof.counts.full));
  const seed = Number(options.seed ?? Math.floor(Math.random() * 2 ** 31));
  const missing = proof.needs.filter((command) => !onPath(command));
  if (missing.length > 0 || count === 0) {
    const reason = missing.length > 0 ? `needs ${missing.join(", ")}` : (proof.counts.shareReason ?? "no share in CI");
    console.log(`prove ${proof.name}: skipped, ${reason}`);
    return "skipped";
  }
  const folder = mkdtempSync(join(tmpdir(), `taffrail-${proof.name}-`));
  const started = Date.now();
  console.log(
    `prove ${proof.name}: ${proof.title}\n  seed ${seed}, count ${count}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
  );
  try {
    const verdict = await proof.run({
      count,
      seed,
      share,
      folder,
      random: createRandom(seed),
      say: (line) => console.log(`  ${line}`),
    });
    const left = leftOver(folder).map((row) => `left running: ${row}`);
    const faults = [...verdict.faults, ...left];
    for (const line of renderVerdict({ ...verdict, faults })) console.log(line);
    console.log(`prove ${proof.name}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    return faults.length === 0 ? "passed" : "failed";
  } catch (error) {
    console.log(`  FAULT: ${error instanceof Error ? error.stack : error}\nNOT proved (again with --seed ${seed})\n`);
    return "failed";
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string" },
    count: { type: "string" },
    share: { type: "boolean" },
    all: { type: "boolean" },
    list: { type: "boolean" },
  },
});
makeReady();
const proofs = await loadProofs();
const chosen = values.all ? proofs : proofs.filter(({ name }) => positionals.includes(name));
const unknown = positionals.filter((name) => !proofs.some((proof) => proof.name === name));
if (values.list || unknown.length > 0 || chosen.length === 0) {
  if (unknown.length > 0) console.error(`no proof is named ${unknown.join(", ")}`);
  console.log(`${usage}\n\n${proofs.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`).join("\n")}`);
  process.exit(values.list ? 0 : 2);
}
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const proof of chosen) counts[await runOne(proof, values)] += 1;
if (process.env.TAFFRAIL_TEST_COUNTS) appendFileSync(process.env.TAFFRAIL_TEST_COUNTS, `${JSON.stringify(counts)}\n`);
process.exit(counts.failed === 0 ? 0 : 1);
