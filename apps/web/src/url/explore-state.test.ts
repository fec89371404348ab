import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnsMax, decodeState, type ExploreState, encodeState, initialState } from "./explore-state.ts";

const absolute = fc
  .tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 1e9 }))
  .map(([from, length]) => ({ kind: "absolute" as const, from, to: from + length }));
const relative = fc.constantFrom("5m", "15m", "1h30m", "7d").map((since) => ({ kind: "relative" as const, since }));
const record = fc.record({
  id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  time: fc.constant("2026-11-22T09:00:00.123456789Z"),
});
const states: fc.Arbitrary<ExploreState> = fc.record({
  query: fc.string({ unit: "grapheme" }),
  range: fc.oneof(absolute, relative),
  columns: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: columnsMax }),
  record: fc.option(record, { nil: undefined }),
  live: fc.boolean(),
  zone: fc.constantFrom("local" as const, "utc" as const),
});

describe("the address", () => {
  it("gives back every state that it was written from", () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(decodeState(encodeState(state))).toEqual(state);
      }),
      { seed: 4318 },
    );
  });

  it("is empty for the initial state", () => {
    expect(encodeState(initialState)).toBe("");
    expect(decodeState("")).toEqual(initialState);
  });

  it("reads like a sentence", () => {
    const search = encodeState({ ...initialState, query: "level:error", columns: ["http.route", "a,b"], live: true });
    expect(search).toBe("?query=level%3Aerror&col=http.route&col=a%2Cb&live=1");
  });

  it.each([
    ["?since=never", "range", initialState.range],
    ["?from=2026-11-22T10:00:00Z&to=2026-11-22T09:00:00Z", "range", initialState.range],
    ["?from=2026-11-22T10:00:00Z", "range", initialState.range],
    ["?record=7", "record", undefined],
    ["?record=x@2026-11-22T10:00:00Z", "record", undefined],
    ["?record=7@not-a-time-at-all", "record", undefined],
    ["?tz=mars", "zone", "local"],
    ["?live=yes", "live", false],
  ] as const)("%s falls back", (search, member, value) => expect(decodeState(search)[member]).toEqual(value));

  it("bounds the columns and drops doubles", () => {
    const many = Array.from({ length: 50 }, (_, index) => `col=c${index % 30}`).join("&");
    expect(decodeState(`?${many}`).columns).toHaveLength(columnsMax);
  });
});
