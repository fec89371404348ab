import { limits } from "@taffrail/contracts";
import { describe, expect, test } from "vitest";
import { compileFilter, parseQuery, printQuery } from "./index.ts";

/** Query text, and the same in canonical form. */
const canonical: Readonly<Record<string, string>> = {
  "": "",
  "   ": "",
  "*": "*",
  "a  b": "a b",
  "a AND b": "a b",
  "a && b": "a b",
  "a OR b": "a OR b",
  "a || b": "a OR b",
  "a||b&&c": "a OR (b c)",
  "a OR b c": "a OR (b c)",
  "((a))": "a",
  "(a b) c": "a b c",
  "(a OR b) OR c": "a OR b OR c",
  "NOT a": "-a",
  "!a": "-a",
  "! a": "-a",
  "-(a OR b)": "-(a OR b)",
  "NOT NOT a": "-(-a)",
  "and or not": "and or not",
  '"a b"': '"a b"',
  '"a \\"b\\" \\\\"': '"a \\"b\\" \\\\"',
  '"C:\\temp"': '"C:\\\\temp"',
  "level:warn": "level:warn",
  "severity:WARNING": "level:warn",
  "level:>=err": "level:>=error",
  "level:[info TO error}": "level:>=info level:<error",
  "level:(warn OR error)": "level:warn OR level:error",
  "service.name:x": "service:x",
  "message:x": "x",
  'msg:"x y"': '"x y"',
  "body:AND": "body:AND",
  "trace_id:ab": "trace:ab",
  "host:a": "host.name:a",
  "@user.id:5": "user.id:5",
  "@level:x": "@level:x",
  "@@x:1": "@@x:1",
  "attributes.a.b:1": "attributes.a.b:1",
  "resource.a:1": "resource.a:1",
  "scope.name:x": "scope.name:x",
  "scope.lib:x": "scope.lib:x",
  '"weird key":x': '"weird key":x',
  '"plain":x': "plain:x",
  "k:a:b": "k:a:b",
  "k:-5": "k:-5",
  'k:"a"': "k:a",
  'k:""': 'k:""',
  "k:AND": "k:AND",
  "k:a\\ b": 'k:"a b"',
  "k:\\*": 'k:"*"',
  "k:*": "k:*",
  "-k:*": "-k:*",
  "k:**a**": "k:*a*",
  "k:(a b)": "k:a k:b",
  "k:(a OR (b -c))": "k:a OR (k:b -k:c)",
  "k:>5": "k:>5",
  "k:>= 5.50": "k:>=5.5",
  "k:<-1e3": "k:<-1000",
  "k:>250ms": "k:>250ms",
  "k:>1.5KiB": "k:>1.5kib",
  "k:>5µs": "k:>5us",
  'k:>"5"': 'k:>"5"',
  "k:>2026-11-01": "k:>2026-11-01",
  "k:>5x": "k:>5x",
  "k:[1 TO 5]": "k:[1 TO 5]",
  "k:{1 TO *]": "k:{1 TO *]",
  "k:[* TO *]": "k:*",
  'k:["a b" TO "TO"]': 'k:["a b" TO "TO"]',
  "k:/a b/": "k:/a b/",
  "k:/[/]\\/x/": "k:/[/]\\/x/",
  "k:/api/orders": "k:/api/orders",
  "k:/api": 'k:"/api"',
  "https://a.b/c?d=e": "https://a.b/c?d=e",
  "std::io::Error": "std::io::Error",
  "10:30:05": "10:30:05",
  "127.0.0.1:4318": "127.0.0.1:4318",
  "[error]": "[error]",
  "--flag": "\\--flag",
  "->": "\\-\\>",
  "pre* *suf *mid* a*b": "pre* *suf *mid* a*b",
  "a\\:b": "a\\:b",
  "C:\\temp\\new": "C:\\temp\\new",
  "größe:5": "größe:5",
};

/** Query text, and the code, column and length of its error. */
const mistakes: Readonly<Record<string, readonly [string, number, number]>> = {
  '"abc': ["query_syntax", 1, 4],
  "(a b": ["query_syntax", 1, 1],
  "x (a (b)": ["query_syntax", 3, 1],
  "a)": ["query_syntax", 2, 1],
  ")": ["query_syntax", 1, 1],
  "()": ["query_syntax", 1, 2],
  "a ( )": ["query_syntax", 3, 3],
  "(a OR)": ["query_syntax", 6, 1],
  AND: ["query_syntax", 1, 3],
  "OR a": ["query_syntax", 1, 2],
  "a AND": ["query_syntax", 3, 3],
  "a AND OR b": ["query_syntax", 7, 2],
  NOT: ["query_syntax", 1, 3],
  "a !": ["query_syntax", 3, 1],
  "k:": ["query_syntax", 1, 2],
  "Error: refused": ["query_syntax", 1, 6],
  "k:)": ["query_syntax", 1, 2],
  "k:&&x": ["query_syntax", 1, 2],
  '"":x': ["query_syntax", 1, 3],
  '""': ["query_syntax", 1, 2],
  "k:>": ["query_syntax", 3, 1],
  "k:>(a)": ["query_syntax", 4, 1],
  "k:>a*": ["query_syntax", 4, 2],
  "k:>1e999": ["query_syntax", 4, 5],
  "k:[1 5]": ["query_syntax", 6, 1],
  "k:[1": ["query_syntax", 3, 1],
  "k:[1 TO 5": ["query_syntax", 3, 1],
  "k:[TO 5]": ["query_syntax", 4, 2],
  "k:[a TO 5]": ["query_syntax", 4, 6],
  "k:[a) x": ["query_syntax", 5, 1],
  "body:>5": ["query_syntax", 6, 1],
  "trace:[a TO b]": ["query_syntax", 7, 1],
  "level:loud": ["query_syntax", 7, 4],
  "level:wa*": ["query_syntax", 7, 3],
  "level:/w/": ["query_syntax", 7, 3],
  "severity_number:warn": ["query_syntax", 17, 4],
  "severity_number:>5ms": ["query_syntax", 18, 3],
  "a | b": ["query_syntax", 3, 1],
  "a\\": ["query_syntax", 1, 2],
  "k:/(/": ["query_bad_regex", 4, 2],
  "k:/a(?=b)/": ["query_bad_regex", 5, 6],
  "k:/[abc/": ["query_bad_regex", 4, 5],
  "k:/(a{100}){100}/": ["query_bad_regex", 4, 14],
  "k:(//)": ["query_bad_regex", 5, 1],
};

describe("canonical form", () => {
  test.each(Object.entries(canonical))("%s", (text, expected) => {
    const parsed = parseQuery(text);
    if (!parsed.ok) throw new Error(`column ${parsed.error.column}: ${parsed.error.reason}`);
    expect(printQuery(parsed.filter)).toBe(expected);
    expect(parseQuery(expected)).toEqual(parsed);
  });
});

describe("mistakes", () => {
  test.each(Object.entries(mistakes))("%s", (text, [code, column, length]) => {
    const parsed = parseQuery(text);
    if (parsed.ok) throw new Error(`understood as ${printQuery(parsed.filter)}`);
    expect([parsed.error.code, parsed.error.column, parsed.error.length]).toEqual([code, column, length]);
    expect(parsed.error.reason).not.toBe("");
    expect(parsed.error.hint).toMatch(/^[A-Z].*[.?]$/);
  });

  test("the place of an open parenthesis is named", () => {
    const parsed = parseQuery("abc (d OR e");
    expect(parsed.ok ? "" : parsed.error.hint).toBe("Close the parenthesis opened at column 5.");
  });

  test("a level with a typing error is guessed", () => {
    const parsed = parseQuery("level:wran");
    expect(parsed.ok ? "" : parsed.error.hint).toContain("Did you mean warn?");
  });
});

describe("bounds", () => {
  const codeOf = (text: string): string => {
    const parsed = parseQuery(text);
    return parsed.ok ? "ok" : parsed.error.code;
  };
  const repeated = (text: string, times: number): string => text.repeat(times);

  test("length", () => {
    const limit = limits.queryText.value;
    expect(codeOf(repeated("a", limit))).toBe("ok");
    expect(codeOf(repeated("a", limit + 1))).toBe("query_too_long");
  });

  test("depth, also of negations and unclosed parentheses", () => {
    const limit = limits.queryDepth.value;
    expect(codeOf(`${repeated("(", limit)}a${repeated(")", limit)}`)).toBe("ok");
    expect(codeOf(`${repeated("(", limit + 1)}a${repeated(")", limit + 1)}`)).toBe("query_too_deep");
    expect(codeOf(`${repeated("NOT ", limit + 1)}a`)).toBe("query_too_deep");
    expect(codeOf(repeated("(", 8000))).toBe("query_too_deep");
    expect(codeOf(repeated("!", 8000))).toBe("query_too_deep");
  });

  test("terms, also those that a field group holds", () => {
    const limit = limits.queryTerms.value;
    expect(codeOf(repeated("a ", limit))).toBe("ok");
    expect(codeOf(repeated("a ", limit + 1))).toBe("query_too_many_terms");
    expect(codeOf(`k:(${repeated("a ", limit + 1)})`)).toBe("query_too_many_terms");
  });
});

test("a query whose statement would be too long for the engine is refused", () => {
  const compile = (times: number) => {
    const parsed = parseQuery(`"${"x".repeat(4000)}":(${"5 ".repeat(times)})`);
    return compileFilter(parsed.ok ? parsed.filter : undefined, { maskedFields: [] }).where.length;
  };
  expect(compile(20)).toBeGreaterThan(100_000);
  expect(() => compile(200)).toThrow("the limit is 200000");
});

describe("masked fields", () => {
  const compile = (text: string, maskedFields: readonly string[]): string => {
    const parsed = parseQuery(text);
    return parsed.ok ? compileFilter(parsed.filter, { maskedFields }).where : "";
  };
  test.each([
    "user.email:a",
    "attributes.user.email:a",
    "@user.email:*",
    "-(a user.email:>5)",
    "resource.user.email:/a/",
  ])("%s is refused", (text) => expect(() => compile(text, ["user.email"])).toThrow("is masked"));
  test("fields nested under a masked name are masked", () => {
    expect(() => compile("user.email:a", ["user"])).toThrow("is masked");
    expect(compile("username:a", ["user"])).not.toBe("");
  });
  test("a built-in field can be masked", () => expect(() => compile("secret", ["body"])).toThrow("is masked"));
});
