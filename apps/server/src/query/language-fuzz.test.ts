import type { Filter } from "@taffrail/query";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { regexFault } from "../../../../packages/query/src/parse/regex-syntax.ts";
import { arbitraryFilter } from "../../../../packages/query/src/testdata/arbitrary-filter.ts";
import { type EngineTable, openEngineTable, type TestRow } from "./testdata/engine-table.ts";

/** Set QUERY_SEED to repeat a run. */
const seed = Number(process.env.QUERY_SEED ?? Date.now() % 2 ** 31);
const runs = Number(process.env.QUERY_RUNS ?? 300);
console.info(`query engine fuzz seed ${seed}, ${runs} runs`);

const texts = ["a", "A", "AND", "é", "日", "🚢", "0", "'", "\\", "%", "a b", "Z9 a_é", "", "a.TO.0", "\n", "x'); --"];
const rows: readonly TestRow[] = texts.map((text, id) => ({
  id,
  body: text,
  level: id * 2,
  service: texts[texts.length - 1 - id] ?? "",
  attributes: id % 3 === 0 ? {} : { a: text, [text]: "a", "0": "0" },
  numbers: id % 2 === 0 ? { a: id - 5, "0": 0 } : {},
  resource: id % 4 === 0 ? { a: String(id), Z: text } : {},
  scope: id % 5 === 0 ? { a: text } : {},
}));

let table: EngineTable;
beforeAll(() => {
  table = openEngineTable(rows);
});
afterAll(() => table.close());

test("the engine takes every filter; each row matches or not, never NULL; indexes change nothing", () => {
  let telling = 0;
  fc.assert(
    fc.property(arbitraryFilter, (filter) => {
      const found = table.findFilter(filter);
      expect(table.findWithoutIndex(filter)).toEqual(found);
      if (found.length > 0 && found.length < rows.length) telling += 1;
    }),
    { seed, numRuns: runs },
  );
  // A run in which no filter tells rows apart would prove nothing.
  expect(telling).toBeGreaterThan(runs / 10);
}, 120_000);

test("the engine takes every regular expression that the parser takes", () => {
  const pieces = [
    ..."ab1é.*+?|()[]{}^$\\-,:=!<>PxpLdDwWsSzZAQEbBiU2Greek \n",
    "(?:",
    "(?i)",
    "\\p{",
    "[[:alpha:]]",
    "{2,3}",
    "[^",
  ];
  let taken = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 9 }), (chosen) => {
      const pattern = chosen.join("");
      fc.pre(regexFault(pattern) === undefined);
      taken += 1;
      const filter: Filter = { kind: "regex", field: { in: "column", name: "body" }, pattern };
      expect(() => table.findFilter(filter)).not.toThrow();
    }),
    { seed, numRuns: runs, maxSkipsPerRun: 1000 },
  );
  expect(taken).toBe(runs);
}, 120_000);
