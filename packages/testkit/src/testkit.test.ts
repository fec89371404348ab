import { createBatch } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { manualClock } from "./manual-clock.ts";
import { createRandom } from "./random.ts";
import { recorder } from "./recorder.ts";

describe("manualClock", () => {
  it("stands still, advances and jumps", () => {
    const clock = manualClock(1000);
    clock.advance(5);
    expect([clock.now(), clock.monotonic()]).toEqual([1005, 5]);
    clock.jumpTo(0);
    expect([clock.now(), clock.monotonic()]).toEqual([0, 5]);
    expect(() => clock.advance(-1)).toThrow(RangeError);
  });
});

describe("createRandom", () => {
  it("repeats itself for a seed, and differs between seeds", () => {
    const sequence = (seed: number): number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.integer(0, 1e9));
    };
    expect(sequence(1)).toEqual(sequence(1));
    expect(sequence(1)).not.toEqual(sequence(2));
  });

  it("spreads evenly over its range, ends included", () => {
    const random = createRandom(3);
    const counts = new Array(10).fill(0) as number[];
    for (let index = 0; index < 10_000; index++) counts[random.integer(0, 9)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
    expect(random.hex(8)).toMatch(/^[0-9a-f]{16}$/);
    expect(random.text(50).length).toBe(50);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});

describe("recorder", () => {
  it("keeps records and finds them by their fields", async () => {
    const recorded = recorder();
    const lines = ['{"level":"warn","a":{"b":1}}\n', '{"level":"info"}\n'];
    const batch = createBatch(lines.map((line) => ({ line, level: "info" })));
    await recorded.write(batch, new AbortController().signal);
    expect(recorded.lines).toEqual(lines);
    expect(recorded.matching({ a: { b: 1 } })).toEqual([{ level: "warn", a: { b: 1 } }]);
    recorded.clear();
    expect(recorded.records).toEqual([]);
  });
});
