import { describe, expect, it } from "vitest";
import { createQuarantine, quarantineMs } from "./quarantine.ts";
import { restartDelayMs } from "./restart-delay.ts";

describe("the quarantine", () => {
  it("refuses a shape after its second death, for ten minutes", () => {
    let now = 1000;
    const quarantine = createQuarantine(() => now);
    quarantine.blame(["a"]);
    expect(quarantine.refusedUntil("a")).toBeUndefined();
    expect(quarantine.suspected("a")).toBe(true);
    now += 5000;
    quarantine.blame(["a"]);
    expect(quarantine.refusedUntil("a")).toBe(now + quarantineMs);
    now += quarantineMs;
    expect(quarantine.refusedUntil("a")).toBeUndefined();
    expect(quarantine.suspected("a")).toBe(false);
  });

  it("blames only suspects when there are any among those that ran", () => {
    const quarantine = createQuarantine(() => 0);
    quarantine.blame(["a", "b"]);
    quarantine.blame(["b", "c", "b"]);
    expect(quarantine.refusedUntil("b")).toBeDefined();
    expect(quarantine.suspected("c")).toBe(false);
    expect(quarantine.refusedUntil("a")).toBeUndefined();
  });

  it("remembers a bounded number of shapes", () => {
    const quarantine = createQuarantine(() => 0);
    for (let shape = 0; shape < 2000; shape += 1) quarantine.blame([String(shape)]);
    const known = Array.from({ length: 2000 }, (_, shape) => quarantine.suspected(String(shape))).filter(
      Boolean,
    ).length;
    expect(known).toBe(1000);
  });
});

describe("restarts", () => {
  it("come at once, then with pauses that grow but stay short of five seconds for a dozen times", () => {
    const delays = Array.from({ length: 14 }, (_, index) => restartDelayMs(index + 1));
    expect(delays.slice(0, 6)).toEqual([0, 250, 500, 1000, 2000, 4000]);
    expect(Math.max(...delays.slice(0, 12))).toBe(4000);
    expect(delays.at(-1)).toBe(30_000);
  });
});
