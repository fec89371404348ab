// @ts-check
// Makes the built package stand on its own, without dependencies and quick to load: all modules of an entry are bundled into few files, the
// types of @taffrail/contracts are copied beside ours. `npm pack` and `npm publish` run it before they pack, and with --undo after, which puts
// the folder back as the compiler left it.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const specifier = "@taffrail/contracts";
const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const compiled = join(root, "dist.compiled");

/** @param {string} from @param {string} to */
function copyTypes(from, to) {
  for (const name of readdirSync(from, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts") || name.includes(".test.")) continue;
    mkdirSync(dirname(join(to, name)), { recursive: true });
    cpSync(join(from, name), join(to, name));
  }
}

/** Points the types at the copy of the contracts. */
function rewriteTypes() {
  const index = join(dist, "contracts/index.js");
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const file = join(dist, name);
    if (!name.endsWith(".d.ts") || name.startsWith(`contracts${sep}`)) continue;
    const path = relative(dirname(file), index).split(sep).join("/");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replaceAll(`"${specifier}"`, `"${path.startsWith(".") ? path : `./${path}`}"`));
  }
}

/** The files that the exports of the package name, relative to dist. @returns {string[]} */
function entries() {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const targets = Object.values(exports).map((target) => /** @type {{ default?: string }} */ (target).default);
  return targets.filter((target) => target !== undefined).map((target) => target.replace("./dist/", ""));
}

/** @param {string} contracts path of the built contracts */
async function bundle(contracts) {
  const names = entries();
  const input = Object.fromEntries(names.map((name) => [name.replace(/\.js$/, ""), join(compiled, name)]));
  const build = await rolldown({
    input,
    platform: "node",
    external: /^node:/,
    resolve: { alias: { [specifier]: contracts } },
  });
  await build.write({
    dir: dist,
    format: "esm",
    // Quick to parse; names stay, for stack traces.
    minify: { compress: true, mangle: false, codegen: true },
    entryFileNames: "[name].js",
    chunkFileNames: "shared/[name].js",
  });
  await build.close();
}

async function pack() {
  const contracts = fileURLToPath(import.meta.resolve(specifier));
  if (!existsSync(join(dist, "index.js")) || !existsSync(contracts))
    throw new Error("Build first: npx tsc -b packages/taffrail");
  renameSync(dist, compiled);
  mkdirSync(dist);
  copyTypes(compiled, dist);
  copyTypes(dirname(contracts), join(dist, "contracts"));
  rewriteTypes();
  await bundle(contracts);
}

if (process.argv.includes("--undo")) {
  rmSync(dist, { recursive: true, force: true });
  renameSync(compiled, dist);
} else {
  await pack();
}
