import { pluginApiVersion, type Sink } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { manualClock } from "./manual-clock.ts";
import { createRandom } from "./random.ts";
import { recorder } from "./recorder.ts";
import { type TestRunner, testSink } from "./test-sink.ts";

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
    const batch = lines.map((line) => ({ line, level: "info" as const }));
    await recorded.write(batch, new AbortController().signal);
    expect(recorded.lines).toEqual(lines);
    expect(recorded.matching({ a: { b: 1 } })).toEqual([{ level: "warn", a: { b: 1 } }]);
    recorded.clear();
    expect(recorded.records).toEqual([]);
  });
});

/** Runs the suite with a runner of its own; gives the names of the obligations that failed, and those that were skipped. */
async function failuresOf(make: () => Sink, deviations = {}): Promise<{ failed: string[]; skipped: string[] }> {
  const cases: [string, () => Promise<void> | void][] = [];
  const skipped: string[] = [];
  const runner: TestRunner = {
    describe: (_, body) => body(),
    it: Object.assign((name: string, body: () => Promise<void> | void) => void cases.push([name, body]), {
      skip: (name: string) => void skipped.push(name),
    }),
    expect,
  };
  const kept: string[] = [];
  const makeSubject = () => {
    kept.length = 0;
    return { sink: make(), received: () => kept };
  };
  testSink("subject", makeSubject, { runner, deviations });
  const failed: string[] = [];
  for (const [name, body] of cases) {
    try {
      await body();
    } catch {
      failed.push(name);
    }
  }
  return { failed, skipped };
}

describe("testSink", () => {
  const good: Sink = {
    manifest: { name: "good", kind: "sink", apiVersion: pluginApiVersion },
    write: async () => ({ outcome: "ok" }),
    close: async () => {},
  };

  it("finds a sink that loses records, and shows declared deviations with their reason", async () => {
    const { failed, skipped } = await failuresOf(() => good, { flushes: "has nothing to flush" });
    expect(failed).toEqual([
      "delivers a batch whole and in order",
      "keeps the order of batches",
      "delivers 5000 records of one batch",
      "leaves awkward characters as they are",
      "refuses after close without throwing",
      "answers failure with a result",
    ]);
    expect(skipped).toEqual(["flushes (declared deviation: has nothing to flush)"]);
  });

  it("finds a sink that throws, names itself badly, reports odd health or miscounts its last words", async () => {
    const bad: Sink = {
      ...good,
      manifest: { name: "Bad Name", kind: "sink", apiVersion: 99 },
      write: async (batch) => {
        (batch as unknown[]).pop();
        throw new Error("no");
      },
      writeSync: () => 0,
      health: () => ({ status: "fine" }) as never,
    };
    const { failed } = await failuresOf(() => bad);
    expect(failed).toEqual(
      expect.arrayContaining([
        "describes itself",
        "does not change its batch",
        "settles when it is aborted",
        "reports its health",
        "writes its last words by blocking",
        "answers failure with a result",
      ]),
    );
  });
});
