import { limits, TaffrailError } from "@taffrail/contracts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DecodedRecord, openMap, type RecordMap, type RecordValue } from "../value.ts";
import { createRowEncoder, encodeRow, originalTimeKey } from "./encode-row.ts";
import { overflowKey } from "./flatten.ts";

const receivedAtMs = Date.parse("2026-11-22T09:00:00Z");
const context = { retentionDays: 30, receivedAtMs };
const dayMs = 86_400_000;

const record = (change: Partial<DecodedRecord> = {}): DecodedRecord => ({
  timeUnixNano: `${receivedAtMs}000001`,
  observedTimeUnixNano: `${receivedAtMs}000002`,
  severityNumber: 9,
  severityText: "INFO",
  body: "hello",
  eventName: "",
  traceId: "",
  spanId: "",
  traceFlags: 0,
  service: "shop",
  resource: {},
  scopeName: "",
  scopeVersion: "",
  scopeAttributes: {},
  attributes: {},
  ...change,
});

interface RowShape {
  readonly t: string;
  readonly o: string;
  readonly b: string;
  readonly a: Record<string, string>;
  readonly n: Record<string, number>;
  readonly r: Record<string, string>;
}

const rowOf = (change: Partial<DecodedRecord>): RowShape =>
  JSON.parse(encodeRow(record(change), context).line) as RowShape;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof TaffrailError) return error.code;
    throw error;
  }
  return "ok";
}

const nested = (levels: number): RecordValue => {
  let value: RecordValue = "deep";
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};

describe("a row line", () => {
  test("has every member, in short keys, and ends in a newline", () => {
    const { line, timeMs, timeReplaced } = encodeRow(
      record({ attributes: { user: { id: 5 } }, resource: { "service.name": "shop" } }),
      context,
    );
    expect(line).toBe(
      `{"t":"${receivedAtMs}000001","o":"${receivedAtMs}000002","tr":"","sp":"","f":0,"sv":"INFO","sn":9,"s":"shop","e":"","b":"hello",` +
        `"r":{"service.name":"shop"},"scn":"","scv":"","sca":{},"a":{"user.id":"5"},"n":{"user.id":5},"rd":30}\n`,
    );
    expect({ timeMs, timeReplaced }).toEqual({ timeMs: receivedAtMs, timeReplaced: false });
  });

  const values: readonly (readonly [string, RecordValue, string | undefined, number | undefined])[] = [
    ["text", "x", "x", undefined],
    ["true", true, "true", undefined],
    ["null", null, "null", undefined],
    ["a whole number", 5, "5", 5],
    ["a fraction", 0.1, "0.1", 0.1],
    ["minus zero", -0, "0", 0],
    ["a large number", 1e21, "1e+21", 1e21],
    ["an integer beyond 2^53", 9007199254740993n, "9007199254740993", 9007199254740992],
    ["an integer beyond 64 bits", 123456789012345678901n, "123456789012345678901", 123456789012345680000],
    ["a large whole double", -9223372036854776000, "-9223372036854776000", -9223372036854776000],
    ["not a number", Number.NaN, "NaN", undefined],
    ["infinity", Number.NEGATIVE_INFINITY, "-Infinity", undefined],
    ["a list", [1, "a", null, { b: 2n }], '[1,"a",null,{"b":2}]', undefined],
    ["a list with NaN", [Number.NaN], '["NaN"]', undefined],
    ["an empty list", [], "[]", undefined],
    ["an empty map", {}, "{}", undefined],
    ["a lone surrogate", "a\ud800b", "a\ufffdb", undefined],
    ["a lone surrogate in a list", ["\udc00"], '["\ufffd"]', undefined],
    ["text that looks like an escaped surrogate", "\\ud800", "\\ud800", undefined],
    ["a surrogate pair", "😀", "😀", undefined],
  ];
  test.each(values)("keeps %s", (_name, value, text, number) => {
    const { a, n } = rowOf({ attributes: { k: value } });
    expect({ text: a.k, number: n.k }).toEqual({ text, number });
  });

  test("flattens to the depth limit and keeps the rest as JSON text", () => {
    const attributes = { a: { b: { c: { d: { e: { f: { g: { h: { i: 1 } } } } } } } } };
    expect(rowOf({ attributes }).a).toEqual({ "a.b.c.d.e.f.g.h": '{"i":1}' });
  });

  test("where two paths give one name the later wins, in both maps", () => {
    expect(rowOf({ attributes: { "a.b": 1, a: { b: "two" } } })).toMatchObject({ a: { "a.b": "two" }, n: {} });
  });

  test("keys that objects know by themselves are keys like any other", () => {
    const attributes = Object.assign(openMap(), { ["__proto__"]: 1, constructor: "c" });
    expect(encodeRow(record({ attributes }), context).line).toContain(
      '"a":{"__proto__":"1","constructor":"c"},"n":{"__proto__":1}',
    );
  });

  test("keeps 256 keys and the others together", () => {
    const attributes = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index]));
    const { a, n } = rowOf({ attributes });
    expect(Object.keys(a)).toHaveLength(257);
    expect(Object.keys(n)).toHaveLength(256);
    expect(JSON.parse(a[overflowKey] ?? "")).toEqual(Object.fromEntries(Object.entries(attributes).slice(256)));
  });

  test("a shared resource is the same for each record, and a new one is seen", () => {
    const encode = createRowEncoder(context);
    const resource = { host: "a" };
    const lines = [
      encode(record({ resource })),
      encode(record({ resource })),
      encode(record({ resource: { host: "b" } })),
    ];
    expect(lines.map(({ line }) => (JSON.parse(line) as RowShape).r.host)).toEqual(["a", "a", "b"]);
  });
});

describe("times", () => {
  const arrival = `${receivedAtMs}000000`;
  const cases: readonly (readonly [string, string])[] = [
    ["unset", "0"],
    ["in 1970", "1000000000"],
    ["just before 1990", "631151999999999999"],
    ["before 1970", "-5000000000"],
    ["more than a day ahead", `${receivedAtMs + dayMs + 1}000000`],
    ["in 2262", "9223372036854775807"],
    ["in the year 9999", "253402300799000000000"],
  ];
  test.each(cases)("%s: arrival time, the original is kept and told", (_name, timeUnixNano) => {
    const row = encodeRow(record({ timeUnixNano, attributes: { [originalTimeKey]: "forged" } }), context);
    const { t, a } = JSON.parse(row.line) as RowShape;
    expect({ t, original: a[originalTimeKey] }).toEqual({ t: arrival, original: timeUnixNano });
    expect(row).toMatchObject({ timeMs: receivedAtMs, timeReplaced: true });
  });

  test("up to a day ahead stays", () => {
    const timeUnixNano = `${receivedAtMs + dayMs}999999`;
    expect(rowOf({ timeUnixNano })).toMatchObject({ t: timeUnixNano, a: {} });
  });

  test("a full set of keys does not crowd the original time out", () => {
    const attributes = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index]));
    expect(rowOf({ timeUnixNano: "5", attributes }).a[originalTimeKey]).toBe("5");
  });

  test("an odd time of observation becomes the arrival", () => {
    expect(rowOf({ observedTimeUnixNano: "0" }).o).toBe(arrival);
  });

  test("older than the retention is refused, the last moment is not", () => {
    const at = (ms: number) => () => encodeRow(record({ timeUnixNano: `${ms}000000` }), context);
    expect(codeOf(at(receivedAtMs - 30 * dayMs - 1))).toBe("too_old");
    expect(codeOf(at(receivedAtMs - 30 * dayMs))).toBe("ok");
  });
});

describe("bounds", () => {
  test("a row above 1 MiB is refused, counted in bytes", () => {
    expect(codeOf(() => encodeRow(record({ body: "x".repeat(limits.recordLine.value) }), context))).toBe(
      "record_too_large",
    );
    expect(codeOf(() => encodeRow(record({ body: "é".repeat(limits.recordLine.value / 2) }), context))).toBe(
      "record_too_large",
    );
    expect(codeOf(() => encodeRow(record({ body: "x".repeat(limits.recordLine.value - 1000) }), context))).toBe("ok");
  });

  test("a value nested deeper than 500 levels is refused", () => {
    expect(codeOf(() => encodeRow(record({ attributes: { k: nested(499) } }), context))).toBe("ok");
    expect(codeOf(() => encodeRow(record({ attributes: { k: nested(501) } }), context))).toBe("record_too_deep");
    expect(codeOf(() => encodeRow(record({ attributes: { k: nested(100_000) } }), context))).toBe("record_too_deep");
  });
});

const anyText = fc.string({
  unit: fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.integer({ min: 0xd700, max: 0xe100 }).map((code) => String.fromCharCode(code)),
  ),
});
const anyValue: fc.Arbitrary<RecordValue> = fc.letrec<{ value: RecordValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 12 },
    anyText,
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(anyText, tie("value"), { maxKeys: 3 }).map((map) => Object.assign(openMap(), map)),
  ),
})).value;
const anyMap: fc.Arbitrary<RecordMap> = fc
  .dictionary(anyText, anyValue, { maxKeys: 5 })
  .map((map) => Object.assign(openMap(), map));

describe("any record (fast-check prints the seed when one fails)", () => {
  test("becomes one line of JSON without lone surrogates, whose maps hold text and finite numbers", () => {
    fc.assert(
      fc.property(fc.record({ body: anyText, attributes: anyMap, resource: anyMap }), (change) => {
        const { line } = encodeRow(record(change), context);
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(line).not.toMatch(/\p{Surrogate}/u);
        const row = JSON.parse(line) as RowShape;
        // Parsed and written again it is as long as before, so no name came twice; only large whole numbers are written otherwise.
        const large = Object.values(row.n).filter((n) => Number.isInteger(n) && !Number.isSafeInteger(n));
        const otherwise = large.reduce((sum, n) => sum + n.toExponential().length - String(n).length, 0);
        expect(line.length - 1).toBe(JSON.stringify(row).length + otherwise);
        expect(line.match(/"n":\{(.*?)\},"rd"/)?.[1] ?? "").not.toMatch(/:-?\d{19,}[,}]/);
        for (const value of [...Object.values(row.a), ...Object.values(row.r), row.b]) {
          expect(typeof value).toBe("string");
          expect(value).not.toMatch(/\p{Surrogate}/u);
        }
        for (const value of Object.values(row.n)) expect(Number.isFinite(value)).toBe(true);
      }),
    );
  });
});
