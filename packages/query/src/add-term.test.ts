import { expect, test } from "vitest";
import { addTerm, parseQuery, type TermMode, tokens } from "./index.ts";

const cases: readonly (readonly [string, string, string, TermMode, string])[] = [
  ["", "service", "cart", "include", "service:cart"],
  ["*", "service", "cart", "include", "service:cart"],
  ["error", "service", "cart", "include", "error service:cart"],
  ["service:cart", "service", "cart", "include", ""],
  ["error service:CART", "service", "CART", "include", "error"],
  ["service:cart", "service", "web", "include", "service:cart OR service:web"],
  ["error service:cart", "service", "web", "include", "error (service:cart OR service:web)"],
  ["error (service:cart OR service:web)", "service", "cart", "include", "error service:web"],
  ["-service:cart", "service", "cart", "include", "service:cart"],
  ["service:cart", "service", "cart", "exclude", "-service:cart"],
  ["-service:cart", "service", "cart", "exclude", ""],
  ["a OR b", "user.id", "5", "exclude", "(a OR b) -user.id:5"],
  ["level:>=warn", "level", "error", "include", "level:>=warn level:error"],
  ["level:warn", "level", "ERROR", "include", "level:warn OR level:error"],
  ["", "body", 'say "hi"', "include", '"say \\"hi\\""'],
  ["", "weird key", "a b", "exclude", '-"weird key":"a b"'],
  ["", "k", "", "include", 'k:""'],
  ["", "k", "*", "include", 'k:"*"'],
  ["(broken", "k", "v", "include", "(broken k:v"],
];

test.each(cases)("%s + %s=%s %s", (text, field, value, mode, expected) => {
  const result = addTerm(text, field, value, mode);
  expect(result).toBe(expected);
  if (parseQuery(text).ok) expect(parseQuery(result).ok).toBe(true);
});

test("twice is as if never", () => {
  for (const mode of ["include", "exclude"] as const) {
    const once = addTerm("a (b OR c)", "k", "v w", mode);
    expect(addTerm(once, "k", "v w", mode)).toBe("a (b OR c)");
  }
});

test("tokens cover what is written, in order", () => {
  const text = 'level:>=warn (service:"a b" OR k:[1 TO 5]) -x* y:/r/ "open';
  const found = tokens(text).map(({ kind, from, to }) => `${kind} ${text.slice(from, to)}`);
  expect(found).toEqual([
    "field level:",
    "comparison >=",
    "value warn",
    "open (",
    "field service:",
    'phrase "a b"',
    "or OR",
    "field k:",
    "range-open [",
    "value 1",
    "to TO",
    "value 5",
    "range-close ]",
    "close )",
    "not -",
    "word x*",
    "field y:",
    "regex /r/",
    'invalid "open',
  ]);
});
