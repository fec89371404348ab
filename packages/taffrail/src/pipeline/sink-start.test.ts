import type { Sink } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { expectBalance, healthOfSinks, open, push, pushMany, until } from "./testdata/pipelines.ts";

/** A sink with a start of its own, which notes what happens to it. */
function starting(start: () => unknown) {
  const calls: string[] = [];
  const sink: Sink = {
    ...recorder(),
    start: () => {
      calls.push("start");
      return start() as Promise<void>;
    },
    async write() {
      calls.push("write");
      return { outcome: "ok" };
    },
    writeSync(batch, unfinished) {
      calls.push("writeSync");
      return batch.size + (unfinished?.size ?? 0);
    },
  };
  return { sink, calls };
}

const kinds = [
  ["throws", () => "no key"],
  ["rejects", () => Promise.reject(new Error("no key"))],
] as const;

describe("the start of a sink", () => {
  it.each(kinds)("that %s is told, shows in health, and is tried again before the next attempt", async (kind, fail) => {
    let isBroken = true;
    const told: string[] = [];
    const { sink, calls } = starting(() => {
      if (!isBroken) return undefined;
      if (kind === "throws") throw new Error("no key");
      return fail();
    });
    const pipeline = open([{ sink }], { onProblem: (text) => told.push(text), breaker: false });
    await until(() => told.length > 0);
    expect(told).toEqual(["sink recorder failed: it could not start: no key"]);
    expect(pipeline.stats().sinks[0]?.health).toEqual({
      status: "unhealthy",
      detail: "it could not start: no key",
    });
    pushMany(pipeline, 3);
    await until(() => calls.length >= 4);
    expect(calls).not.toContain("write");
    expect(pipeline.ledger()).toMatchObject({ accepted: 3, delivered: 0, pending: 3 });
    isBroken = false;
    await until(() => pipeline.ledger().delivered === 3);
    expect(calls.slice(-2)).toEqual(["start", "write"]);
    expect(pipeline.stats().sinks[0]?.health).toEqual({ status: "healthy" });
    expectBalance(pipeline);
    await pipeline.close(100);
  });

  it("that fails for good costs its records by the retry policy, counted, never the others'", async () => {
    const { sink, calls } = starting(() => Promise.reject(new Error("no key")));
    const other = recorder();
    const retry = { minDelayMs: 1, maxDelayMs: 2, retryForMs: 5 };
    const pipeline = open([{ sink }, { sink: other, name: "other" }], { retry });
    pushMany(pipeline, 3);
    await until(() => pipeline.ledger().pending === 0);
    expect(pipeline.ledger()).toMatchObject({ accepted: 3, dropped: { "retries-exhausted": 3 } });
    expect(other.records).toHaveLength(3);
    push(pipeline, "{}\n", "info");
    pipeline.drainSync(true);
    expect(calls).not.toContain("writeSync");
    expectBalance(pipeline);
    await pipeline.close(20);
  });

  it("that hangs has a deadline, is not called twice, and its batches go to the fallback", async () => {
    let ready = (): void => {};
    const hanging = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const { sink, calls } = starting(() => hanging);
    const fallback = recorder();
    const pipeline = open([{ sink, fallback, breaker: { failures: 1, openForMs: 1 } }], { writeTimeoutMs: 20 });
    pushMany(pipeline, 2);
    await until(() => fallback.records.length === 2);
    expect(pipeline.stats().sinks[0]?.health).toEqual({
      status: "unhealthy",
      detail: "it did not start within 20 ms",
    });
    ready();
    // While the breaker is open the fallback takes them: sooner or later one comes when it lets a batch through.
    await until(() => {
      pushMany(pipeline, 1);
      return calls.includes("write");
    });
    expect(calls.filter((call) => call === "start")).toHaveLength(1);
    await until(() => healthOfSinks(pipeline).status === "healthy");
    await pipeline.close(100);
  });

  it("of a fallback that fails is told, and what it should have taken is counted", async () => {
    const told: string[] = [];
    const away: Sink = { ...recorder(), write: async () => ({ outcome: "retry", reason: "away" }) };
    const { sink: fallback, calls } = starting(() => Promise.reject(new Error("no disk")));
    const breaker = { failures: 1, openForMs: 60_000 };
    const pipeline = open([{ sink: away, fallback, breaker }], { onProblem: (text) => told.push(text) });
    pushMany(pipeline, 2);
    await until(() => pipeline.ledger().pending === 0);
    expect(pipeline.ledger()).toMatchObject({ dropped: { "retries-exhausted": 2 } });
    expect(calls).not.toContain("write");
    await pipeline.close(100);
    expect(told.join("; ")).toContain("recorder fallback failed: it could not start: no disk");
  });
});
