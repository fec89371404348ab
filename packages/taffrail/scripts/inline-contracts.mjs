// @ts-check
// Makes the built package stand on its own: copies the built @taffrail/contracts into dist/contracts and points all imports there, so that the
// published package has no dependencies. `npm pack` and `npm publish` run it before they pack, and with --undo after.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const specifier = "@taffrail/contracts";
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const inlined = join(dist, "contracts");
const copied = /\.(js|d\.ts|js\.map)$/;

/** @param {string} file @returns {string} the specifier of the inlined copy, seen from a file of dist */
function relativeSpecifier(file) {
  const path = relative(dirname(file), join(inlined, "index.js")).split(sep).join("/");
  return path.startsWith(".") ? path : `./${path}`;
}

/** @param {(file: string, text: string) => string} change */
function rewrite(change) {
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const file = join(dist, name);
    if (!/\.(js|d\.ts)$/.test(name) || file.startsWith(inlined + sep)) continue;
    const text = readFileSync(file, "utf8");
    const changed = change(file, text);
    if (changed !== text) writeFileSync(file, changed);
  }
}

if (process.argv.includes("--undo")) {
  rewrite((file, text) => text.replaceAll(`"${relativeSpecifier(file)}"`, `"${specifier}"`));
  rmSync(inlined, { recursive: true, force: true });
} else {
  const source = dirname(fileURLToPath(import.meta.resolve(specifier)));
  if (!existsSync(join(dist, "index.js")) || !existsSync(join(source, "index.js"))) {
    throw new Error("Build first: npx tsc -b packages/taffrail");
  }
  rmSync(inlined, { recursive: true, force: true });
  for (const name of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (copied.test(name) && !/\.test\./.test(name)) cpSync(join(source, name), join(inlined, name));
  }
  rewrite((file, text) => text.replaceAll(`"${specifier}"`, `"${relativeSpecifier(file)}"`));
}
