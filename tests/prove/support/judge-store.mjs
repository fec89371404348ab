// @ts-check
import { judge } from "@taffrail/experiments";
import { engineDirectory, storedIds } from "./stored-ids.mjs";

/** @typedef {{ acknowledged: Set<string>, unknown: Set<string>, refused: number }} Book what senders know of their records, by id */

/** @returns {Book} */
export const openBook = () => ({ acknowledged: new Set(), unknown: new Set(), refused: 0 });

/**
 * Judges what a stopped server's tables hold against what its senders know, id by id, table by table.
 * @param {string} folder the data directory @param {Book} book @param {Record<string, string | number>} figures gets the sums
 * @returns {string[]} what is wrong
 */
export function judgeStore(folder, book, figures) {
  figures["acknowledged records"] = book.acknowledged.size;
  figures["records without an answer"] = book.unknown.size;
  const tables = storedIds(engineDirectory(folder));
  if (tables.size === 0) return ["no table holds any record"];
  const faults = [];
  for (const [table, ids] of tables) {
    const { stored, missing, duplicated, foreign, ok } = judge(book, ids);
    figures[`stored in ${table}`] = stored;
    if (ok) continue;
    const examples = [...missing, ...duplicated, ...foreign].slice(0, 5).join(" ");
    faults.push(
      `${table}: ${missing.length} missing, ${duplicated.length} stored twice, ${foreign.length} foreign, for example ${examples}`,
    );
  }
  return faults;
}
