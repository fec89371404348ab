import type { Filter } from "@taffrail/query";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { regexFault } from "../../../../packages/query/src/parse/regex-syntax.ts";
import { arbitraryFilter } from "../../../../packages/query/src/testdata/arbitrary-filter.ts";
import { type EngineTable, openEngineTable, type TestRow } from "./testdata/engine-table.ts";

/** Set QUERY_SEED to repeat a run. */
const seed = Number(process.env.QUERY_SEED ?? Date.now() % 2 ** 31);
console.info(`query engine fuzz seed ${seed}`);

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
const everything = rows.map(({ id }) => id);

let table: EngineTable;
beforeAll(() => {
  table = openEngineTable(rows);
});
afterAll(() => table.close());

test("the engine takes every filter; its negation finds exactly the other rows; indexes change nothing", () => {
  let matching = 0;
  fc.assert(
    fc.property(arbitraryFilter, (filter) => {
      const found = table.findFilter(filter);
      const others = table.findFilter({ kind: "not", filter });
      expect([...found, ...others].toSorted((a, b) => a - b)).toEqual(everything);
      expect(table.findWithoutIndex(filter)).toEqual(found);
      if (found.length > 0 && found.length < everything.length) matching += 1;
    }),
    { seed, numRuns: 600 },
  );
  // A run in which nothing is ever told apart would prove nothing.
  expect(matching).toBeGreaterThan(60);
});

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
    { seed, numRuns: 800, maxSkipsPerRun: 1000 },
  );
  expect(taken).toBe(800);
});
