// @ts-check
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./machine.mjs";

/**
 * A fault put into the library on purpose.
 * @typedef {object} Mutation
 * @property {string} stage the part of a record's way that it breaks
 * @property {string} title
 * @property {string} file below packages/taffrail/src
 * @property {string} find stands exactly once in the file
 * @property {string} replace
 * @property {readonly string[]} tests files below packages/taffrail/src, of which one must notice
 */

/** What came of some test files: names of all tests that passed and that failed, and files that could not be loaded. @typedef {{ passed: string[], failed: string[], broken: string[] }} Outcome */

const library = "packages/taffrail";
const longestRunMs = 60_000;

/**
 * Copies the library to where it can be broken. The packages beside it stay those of the working tree.
 * @param {string} folder
 */
export function copyLibrary(folder) {
  const copy = join(folder, library);
  mkdirSync(copy, { recursive: true });
  for (const part of ["src", "package.json"]) cpSync(join(root, library, part), join(copy, part), { recursive: true });
  cpSync(join(root, "vitest.config.ts"), join(folder, "vitest.config.ts"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
}

/** @param {string} folder @param {string} file */
const sourceOf = (folder, file) => join(folder, library, "src", file);

/**
 * Runs test files of a copied library.
 * @param {string} folder @param {readonly string[]} tests @returns {Promise<Outcome>}
 */
export async function runTests(folder, tests) {
  const report = join(folder, "report.json");
  writeFileSync(report, "{}");
  const files = tests.map((file) => join(library, "src", file));
  const flags = ["run", "--root", folder, "--project", "unit", "--reporter=json", `--outputFile=${report}`];
  const runner = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [runner, ...flags, ...files], { cwd: folder, stdio: "ignore" });
  const timer = setTimeout(() => child.kill("SIGKILL"), longestRunMs);
  await new Promise((resolve) => child.on("exit", resolve));
  clearTimeout(timer);
  const { testResults = [] } = JSON.parse(readFileSync(report, "utf8"));
  /** @type {Outcome} */
  const outcome = { passed: [], failed: [], broken: [] };
  for (const { name, assertionResults, message } of testResults) {
    if (assertionResults.length === 0) outcome.broken.push(`${name}: ${String(message).slice(0, 300)}`);
    for (const { status, fullName } of assertionResults) {
      if (status === "passed") outcome.passed.push(fullName);
      if (status === "failed") outcome.failed.push(fullName);
    }
  }
  if (testResults.length < tests.length) outcome.broken.push(`${testResults.length} of ${tests.length} files reported`);
  return outcome;
}

/** Says why a mutation cannot be applied any more, or undefined. @param {Mutation} mutation */
export function staleReason({ file, find, replace, tests }) {
  const missing = [file, ...tests].find((path) => !existsSync(sourceOf(root, path)));
  if (missing !== undefined) return `${missing} is not there`;
  const times = readFileSync(sourceOf(root, file), "utf8").split(find).length - 1;
  if (times !== 1) return `"${find}" stands ${times} times in ${file}`;
  return find === replace ? "it changes nothing" : undefined;
}

/**
 * Breaks the copy, runs the tests that should notice, and mends it. Gives what they said.
 * @param {string} folder @param {Mutation} mutation
 */
export async function tryMutation(folder, { file, find, replace, tests }) {
  const path = sourceOf(folder, file);
  const sound = readFileSync(path, "utf8");
  writeFileSync(
    path,
    sound.replace(find, () => replace),
  );
  try {
    return await runTests(folder, tests);
  } finally {
    writeFileSync(path, sound);
  }
}
