import { levels } from "@taffrail/contracts";
import { createRandom, recordView, testFilter } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { makeHost } from "../plugins/testdata/make-host.ts";
import { type RateLimitOptions, rateLimitFilter } from "./rate-limit-filter.ts";
import { createTokenBuckets } from "./token-buckets.ts";

testFilter(
  "rateLimitFilter",
  () => ({
    filter: rateLimitFilter({ perSecond: 2, by: "tenant" }),
    keeps: [1, 2].flatMap((tenant) => [recordView({ fields: { tenant } }), recordView({ fields: { tenant } })]),
    filters: [recordView({ fields: { tenant: 1 } }), recordView({ fields: { tenant: 2 }, level: "fatal" })],
  }),
  { runner: { describe, expect, it } },
);

function open(options: RateLimitOptions) {
  const made = makeHost([rateLimitFilter(options)]);
  const admit = (fields: Record<string, unknown> = {}) => made.host.caller.admit(recordView({ fields })) === "keep";
  /** How many of so many records are kept. */
  const burstOf = (count: number, fields?: Record<string, unknown>) =>
    Array.from({ length: count }, () => admit(fields)).filter(Boolean).length;
  return { ...made, burstOf };
}

describe("rateLimitFilter", () => {
  it("rateLimit.perSecond: lets that many go on in each second of a long flood", () => {
    const { burstOf, clock } = open({ perSecond: 10 });
    let kept = 0;
    for (let tenth = 0; tenth < 100; tenth += 1) {
      kept += burstOf(50);
      clock.advance(100);
    }
    expect(kept).toBe(109);
  });

  it("rateLimit.perSecond: may be less than 1", () => {
    const { burstOf, clock } = open({ perSecond: 0.1 });
    expect(burstOf(5)).toBe(1);
    clock.advance(9999);
    expect(burstOf(5)).toBe(0);
    clock.advance(1);
    expect(burstOf(5)).toBe(1);
  });

  it("rateLimit.burst: lets that many go on at once after a quiet time", () => {
    const { burstOf, clock } = open({ perSecond: 10, burst: 25 });
    expect(burstOf(50)).toBe(25);
    clock.advance(60_000);
    expect(burstOf(50)).toBe(25);
    expect(open({ perSecond: 10 }).burstOf(50)).toBe(10);
  });

  it("is not moved by jumps of the wall clock", () => {
    const { burstOf, clock } = open({ perSecond: 10 });
    burstOf(10);
    clock.jumpTo(Date.UTC(2030, 0));
    expect(burstOf(10)).toBe(0);
    clock.jumpTo(0);
    clock.advance(500);
    expect(burstOf(10)).toBe(5);
  });

  it("rateLimit.by: gives each value of the field a limit of its own", () => {
    const { burstOf } = open({ perSecond: 2, by: "tenant" });
    expect([burstOf(5, { tenant: "a" }), burstOf(5, { tenant: "b" }), burstOf(5, { tenant: "a" })]).toEqual([2, 2, 0]);
    expect([burstOf(5), burstOf(5, { tenant: { id: 1 } })], "no value, and a value that is none").toEqual([2, 2]);
  });

  it("rateLimit.maxKeys: further values share one limit, however many there are", () => {
    const { burstOf } = open({ perSecond: 1, burst: 3, by: "tenant", maxKeys: 2 });
    const kept = Array.from({ length: 100 }, (_, tenant) => burstOf(2, { tenant })).reduce(
      (sum, each) => sum + each,
      0,
    );
    expect(kept).toBe(2 + 2 + 3);
  });

  it("rateLimit.maxKeys: values that were quiet make room", () => {
    const buckets = createTokenBuckets({ perSecond: 1, burst: 1, maxKeys: 100 });
    for (let key = 0; key < 1000; key += 1) buckets.take(String(key), 0);
    expect(buckets.size).toBe(100);
    expect(buckets.take("new", 999)).toBe(false);
    expect(buckets.take("new", 2000)).toBe(true);
    expect(buckets.size).toBe(1);
  });

  it("rateLimit.summaryMs: tells after that time how many were held back, once", async () => {
    const { burstOf, emitted } = open({ perSecond: 5, by: "tenant", summaryMs: 20 });
    expect(burstOf(8, { tenant: "a" })).toBe(5);
    expect(burstOf(7, { tenant: "b" })).toBe(5);
    expect(emitted).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const rateLimit = { heldBack: 5, overMs: 0, perSecond: 5, by: "tenant", loudest: "info" };
    expect(emitted).toEqual([{ level: "warn", message: "rate limit held back 5 records", fields: { rateLimit } }]);
  });

  it("tells at flush and close what it has not told yet", async () => {
    const { burstOf, emitted, host, clock } = open({ perSecond: 1 });
    burstOf(3);
    clock.advance(700);
    await host.flush(100);
    await host.flush(100);
    burstOf(2);
    await host.close(100);
    expect(emitted.map(({ message }) => message)).toEqual([
      "rate limit held back 2 records",
      "rate limit held back 2 records",
    ]);
    expect(emitted[0]?.fields).toMatchObject({ rateLimit: { overMs: 700 } });
  });

  it("accounts for every record: what is kept and what it tells of are all there were", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = createRandom(seed);
    const { host, clock, emitted } = open({ perSecond: 40, burst: 7, by: "tenant", maxKeys: 3 });
    let kept = 0;
    for (let count = 0; count < 5000; count += 1) {
      const record = recordView({ level: random.pick(levels), fields: { tenant: random.integer(0, 9) } });
      if (host.caller.admit(record) === "keep") kept += 1;
      if (random.next() < 0.1) clock.advance(random.integer(0, 50));
      if (random.next() < 0.01) await host.flush(100);
    }
    await host.close(100);
    const told = emitted.map(({ fields }) => (fields as { rateLimit: { heldBack: number } }).rateLimit.heldBack);
    const heldBack = told.reduce((sum, each) => sum + each, 0);
    expect(kept + heldBack, `seed ${seed}`).toBe(5000);
    expect(host.stats()[0]?.filtered, `seed ${seed}`).toBe(heldBack);
  });

  it.each<[unknown, string]>([
    [{}, "option perSecond is not valid: it must be given"],
    [{ perSecond: 0 }, "option perSecond is not valid"],
    [{ perSecond: 1, burst: 0 }, "option burst is not valid"],
    [{ perSecond: 1, by: 7 }, "option by is not valid"],
    [{ perSecond: 1, maxKeys: 0 }, "option maxKeys is not valid"],
    [{ perSecond: 1, summaryMs: 0 }, "option summaryMs is not valid"],
    [{ perSecond: 1, rate: 1 }, "option rate is unknown"],
  ])("refuses %j", (options, part) => {
    expect(() => rateLimitFilter(options as RateLimitOptions)).toThrow(part);
  });
});
