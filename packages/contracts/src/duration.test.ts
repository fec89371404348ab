import { describe, expect, it } from "vitest";
import { parseDuration } from "./duration.ts";

const minute = 60_000;
const hour = 60 * minute;

describe("durations", () => {
  it.each([
    ["250ms", 250],
    ["1.5s", 1500],
    ["15m", 15 * minute],
    ["1h30m", 90 * minute],
    ["7d", 168 * hour],
    [" 2w ", 336 * hour],
  ])("%s is read", (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(["", "15", "m", "-5m", "0s", "1y", "15m ago", "99999d", `${"9".repeat(30)}d`])("%j is refused", (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
});
