import { describe, expect, it } from "vitest";
import { judge } from "./ledger-judge.ts";

const book = (acknowledged: string[], unknown: string[] = []) => ({
  acknowledged: new Set(acknowledged),
  unknown: new Set(unknown),
});

describe("judge", () => {
  it("accepts each acknowledged record once and an unanswered one once or never", () => {
    expect(
      judge(
        book(["a", "b"], ["c"]),
        new Map([
          ["a", 1],
          ["b", 1],
        ]),
      ).ok,
    ).toBe(true);
    expect(
      judge(
        book(["a"], ["c"]),
        new Map([
          ["a", 1],
          ["c", 1],
        ]),
      ).ok,
    ).toBe(true);
  });

  it("names what is missing, stored twice, or was never sent", () => {
    const result = judge(
      book(["a", "b"], ["c"]),
      new Map([
        ["a", 2],
        ["c", 2],
        ["x", 1],
      ]),
    );
    expect(result).toMatchObject({ missing: ["b"], duplicated: ["a", "c"], foreign: ["x"], ok: false });
  });
});
