// @ts-check
// Packs each published package as npm would and asks publint and attw whether its users can import it.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./ready.mjs";

const published = readdirSync(join(root, "packages"))
  .map((name) => join(root, "packages", name))
  .filter((directory) => JSON.parse(readFileSync(join(directory, "package.json"), "utf8")).private !== true);

const folder = mkdtempSync(join(tmpdir(), "taffrail-pack-"));
let failed = 0;

/** A package whose publication differs from its folder brings its own way to pack a copy. @param {string} directory @returns {Promise<string>} */
async function pack(directory) {
  const own = join(directory, "scripts/pack-copy.mjs");
  if (existsSync(own)) return (await import(own)).packCopy(mkdtempSync(join(folder, "copy-")));
  const args = ["pack", "--json", "--loglevel=error", "--pack-destination", folder];
  const packed = execFileSync("npm", args, { cwd: directory, encoding: "utf8" });
  return join(
    folder,
    /** @type {[{ filename: string }]} */ (JSON.parse(packed.slice(packed.indexOf("["))))[0].filename,
  );
}

for (const directory of published) {
  const tarball = await pack(directory);
  for (const [command, args] of /** @type {const} */ ([
    ["publint", ["--strict", tarball]],
    ["attw", ["--profile", "esm-only", tarball]],
  ])) {
    const result = spawnSync(join(root, "node_modules/.bin", command), args, { cwd: root, encoding: "utf8" });
    if (result.status === 0) continue;
    failed += 1;
    process.stdout.write(`${command} ${directory}\n${result.stdout}${result.stderr}\n`);
  }
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`packages: ${published.length} packed and checked\n`);
process.exitCode = failed === 0 ? 0 : 1;
