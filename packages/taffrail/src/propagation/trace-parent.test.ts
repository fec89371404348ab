import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areTraceIds, formatTraceParent, parseTraceParent } from "./trace-parent.ts";
import { parseTraceState } from "./trace-state.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";

describe("traceparent", () => {
  it.each([
    [`00-${traceId}-${spanId}-01`, 1],
    [`00-${traceId}-${spanId}-00`, 0],
    [`00-${traceId}-${spanId}-ff`, 3],
    [` 00-${traceId}-${spanId}-01\t`, 1],
    [`01-${traceId}-${spanId}-01`, 1],
    [`cc-${traceId}-${spanId}-01-what-the-future-brings`, 1],
  ])("reads %s", (text, flags) => {
    expect(parseTraceParent(text)).toEqual({ traceId, spanId, flags });
  });

  it.each([
    ["nothing", ""],
    ["version ff", `ff-${traceId}-${spanId}-01`],
    ["version 00 with more", `00-${traceId}-${spanId}-01-more`],
    ["version 00 with a dash more", `00-${traceId}-${spanId}-01-`],
    ["a later version without a dash", `01-${traceId}-${spanId}-01x`],
    ["upper case", `00-${traceId.toUpperCase()}-${spanId}-01`],
    ["upper-case version", `AA-${traceId}-${spanId}-01`],
    ["no hex", `00-${traceId.replace("4", "g")}-${spanId}-01`],
    ["zero trace id", `00-${"0".repeat(32)}-${spanId}-01`],
    ["zero span id", `00-${traceId}-${"0".repeat(16)}-01`],
    ["short trace id", `00-${traceId.slice(1)}-${spanId}-01`],
    ["long span id", `00-${traceId}-${spanId}0-01`],
    ["no flags", `00-${traceId}-${spanId}`],
    ["one digit of flags", `00-${traceId}-${spanId}-1`],
    ["two headers in one", `00-${traceId}-${spanId}-01,00-${traceId}-${spanId}-01`],
    ["endless", `01-${traceId}-${spanId}-01-${"x".repeat(10_000)}`],
  ])("refuses %s", (_, text) => {
    expect(parseTraceParent(text)).toBe(undefined);
  });

  it("writes what it reads, without flags that have no meaning", () => {
    expect(formatTraceParent({ traceId, spanId, flags: 0xff })).toBe(`00-${traceId}-${spanId}-03`);
    const hex = (length: number) =>
      fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 3 }), (trace, span, flags) => {
        const parent = { traceId: trace, spanId: span, flags };
        const expected = areTraceIds(trace, span) ? parent : undefined;
        expect(parseTraceParent(formatTraceParent(parent))).toEqual(expected);
      }),
    );
  });

  it("survives any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => parseTraceParent(text) === undefined));
  });
});

describe("tracestate", () => {
  const members = (count: number): string => Array.from({ length: count }, (_, n) => `key${n}=value`).join(",");

  it.each([
    ["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"],
    ["rojo=1 ,\t congo=2, ,", "rojo=1,congo=2"],
    ["fw529a3039@dt=FfAAf_/*-", "fw529a3039@dt=FfAAf_/*-"],
    ["0digit=first", "0digit=first"],
    ["a= inner blanks are kept", "a= inner blanks are kept"],
    ["", ""],
    [members(32), members(32)],
  ])("passes on %s", (text, expected) => {
    expect(parseTraceState(text)).toBe(expected);
  });

  it.each([
    ["no value", "rojo"],
    ["an empty value", "rojo="],
    ["no key", "=1"],
    ["upper case", "Rojo=1"],
    ["= in the value", "rojo=1=2"],
    ["a control character", "rojo=\u0007x"],
    ["no ASCII", "rojo=é"],
    ["one key twice", "rojo=1,congo=2,rojo=3"],
    ["33 members", members(33)],
    ["a key of 257 characters", `${"a".repeat(257)}=1`],
    ["a value of 257 characters", `a=${"1".repeat(257)}`],
    ["a system id of 15 characters", `tenant@${"s".repeat(15)}=1`],
    ["an endless list", members(2000)],
  ])("discards a list with %s", (_, text) => {
    expect(parseTraceState(text)).toBe("");
  });
});
