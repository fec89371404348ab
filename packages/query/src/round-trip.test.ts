import fc from "fast-check";
import { expect, test } from "vitest";
import { compileFilter, parseQuery, printQuery, tokens } from "./index.ts";
import { regexFault } from "./parse/regex-syntax.ts";
import { arbitraryFilter } from "./testdata/arbitrary-filter.ts";

/** Set QUERY_SEED to repeat a run. */
const seed = Number(process.env.QUERY_SEED ?? Date.now() % 2 ** 31);
console.info(`query round-trip seed ${seed}`);
const options = { seed, numRuns: 3000 };

test("what is printed parses to the same filter", () => {
  fc.assert(
    fc.property(arbitraryFilter, (filter) => {
      const parsed = parseQuery(printQuery(filter));
      expect(parsed).toEqual({ ok: true, filter });
    }),
    options,
  );
});

test("any text is answered: a filter that prints stably and compiles, or an error inside the text", () => {
  const fragment = fc.constantFrom(
    ..." ()[]{}<>=:!|&-*/\\\"'".split(""),
    "AND ",
    "OR ",
    "NOT ",
    " TO ",
    "k:",
    "level:",
    "warn",
    "5ms",
    "a",
  );
  const text = fc.oneof(
    fc.array(fragment, { maxLength: 20 }).map((pieces) => pieces.join("")),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
  fc.assert(
    fc.property(text, (query) => {
      const parsed = parseQuery(query);
      if (parsed.ok) {
        const printed = printQuery(parsed.filter);
        expect(printQuery(parseQuery(printed).ok ? parsed.filter : undefined)).toBe(printed);
        expect(parseQuery(printed)).toEqual(parsed);
        expect(compileFilter(parsed.filter, { maskedFields: [] }).where).not.toBe("");
      } else {
        expect(parsed.error.column).toBeGreaterThanOrEqual(1);
        expect(parsed.error.column).toBeLessThanOrEqual(query.length);
        expect(parsed.error.column - 1 + parsed.error.length).toBeLessThanOrEqual(query.length);
      }
      let end = 0;
      for (const { from, to } of tokens(query)) {
        expect(from).toBeGreaterThanOrEqual(end);
        expect(to).toBeGreaterThan(from);
        end = to;
      }
      expect(end).toBeLessThanOrEqual(query.length);
    }),
    options,
  );
});

test.each([
  ["(?=a)", 0],
  ["a(?<!b)", 1],
  ["(a)\\1", 3],
  ["a**", 0],
  ["[z-a]", 1],
  ["a{1001}", 1],
  ["(a{50}){50}", 0],
  ["\\pL{1000}", 0],
  ["(", 0],
  [")", 0],
  ["[", 0],
  ["*", 0],
  ["{2}", 0],
  ["\\", 0],
  ["\\p{Klingon}", 0],
])("regular expression %s is refused at %i", (pattern, offset) => expect(regexFault(pattern)?.offset).toBe(offset));
