import { describe, expect, it } from "vitest";
import { levelOfSeverity, levels, parseLevel, severityOf } from "./level.ts";

describe("levels", () => {
  it("map to OpenTelemetry's severity numbers and back, every grade", () => {
    for (const level of levels) {
      for (let grade = 0; grade < 4; grade += 1) expect(levelOfSeverity(severityOf[level] + grade)).toBe(level);
    }
  });

  it("count an unset or impossible severity as info", () => {
    for (const severity of [0, -1, 25, Number.NaN]) expect(levelOfSeverity(severity)).toBe("info");
  });

  it("are read in any case and by their usual synonyms", () => {
    expect(["WARNING", "err", "Critical", "verbose", "Info"].map(parseLevel)).toEqual([
      "warn",
      "error",
      "fatal",
      "debug",
      "info",
    ]);
    expect(parseLevel("loud")).toBeUndefined();
    expect(parseLevel("constructor")).toBeUndefined();
  });
});
