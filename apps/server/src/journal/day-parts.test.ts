import { describe, expect, it } from "vitest";
import { cutByDays } from "./day-parts.ts";

const day = 86_400_000;
const start = Date.UTC(2026, 10, 22);

describe("cutting by day", () => {
  it("leaves up to fifty days whole", () => {
    expect(cutByDays(start, start + 50 * day - 1, 50)).toEqual([undefined]);
  });

  it("cuts the fifty-first day off, at midnight, without a gap and open at both ends", () => {
    const parts = cutByDays(start + 3_600_000, start + 50 * day, 50);
    expect(parts).toEqual([
      { fromMs: 0, toMs: start + 50 * day },
      { fromMs: start + 50 * day, toMs: 9_223_372_036_854 },
    ]);
  });

  it("covers 400 days in eight parts of at most fifty", () => {
    const parts = cutByDays(start, start + 399 * day, 50);
    expect(parts).toHaveLength(8);
    for (const [index, part] of parts.entries()) expect(part?.fromMs).toBe(parts[index - 1]?.toMs ?? 0);
  });
});
