import { manualClock } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { createLateProblems } from "./late-problems.ts";
import type { Spool } from "./spool.ts";
import { drain, line, refuseNextFile, segments, spoolPlace } from "./testdata/spool-test.ts";

const place = spoolPlace();

interface Echoing {
  readonly spool: Spool;
  readonly append: Spool["append"];
  readonly told: string[];
}

/** A spool whose listener logs to it what it hears, as that of a logger may. */
function echoing(options: Parameters<typeof place.open>[0]): Echoing {
  const told: string[] = [];
  let isAppending = false;
  const append: Spool["append"] = (...call) => {
    isAppending = true;
    const result = spool.append(...call);
    isAppending = false;
    return result;
  };
  const spool = place.open({
    ...options,
    problem(message) {
      told.push(isAppending ? `while a record is being taken: ${message}` : message);
      spool.append(line(`problem ${told.length}`), 3);
    },
  });
  return { spool, append, told };
}

describe("a listener that logs what it hears", () => {
  it("hears once that the disk refuses, and the records stay in order", async () => {
    const dir = place.dir();
    const clock = manualClock();
    const { spool, append, told } = echoing({ dir, clock, segmentBytes: 4096, fsync: "never" });
    const source = spool.source("http");
    for (let index = 0; segments(dir).length < 2; index += 1) append(line(index, 200), 2);
    const before = source.records;
    refuseNextFile(dir, before);
    while (spool.health().status === "healthy") append(line("more", 200), 2);
    append(line("last", 200), 2);
    await Promise.resolve();
    expect(told).toEqual([expect.stringMatching(/^spool: .*EEXIST/)]);
    clock.advance(1001);
    expect(append(line("after"), 2)).toBe("stored");
    expect(drain(source).slice(-3)).toEqual(["last", "problem 1", "after"]);
  });

  it("hears once that the spool is full, also when only the exit of the process is left to tell it", () => {
    const { spool, append, told } = echoing({ maxBytes: 65_536, segmentBytes: 4096 });
    const source = spool.source("http");
    while (append(line("x", 1000), 2) !== "quota");
    spool.syncSync();
    expect(told).toEqual([expect.stringMatching(/^the spool is full/)]);
    expect(drain(source)).not.toContain("problem 2");
  });

  it("hears of a moment in which much fails in few sentences, and may throw", async () => {
    const told: string[] = [];
    const { add } = createLateProblems((message) => {
      told.push(message);
      throw new Error("the listener is broken");
    });
    for (let index = 0; index < 1000; index += 1) add(`problem ${index}`);
    await Promise.resolve();
    expect(told).toHaveLength(101);
    expect(told.at(-1)).toBe("spool: 900 more problems in one moment");
  });
});
