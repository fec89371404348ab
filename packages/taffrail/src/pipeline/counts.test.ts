import { describe, expect, it } from "vitest";
import { readLastWords } from "./counts.ts";

describe("readLastWords", () => {
  it.each([
    [7, { done: 7, refused: 0 }],
    [
      { out: 4, refused: 2, reason: "no" },
      { done: 6, refused: 2, reason: "no" },
    ],
    [
      { out: 10, refused: 10 },
      { done: 10, refused: 0, reason: "no reason given" },
    ],
    [
      { out: Number.NaN, refused: 1e9, reason: 1 },
      { done: 10, refused: 10, reason: "no reason given" },
    ],
    [
      { out: -5, refused: "many" },
      { done: 0, refused: 0 },
    ],
    [{}, { done: 0, refused: 0 }],
    [null, { done: 0, refused: 0 }],
    [undefined, { done: 0, refused: 0 }],
    ["10", { done: 0, refused: 0 }],
  ])("never counts more than there are: %j", (answer, expected) => {
    expect(readLastWords(answer, 10)).toMatchObject(expected);
  });
});
