import { describe, expect, it } from "vitest";
import { DigitCache } from "./digit-cache.ts";

describe("DigitCache", () => {
  it("gives the digits of every number, also when more numbers come than it has places", () => {
    const cache = new DigitCache();
    const numbers = Array.from({ length: 20_000 }, (_, index) => (index - 9_000) / 8 + (index % 3) * 1e9);
    const edges = [0, -0, 0.1, 5e-324, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, 1e21, -1e-7, Number.MAX_VALUE];
    for (let round = 0; round < 2; round++) {
      for (const value of [...numbers, ...edges]) expect(cache.of(value)).toBe(JSON.stringify(value));
    }
  });
});
