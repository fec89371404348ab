// @ts-check
// Reads the ids of all stored records straight from the engine's files, over every table that holds attributes. The server must be stopped.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const reader = `
import { writeFileSync } from "node:fs";
import { Session } from "chdb";
const session = new Session(process.argv[1]);
const rows = (sql) => session.query(sql, "TSV").split("\\n").filter((row) => row !== "");
const holders = rows("SELECT DISTINCT table FROM system.columns WHERE database = 'taffrail' AND name = 'LogAttributes'");
const idsOf = (table) => rows("SELECT LogAttributes['proof_id'] AS id, count() FROM taffrail." + table + " WHERE id != '' GROUP BY id");
const found = holders.flatMap((table) => idsOf(table).map((row) => table + "\\t" + row));
// Into a file: what is still on its way through a pipe is lost at exit, and the engine keeps the process from ending by itself.
writeFileSync(process.argv[2], found.join("\\n"));
process.exit(0);
`;

/**
 * How often each id is stored, per table.
 * @param {string} engineDirectory @returns {Map<string, Map<string, number>>} table → id → count
 */
export function storedIds(engineDirectory) {
  const cwd = fileURLToPath(new URL("../../../apps/server", import.meta.url));
  const target = `${engineDirectory}.ids.tsv`;
  execFileSync(process.execPath, ["--input-type=module", "-e", reader, engineDirectory, target], {
    cwd,
    env: { ...process.env, TZ: "UTC" },
  });
  const text = readFileSync(target, "utf8");
  /** @type {Map<string, Map<string, number>>} */
  const found = new Map();
  for (const row of text.split("\n")) {
    const [table, id, count] = row.split("\t");
    if (!table || !id) continue;
    const ids = found.get(table) ?? new Map();
    ids.set(id, Number(count));
    found.set(table, ids);
  }
  return found;
}

/** Where the engine keeps its files in a data directory. @param {string} dataDir */
export const engineDirectory = (dataDir) => `${dataDir}/engine`;
