import { TaffrailError } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { classifyFailure, type FailureType } from "./insert-failure.ts";
import { afterFailure, firstTrial, type Trial } from "./trial.ts";

/** Fails a segment in the given ways, one after the other, and tells what was decided each time. */
function course(types: readonly FailureType[], { frames = 10, othersStored = 0, ageMs = 0 } = {}): string[] {
  let trial: Trial = firstTrial("first");
  return types.map((type, index) => {
    const storedSoFar = index === 0 ? 5 : 5 + othersStored;
    const next = afterFailure(trial, { type, reason: "" }, { storedSoFar, frames, ageMs });
    trial = next.trial;
    return next.verdict.do === "divide" ? "divide" : String(next.verdict.pauseMs);
  });
}

describe("what follows a failed insert", () => {
  it.each([
    [["engine-death", "engine-death"], {}, ["250", "divide"]],
    [["refused", "refused"], { frames: 1 }, ["0", "divide"]],
    [["refused"], {}, ["divide"]],
    [["too-big", "too-big"], {}, ["250", "divide"]],
    [["too-big", "too-big", "too-big"], { frames: 1 }, ["250", "500", "1000"]],
    [["too-big", "too-big"], { frames: 1, othersStored: 1 }, ["250", "500"]],
    [
      Array.from({ length: 10 }, () => "too-big" as const),
      { frames: 1, othersStored: 1 },
      ["250", "500", "1000", "2000", "4000", "8000", "16000", "30000", "30000", "divide"],
    ],
    [["too-big", "too-big"], { frames: 2, othersStored: 1 }, ["250", "divide"]],
    [["unknown", "unknown", "unknown", "unknown"], {}, ["250", "500", "1000", "2000"]],
    [["unknown", "unknown", "unknown"], { othersStored: 1 }, ["250", "500", "divide"]],
    [["waiting", "waiting", "waiting", "waiting"], { othersStored: 9 }, ["250", "500", "1000", "2000"]],
    [["engine-death", "waiting", "engine-death"], {}, ["250", "500", "divide"]],
  ] as const)("%o with %o", (types, options, expected) => {
    expect(course(types, options)).toEqual(expected);
  });

  /** Fails in ways that pass until something else is decided; answers after how many failures. */
  function patience(first: Trial, { ageMs = 0, others = (index: number) => index } = {}): number {
    let trial = first;
    for (let index = 0; index < 1000; index += 1) {
      const context = { storedSoFar: others(index), frames: 1, ageMs };
      const next = afterFailure(trial, { type: "waiting", reason: "" }, context);
      if (next.verdict.do === "divide") return index + 1;
      trial = next.trial;
    }
    return Number.POSITIVE_INFINITY;
  }

  it("is patient with what passes, but not for ever while others are stored", () => {
    const hours = 3_600_000;
    expect(patience(firstTrial("first"))).toBe(121);
    expect(patience(firstTrial("first"), { ageMs: 12 * hours })).toBe(4);
    expect(patience(firstTrial("seq-check", 120))).toBe(11);
    expect(patience(firstTrial("first"), { others: (index) => Math.floor(index / 2) })).toBe(241);
    // The whole store waits: nobody is guilty, however long it takes.
    expect(patience(firstTrial("first"), { ageMs: 30 * hours, others: () => 7 })).toBe(Number.POSITIVE_INFINITY);
    expect(patience(firstTrial("first"), { others: (index) => Math.min(index, 2) })).toBe(Number.POSITIVE_INFINITY);
  });

  it("never pauses longer than half a minute", () => {
    const last = course(Array.from({ length: 30 }, () => "waiting" as const)).at(-1);
    expect(last).toBe("30000");
  });

  it("always checks the Seq after a failure, and cuts smaller when there were too many days", () => {
    const { trial } = afterFailure(
      firstTrial("first"),
      { type: "too-many-days", reason: "" },
      { storedSoFar: 0, frames: 1, ageMs: 0 },
    );
    expect(trial).toMatchObject({ mode: "seq-check", daysPerInsert: 7 });
  });
});

describe("sorting failures", () => {
  const failed = (reason: string, engineCode = 0): TaffrailError =>
    new TaffrailError("query_failed", { reason, engineCode });

  it.each([
    [new TaffrailError("engine_unavailable", { reason: "killed" }), "engine-death"],
    [new TaffrailError("query_timeout", { seconds: 1 }), "too-big"],
    [new TaffrailError("query_memory", { limit: 1 }), "too-big"],
    [failed("Code: 444. Protobuf messages are corrupted"), "refused"],
    [failed("cannot parse", 26), "refused"],
    [failed("Code: 252. Too many partitions for single INSERT block"), "too-many-days"],
    [failed("Code: 252. Too many parts (3000). Merges are processing"), "waiting"],
    [failed("Code: 243. Not enough space"), "waiting"],
    [failed("Code: 60. Table does not exist"), "unknown"],
    [new Error("failpoint"), "unknown"],
  ])("%s", (error, type) => {
    expect(classifyFailure(error).type).toBe(type);
  });
});
