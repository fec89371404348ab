import { TaffrailError } from "@taffrail/contracts";
import { beforeEach, describe, expect, it } from "vitest";
import { type Budget, createBudget } from "./budget.ts";
import { ownSource, senderOf } from "./segment.ts";

const dayMs = 86_400_000;
const a = senderOf("one", "otlp");
const b = senderOf("two", "otlp");
let nowMs: number;
let budget: Budget;

beforeEach(() => {
  nowMs = 0;
  const clock = { now: () => nowMs, monotonic: () => nowMs };
  budget = createBudget({ clock, limitBytes: 1000, ageMs: dayMs });
});

function put(sender: string, bytes: number): void {
  budget.admit(sender, bytes, 0);
  budget.written(sender, bytes, bytes);
}

function refusal(act: () => void): TaffrailError {
  try {
    act();
  } catch (error) {
    if (error instanceof TaffrailError) return error;
  }
  throw new Error("it was let in");
}

describe("the journal's budget", () => {
  it("lets one sender alone use all of it, and refuses what goes beyond", () => {
    put(a, 1000);
    const error = refusal(() => budget.admit(a, 1, 0));
    expect(error.code).toBe("ingest_busy");
    expect(error.details).toMatchObject({ limit: 1000, retryAfter: 30 });
  });

  it("counts what is let in but not written yet, and gives it back when that fails", () => {
    budget.admit(a, 900, 0);
    expect(refusal(() => budget.admit(a, 200, 0)).code).toBe("ingest_busy");
    budget.cancelled(a, 900);
    put(a, 1000);
    expect(budget.used).toBe(1000);
  });

  it("gives a sender at most half while another sends", () => {
    put(b, 100);
    put(a, 500);
    const refused = refusal(() => budget.admit(a, 1, 0));
    expect([refused.code, refused.details.limit]).toEqual(["ingest_busy", 500]);
    put(b, 400);
    expect(refusal(() => budget.admit(b, 1, 0)).code).toBe("ingest_busy");
  });

  it("gives all of it again a minute after the other has stopped and its bytes are gone", () => {
    put(b, 100);
    put(a, 500);
    budget.released({ bytes: 100, senders: new Map([[b, 100]]) }, { drained: true });
    expect(refusal(() => budget.admit(a, 1, 0)).code).toBe("ingest_busy");
    nowMs += 61_000;
    put(a, 500);
    expect(budget.used).toBe(1000);
  });

  it("a source of the same tenant is another sender", () => {
    put(a, 500);
    put(senderOf("one", "lines"), 100);
    expect(refusal(() => budget.admit(a, 1, 0)).code).toBe("ingest_busy");
  });

  it("does not count the server's own log as another sender, but bounds it by the others", () => {
    const own = senderOf("one", ownSource);
    put(own, 100);
    put(a, 900);
    expect(refusal(() => budget.admit(a, 1, 0)).details.limit).toBe(1000);
    budget.released({ bytes: 900, senders: new Map([[a, 900]]) }, { drained: true });
    put(own, 400);
    expect(refusal(() => budget.admit(own, 1, 0)).details.limit).toBe(500);
  });

  it("names the whole limit when that is what is used up", () => {
    put(a, 500);
    put(b, 500);
    expect(refusal(() => budget.admit(senderOf("three", "otlp"), 1, 0)).details.limit).toBe(1000);
  });

  it("counts what it refused within the last minute", () => {
    put(a, 1000);
    expect(budget.refusedLastMinute).toBe(0);
    refusal(() => budget.admit(a, 1, 0));
    nowMs += 30_000;
    refusal(() => budget.admit(a, 1, dayMs + 1));
    expect(budget.refusedLastMinute).toBe(2);
    nowMs += 31_000;
    expect(budget.refusedLastMinute).toBe(1);
    nowMs += 60_000;
    expect(budget.refusedLastMinute).toBe(0);
  });

  it("says when to come back from the rate at which it drains", () => {
    put(a, 1000);
    nowMs += 1000;
    budget.released({ bytes: 100, senders: new Map([[a, 100]]) }, { drained: true });
    nowMs += 2000;
    budget.released({ bytes: 100, senders: new Map([[a, 100]]) }, { drained: true });
    expect(budget.drainBytesPerSecond()).toBe(100);
    put(a, 200);
    expect(refusal(() => budget.admit(a, 450, 0)).details.retryAfter).toBe(5);
    nowMs += 60_000;
    expect(budget.drainBytesPerSecond()).toBe(0);
  });

  it("keeps sums of seconds, not of segments: a month in which nobody asks leaves nothing behind", () => {
    const rounds = 2_000_000;
    for (let round = 0; round < rounds; round += 1) {
      nowMs += 1000;
      budget.released({ bytes: 50, senders: new Map() }, { drained: true });
    }
    // One look at a list of all of them would hold the event loop, and this test, for minutes.
    expect(budget.drainBytesPerSecond()).toBeCloseTo((31 * 50) / 30);
  });

  it("follows a new limit at once", () => {
    put(a, 1000);
    budget.setLimit(2000);
    put(a, 1000);
    budget.setLimit(10);
    expect(refusal(() => budget.admit(a, 1, 0)).details.limit).toBe(10);
  });

  it("refuses when the oldest has waited too long, in words of its own", () => {
    const refused = refusal(() => budget.admit(a, 1, dayMs + 1));
    expect([refused.code, refused.status]).toEqual(["ingest_stalled", 429]);
    expect(refused.message).toContain("more than 24 hours");
    expect(refused.details).toEqual({ hours: 24, retryAfter: 30 });
    budget.admit(a, 1, dayMs);
  });

  it("bounds what waits in memory, but lets one large body in", () => {
    budget.setLimit(1e12);
    budget.admit(a, 200 * 1024 * 1024, 0);
    const refused = refusal(() => budget.admit(b, 1, 0));
    expect(refused.details).toEqual({ limit: 128 * 1024 * 1024, retryAfter: 1 });
    expect(budget.refusedLastMinute).toBe(1);
  });
});
