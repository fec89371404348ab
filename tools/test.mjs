// @ts-check
// `npm test`: ready the checkout, run every suite this machine can run, say what was skipped and why, end with one plain line of counts.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeReady, root } from "./ready.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number, skippedNames?: string[] }} Counts */

/** @param {string[]} args @param {Record<string, string>} [env] */
function run(args, env = {}) {
  return (
    spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } }).status ?? 1
  );
}

/**
 * Runs a suite that leaves its counts in the file named by TAFFRAIL_TEST_COUNTS; without counts it has failed.
 * @param {string} name @param {string[]} args @returns {Counts}
 */
function counted(name, args) {
  const folder = mkdtempSync(join(tmpdir(), "taffrail-counts-"));
  const target = join(folder, "counts.jsonl");
  const status = run(args, { TAFFRAIL_TEST_COUNTS: target });
  let counts = { passed: 0, failed: 1, skipped: 0 };
  try {
    counts = JSON.parse(readFileSync(target, "utf8").trim().split("\n").at(-1) ?? "");
  } catch {
    process.stderr.write(`taffrail: the ${name} suite ended without counts\n`);
  }
  rmSync(folder, { recursive: true, force: true });
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** @param {string} project */
const vitest = (project) =>
  counted(project, [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=./tools/ci-reporter.mjs",
  ]);

/** @param {string} script @returns {Counts} */
function tool(script) {
  const ok = run([`tools/${script}`]) === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** @type {readonly { name: string, run: () => Counts }[]} */
const suites = [
  { name: "check", run: () => tool("check.mjs") },
  { name: "unit", run: () => vitest("unit") },
  { name: "acceptance", run: () => vitest("acceptance") },
  { name: "e2e", run: () => vitest("e2e") },
  { name: "prove", run: () => counted("prove", ["tools/prove.mjs", "--all", "--share"]) },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `taffrail: no suite ${unknown.join(", ")}; there are ${suites.map((suite) => suite.name).join(", ")}\n`,
  );
  process.exit(2);
}

makeReady();
const total = { passed: 0, failed: 0, skipped: 0 };
for (const suite of suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  process.stdout.write(`\n== ${suite.name}\n`);
  const counts = suite.run();
  for (const name of counts.skippedNames ?? []) process.stdout.write(`skipped: ${name}\n`);
  process.stdout.write(
    `== ${suite.name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
  );
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
process.stdout.write(`\nTests: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
