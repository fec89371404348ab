// @ts-check
// Reads every file git knows and prints what breaks a house rule (tools/tidy/rules.mjs). Exit code 1 when anything does.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./ready.mjs";
import { blobSize, fileLength, functionLength, markdown, packageLayers, serverImports, words } from "./tidy/rules.mjs";

const paths = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)));
const known = new Set(paths);
const generated = /(^|\/)(generated|testdata)\/|^docs\/reference\/|^package-lock\.json$/;

/** @param {string} path */
function findingsOf(path) {
  const full = join(root, path);
  const findings = blobSize({ path, bytes: statSync(full).size });
  if (!/\.(ts|tsx|mjs|css|json|md|html|sh)$/.test(path)) return findings;
  const file = { path, text: readFileSync(full, "utf8") };
  if (path.endsWith(".md")) findings.push(...markdown(file, known));
  if (generated.test(path)) return findings;
  if (/\.(ts|tsx|mjs|css)$/.test(path)) findings.push(...fileLength(file));
  if (/\.(ts|tsx|mjs)$/.test(path)) findings.push(...functionLength(file));
  if (/\.(ts|tsx|mjs)$/.test(path) && !path.startsWith("tools/tidy")) findings.push(...words(file));
  if (/^(packages|apps|examples)\/[\w-]+\/package\.json$/.test(path)) findings.push(...packageLayers(file));
  findings.push(...serverImports(file));
  return findings;
}

const findings = paths.flatMap(findingsOf);
for (const { path, line, message } of findings) process.stdout.write(`${path}:${line}: ${message}\n`);
process.stdout.write(`tidy: ${paths.length} files, ${findings.length} findings\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
