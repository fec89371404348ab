// @ts-check
// `npm run bench:import`: what a program pays for having the library: size on disk with all dependencies, time and memory of the import, beside pino.
// Both are installed from packages into one project; imports are measured in fresh processes, interleaved, with the files already cached.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { packCopy } from "../../packages/taffrail/scripts/pack-copy.mjs";
import { spread } from "../shared/stats.mjs";
import { printTable } from "../shared/table.mjs";

const rounds = 31;
const pinoVersion = JSON.parse(
  readFileSync(new URL("../../node_modules/pino/package.json", import.meta.url), "utf8"),
).version;

/** Bytes and files of all packages of a project. @param {string} folder */
function weigh(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name)))
    .filter((entry) => entry.isFile());
  return { files: files.length, kilobytes: files.reduce((sum, file) => sum + file.size, 0) / 1024 };
}

/** @param {string} folder @param {string} what @returns {{ project: string, packages: number, files: number, kilobytes: number }} */
function install(folder, what) {
  const project = mkdtempSync(join(folder, "project-"));
  writeFileSync(join(project, "package.json"), '{ "name": "project", "private": true, "type": "module" }\n');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", what], {
    cwd: project,
    stdio: "pipe",
  });
  const modules = join(project, "node_modules");
  const packages = readdirSync(modules).flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(modules, name)) : [name],
  );
  return { project, packages: packages.filter((name) => !name.startsWith(".")).length, ...weigh(modules) };
}

/** @param {string} project @param {string} name @returns {{ ms: number, mb: number }} */
function measureImport(project, name) {
  const program = `const before = process.memoryUsage().rss; const started = performance.now(); await import("${name}");
    console.log(JSON.stringify({ ms: performance.now() - started, mb: (process.memoryUsage().rss - before) / 2 ** 20 }));`;
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: project, encoding: "utf8" }),
  );
}

const folder = mkdtempSync(join(tmpdir(), "taffrail-import-"));
try {
  const subjects = { taffrail: install(folder, packCopy(folder)), pino: install(folder, `pino@${pinoVersion}`) };
  /** @type {Record<string, { ms: number, mb: number }[]>} */
  const runs = { taffrail: [], pino: [] };
  for (let round = 0; round < rounds; round++) {
    for (const [name, { project }] of Object.entries(subjects)) runs[name]?.push(measureImport(project, name));
  }
  const { model = "unknown processor" } = cpus()[0] ?? {};
  console.log(`bench:import  ${rounds} rounds, ${cpus().length} × ${model}, Node ${process.version}`);
  const rows = Object.entries(subjects).map(([name, { packages, files, kilobytes }]) => {
    const ms = spread((runs[name] ?? []).map((run) => run.ms));
    const mb = spread((runs[name] ?? []).map((run) => run.mb));
    const range = `${ms.median.toFixed(1)} (${ms.least.toFixed(1)}–${ms.greatest.toFixed(1)})`;
    return [name, packages, files, kilobytes.toFixed(0), range, mb.median.toFixed(1)];
  });
  printTable([["", "packages", "files", "KB on disk", "import ms", "memory MB"], ...rows]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
