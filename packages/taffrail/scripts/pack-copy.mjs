// @ts-check
// Packs a copy of the built package, so that the folder in which others work stays as it is.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

/**
 * Packs `taffrail` as it would be published. Throws when it is not built.
 *
 * @param {string} folder an empty folder to work in
 * @returns {string} path of the tarball
 * @example packCopy(mkdtempSync(join(tmpdir(), "pack-"))) // "/tmp/pack-x/taffrail-0.1.0.tgz"
 */
export function packCopy(folder) {
  if (!existsSync(join(packageFolder, "dist/index.js"))) throw new Error("Build first: npx tsc -b packages/taffrail");
  const copy = join(folder, "copy");
  for (const name of ["package.json", "dist", "scripts", "README.md", "CHANGELOG.md"]) {
    cpSync(join(packageFolder, name), join(copy, name), { recursive: true });
  }
  mkdirSync(join(folder, "node_modules/@taffrail"), { recursive: true });
  symlinkSync(join(packageFolder, "../contracts"), join(folder, "node_modules/@taffrail/contracts"));
  const bundler = createRequire(import.meta.url).resolve("rolldown/package.json");
  symlinkSync(dirname(bundler), join(folder, "node_modules/rolldown"));
  execFileSync("npm", ["pack", "--loglevel=error", "--pack-destination", folder], { cwd: copy, stdio: "pipe" });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack left no tarball");
  return join(folder, tarball);
}
