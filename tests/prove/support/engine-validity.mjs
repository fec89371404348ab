// @ts-check
// Asks the real engine which lines of a file it takes for valid JSON.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const reader = `
import { writeFileSync } from "node:fs";
import { query } from "chdb";
const file = "file('" + process.argv[1] + "', LineAsString, 'line String')";
const text = query("SELECT count(), countIf(NOT isValidJSON(line)), arrayStringConcat(groupArraySampleIf(3)(left(line, 2000), NOT isValidJSON(line)), '   ') FROM " + file, "JSONCompactEachRow");
// Into a file: what is still on its way through a pipe is lost at exit.
writeFileSync(process.argv[2], String(text));
process.exit(0);
`;

/**
 * How many lines the engine found, how many of them are not valid for it, and examples of those.
 * @param {string} path @returns {{ lines: number, invalid: number, examples: string }}
 */
export function judgeByEngine(path) {
  const cwd = fileURLToPath(new URL("../../../apps/server", import.meta.url));
  const target = `${path}.verdict`;
  execFileSync(process.execPath, ["--input-type=module", "-e", reader, path, target], {
    cwd,
    env: { ...process.env, TZ: "UTC" },
  });
  const [lines, invalid, examples] = JSON.parse(readFileSync(target, "utf8"));
  return { lines: Number(lines), invalid: Number(invalid), examples };
}
