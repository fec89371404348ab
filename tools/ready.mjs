// @ts-check
// Installs and builds what is missing or stale, and nothing else. `npm start` and `npm test` come through here first.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const installStamp = join(root, "node_modules/.taffrail-installed");
const buildStamp = join(root, "node_modules/.taffrail-built");
const sourceRoots = ["packages", "apps", "examples"];
const skipped = new Set(["node_modules", "dist", "testdata"]);

/** @param {string} directory @param {(name: string) => boolean} wanted @returns {string[]} */
function filesUnder(directory, wanted) {
  /** @type {string[]} */
  const found = [];
  for (const entry of readdirSync(join(root, directory), { withFileTypes: true })) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) found.push(...filesUnder(path, wanted));
    } else if (wanted(entry.name)) found.push(path);
  }
  return found;
}

/** @param {string[]} paths */
function fingerprint(paths) {
  const hash = createHash("sha256");
  for (const path of paths.toSorted())
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(root, path)))
      .update("\0");
  return hash.digest("hex");
}

const manifests = () => [
  "package.json",
  "package-lock.json",
  ...sourceRoots.flatMap((directory) => filesUnder(directory, (name) => name === "package.json")),
];

const sources = () => [
  "tsconfig.base.json",
  "tsconfig.build.json",
  ...sourceRoots.flatMap((directory) => filesUnder(directory, (name) => !/\.test\.tsx?$|\.md$/.test(name))),
];

/** @param {string} stamp @param {string} value */
const matches = (stamp, value) => existsSync(stamp) && readFileSync(stamp, "utf8") === value;

/** @param {string} label @param {string} command @param {string[]} args @param {string} [cwd] */
function step(label, command, args, cwd = root) {
  const started = Date.now();
  process.stderr.write(`taffrail: ${label} ...\n`);
  const result = spawnSync(command, args, { cwd, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) {
    process.stderr.write(`taffrail: ${label} failed (${command} ${args.join(" ")}); its words are above.\n`);
    process.exit(2);
  }
  process.stderr.write(`taffrail: ${label} took ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function install() {
  const wanted = `${process.version} ${fingerprint(manifests())}`;
  if (matches(installStamp, wanted)) return;
  // Not `npm ci`: it refuses a lockfile that leaves out optional packages of other platforms, which some registries do not serve.
  step("installing packages", "npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(installStamp, wanted);
}

function build() {
  const wanted = fingerprint(sources());
  const outputs = ["apps/cli/dist/main.js", "apps/server/dist/main.js", "apps/web/dist/index.html"];
  if (matches(buildStamp, wanted) && outputs.every((path) => existsSync(join(root, path)))) return;
  step("building packages", process.execPath, ["node_modules/typescript/bin/tsc", "-b", "tsconfig.build.json"]);
  step(
    "building the page",
    process.execPath,
    ["../../node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"],
    join(root, "apps/web"),
  );
  writeFileSync(buildStamp, wanted);
}

/** Stops with a sentence when this Node is too old to run Taffrail. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(`taffrail: Node ${process.versions.node} is too old; install Node 20.19 or newer.\n`);
  process.exit(2);
}

/** Makes the checkout ready to run: packages installed, everything built. A second call without changes does neither. */
export function makeReady() {
  checkNode();
  install();
  build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) makeReady();
