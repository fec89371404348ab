// @ts-check
// `npm run check`: types, lint and format, tidy, dead code, package checks. Every step runs; the exit code says whether all were clean.
import { spawnSync } from "node:child_process";
import { makeReady, root } from "./ready.mjs";

const bin = "node_modules/.bin/";
/** @type {readonly { name: string, command: string, args: string[] }[]} */
const steps = [
  { name: "types", command: `${bin}tsc`, args: ["-p", "tsconfig.json"] },
  { name: "types of the page", command: `${bin}tsc`, args: ["-p", "apps/web/tsconfig.json", "--noEmit"] },
  { name: "lint and format", command: `${bin}biome`, args: ["check", "--error-on-warnings"] },
  { name: "tidy", command: process.execPath, args: ["tools/tidy.mjs"] },
  { name: "options have tests", command: process.execPath, args: ["tools/options-tests.mjs"] },
  { name: "generated files", command: process.execPath, args: ["tools/gen.mjs", "--check"] },
  { name: "dead code", command: `${bin}knip`, args: ["--no-progress"] },
  { name: "packages", command: process.execPath, args: ["tools/check-packages.mjs"] },
];

makeReady();
let failed = 0;
for (const { name, command, args } of steps) {
  const started = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) failed += 1;
  process.stdout.write(
    `check: ${name} ${status === 0 ? "ok" : "FAILED"} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  );
}
process.exitCode = failed === 0 ? 0 : 1;
