import { TaffrailError } from "@taffrail/contracts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "./json.ts";
import { parseSeverity } from "./ndjson/severity.ts";
import { parseTime, parseWebTime } from "./ndjson/time.ts";

describe("parseJson", () => {
  test.each([
    ['{"a":9007199254740993}', { a: 9007199254740993n }],
    ["[-9007199254740993, 9007199254740991]", [-9007199254740993n, 9007199254740991]],
    ['{"a":1e400,"b":-1E+999}', { a: "1e400", b: "-1E+999" }],
    ['{"a":1e-400}', { a: 0 }],
    ['{"a":0.12345678901234567890}', { a: 0.12345678901234568 }],
    ['{"a":12345678901234567.5}', { a: 12345678901234568 }],
    ['{"s":":9007199254740993","n":1}', { s: ":9007199254740993", n: 1 }],
    ['{"9007199254740993":{"x\\"y":[9007199254740993]}}', { "9007199254740993": { 'x"y': [9007199254740993n] } }],
    ['{"a":1,"a":9007199254740993}', { a: 9007199254740993n }],
    ['{"\\u2063#":"\u2063#5","n": 9007199254740993}', { "\u2063#": "\u2063#5", n: 9007199254740993n }],
  ])("%s", (text, value) => expect(parseJson(text)).toEqual(value));

  test("equals JSON.parse wherever a double holds every number", () => {
    // Whole doubles beyond 2^53 come back as the bigint of their digits.
    const asDoubles = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value);
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.stringify(parseJson(text), asDoubles)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test.each([
    ["lists", "[".repeat(501) + "]".repeat(501)],
    ["maps", `${'{"a":'.repeat(501)}1${"}".repeat(501)}`],
    ["behind a string with quotes", `[${JSON.stringify('"\\"[[')},${"[".repeat(500)}${"]".repeat(500)}]`],
  ])("refuses %s nested deeper than the limit before it parses them", (_name, text) => {
    const long = `${" ".repeat(5000)}${text}`;
    expect(() => parseJson(long)).toThrow("deeper than 500 levels");
    expect(() => parseJson(long, 501)).not.toThrow();
  });

  test("brackets in strings, and side by side, are not depth", () => {
    const text = JSON.stringify([
      "[".repeat(6000),
      '\\"[{'.repeat(600),
      ...Array.from({ length: 600 }, () => ({ a: [] })),
    ]);
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test("says what is wrong", () => {
    expect(() => parseJson("{")).toThrow(TaffrailError);
  });
});

describe("parseTime", () => {
  test.each([
    ["2026-11-22T09:00:00Z", "1795338000000000000"],
    ["2026-11-22T09:00:00.123456789Z", "1795338000123456789"],
    ["2026-11-22T09:00:00.1234567891Z", "1795338000123456789"],
    ["2026-11-22t09:00:00z", "1795338000000000000"],
    ["2026-11-22 09:00:00,5", "1795338000500000000"],
    ["2026-11-22 09:00:00 UTC", "1795338000000000000"],
    ["2026-11-22T10:00:00+01:00", "1795338000000000000"],
    ["2026-11-22T04:30:00-0430", "1795338000000000000"],
    ["2026-11-22T09:00Z", "1795338000000000000"],
    ["1970-01-01T00:00:00Z", "0"],
    ["1970-01-01T00:00:01.5Z", "1500000000"],
    ["1969-12-31T23:59:59.5Z", "-500000000"],
    ["9999-12-31T23:59:59Z", "253402300799000000000"],
    [1795338000, "1795338000000000000"],
    [1795338000.25, "1795338000250000000"],
    [1795338000123, "1795338000123000000"],
    [1795338000123.5, "1795338000123500000"],
    [1795338000123456, "1795338000123456000"],
    [1795338000123456789n, "1795338000123456789"],
    ["1795338000", "1795338000000000000"],
    ["1795338000.5", "1795338000500000000"],
    ["1795338000123", "1795338000123000000"],
    ["1795338000123456789", "1795338000123456789"],
    [0, "0"],
    ["2026-13-22T09:00:00Z", undefined],
    ["2026-11-22", undefined],
    ["2026", undefined],
    ["yesterday", undefined],
    ["", undefined],
    [Number.NaN, undefined],
    [-1n, undefined],
    [null, undefined],
    [{}, undefined],
  ])("%s is %s", (value, expected) => expect(parseTime(value)).toBe(expected));

  test("of web servers", () => {
    expect(parseWebTime("22/Nov/2026:10:30:00 +0130")).toBe("1795338000000000000");
    expect(parseWebTime("22/Foo/2026:10:30:00 +0130")).toBeUndefined();
    expect(parseWebTime("22/11/2026")).toBeUndefined();
  });
});

describe("parseSeverity", () => {
  test.each([
    ["WARNING", 13, "WARNING"],
    ["err", 17, "err"],
    [30, 9, "info"],
    [35, 11, "35"],
    [60, 21, "fatal"],
    [1000, 24, "1000"],
    ["50", 17, "error"],
    [0, 21, "fatal"],
    [6, 9, "info"],
    ["4", 13, "warn"],
  ])("%s", (value, number, text) => expect(parseSeverity(value)).toEqual({ number, text }));
  test.each([["loud"], [""], [-1], [8.5], [null], [true]])("%s is none", (value) =>
    expect(parseSeverity(value)).toBeUndefined(),
  );
});
