import type { Sink } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { createBreaker } from "./breaker.ts";
import { expectBalance, gate, healthOfSinks, open, pause, push, pushMany, until } from "./testdata/pipelines.ts";

const refusing = (): Sink => ({ ...recorder(), write: async () => ({ outcome: "retry", reason: "away" }) });
const statsOf = (pipeline: ReturnType<typeof open>) => {
  const [stats] = pipeline.stats().sinks;
  if (stats === undefined) throw new Error("no sink");
  return stats;
};

describe("createBreaker", () => {
  it("opens after so many failures in a row, lets one probe through, and closes or opens anew", () => {
    let now = 0;
    const breaker = createBreaker({ failures: 3, openForMs: 100 }, () => now);
    breaker.failed();
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    breaker.failed();
    expect([breaker.state, breaker.waitMs()]).toEqual(["closed", 0]);
    breaker.failed();
    expect([breaker.state, breaker.waitMs()]).toEqual(["open", 100]);
    now = 60;
    expect(breaker.waitMs()).toBe(40);
    now = 100;
    expect(breaker.waitMs()).toBe(0);
    breaker.begin();
    expect(breaker.state).toBe("half-open");
    breaker.failed();
    expect([breaker.state, breaker.waitMs()]).toEqual(["open", 100]);
    now = 200;
    breaker.begin();
    breaker.succeeded();
    expect(breaker.state).toBe("closed");
  });

  it("never opens without a policy", () => {
    const breaker = createBreaker(false, () => 0);
    for (let index = 0; index < 100; index++) breaker.failed();
    expect(breaker.state).toBe("closed");
  });
});

describe("breaker", () => {
  it("leaves a failing sink alone, tries one batch, and delivers everything when it is back", async () => {
    let isAway = true;
    let calls = 0;
    const sink: Sink = {
      ...recorder(),
      async write() {
        calls += 1;
        return isAway ? { outcome: "retry", reason: "away" } : { outcome: "ok" };
      },
    };
    const pipeline = open([{ sink }], { breaker: { failures: 3, openForMs: 400 } });
    pushMany(pipeline, 5);
    await until(() => statsOf(pipeline).breaker === "open");
    expect({ calls, health: healthOfSinks(pipeline).status }).toEqual({ calls: 3, health: "unhealthy" });
    pushMany(pipeline, 5);
    await until(() => calls === 4);
    isAway = false;
    await until(() => pipeline.ledger().pending === 0);
    expect({ calls: calls > 4, ledger: pipeline.ledger() }).toMatchObject({ calls: true, ledger: { delivered: 10 } });
    expect(statsOf(pipeline).breaker).toBe("closed");
    expect(healthOfSinks(pipeline).status).toBe("healthy");
    await pipeline.close(1000);
  });

  it("is overruled by a flush", async () => {
    let isAway = true;
    const sink: Sink = {
      ...recorder(),
      write: async () => (isAway ? { outcome: "retry", reason: "away" } : { outcome: "ok" }),
    };
    const pipeline = open([{ sink }], { breaker: { failures: 1, openForMs: 60_000 } });
    pushMany(pipeline, 5);
    await until(() => statsOf(pipeline).breaker === "open");
    isAway = false;
    expect(await pipeline.flush(1000)).toMatchObject({ delivered: 5 });
    await pipeline.close(1000);
  });
});

describe("fallback sink", () => {
  it("takes what comes while the breaker is open, counted", async () => {
    const fallback = recorder();
    let calls = 0;
    const sink: Sink = {
      ...recorder(),
      async write() {
        calls += 1;
        return { outcome: "retry", reason: "away" };
      },
    };
    const pipeline = open([{ sink, fallback }], { breaker: { failures: 2, openForMs: 60_000 } });
    pushMany(pipeline, 5);
    await until(() => pipeline.ledger().pending === 0);
    pushMany(pipeline, 5, "info", 5);
    await until(() => pipeline.ledger().pending === 0);
    expect(calls).toBe(2);
    expect(pipeline.ledger()).toMatchObject({ delivered: 10, dropped: {} });
    expect(fallback.records.map((record) => record.n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(statsOf(pipeline).fellBack).toBe(10);
    expect(healthOfSinks(pipeline).status).toBe("degraded");
    await pipeline.close(1000);
  });

  it("takes what has been tried for too long, and what it cannot take is dropped", async () => {
    const retry = { minDelayMs: 1, maxDelayMs: 2, retryForMs: 10 };
    const kept = recorder();
    const one = open([{ sink: refusing(), fallback: kept }], { retry, breaker: false });
    pushMany(one, 3);
    expect(await one.flush(1000)).toMatchObject({ delivered: 3 });
    await one.close(1000);
    const two = open([{ sink: refusing(), fallback: refusing() }], { retry, breaker: false });
    pushMany(two, 3);
    expect(await two.flush(1000)).toMatchObject({ dropped: { "retries-exhausted": 3 } });
    await two.close(1000);
    const picky: Sink = {
      ...recorder(),
      write: async () => ({ outcome: "partial", refused: 1, reason: "one is bad" }),
    };
    const three = open([{ sink: refusing(), fallback: picky }], { retry, breaker: false });
    pushMany(three, 3);
    expect(await three.flush(1000)).toMatchObject({ delivered: 2, dropped: { "sink-refused": 1 } });
    expectBalance(three);
    await three.close(1000);
  });
});

describe("sinks that misbehave", () => {
  it("are counted by kind", async () => {
    const answers = [
      () => {
        throw new Error("synchronously");
      },
      () => Promise.reject(new Error("later")),
      async () => undefined as never,
      async () => ({ outcome: "retry", reason: "busy" }) as const,
      async () => ({ outcome: "partial", refused: 1, reason: "bad" }) as const,
    ];
    const sink: Sink = {
      ...recorder(),
      write: () => (answers.shift() ?? (async () => ({ outcome: "ok" }) as const))(),
    };
    const pipeline = open([{ sink }], { breaker: false });
    pushMany(pipeline, 3);
    expect(await pipeline.flush(2000)).toMatchObject({ delivered: 2, dropped: { "sink-refused": 1 } });
    const stats = statsOf(pipeline);
    expect(stats).toMatchObject({ calls: 5, retries: 4, errors: { throw: 2, invalid: 1, retry: 1, refused: 1 } });
    expect(stats.latency.count).toBe(5);
    expect(stats.bytes).toBeGreaterThan(0);
    await pipeline.close(1000);
  });

  it("cannot hang the loop by ignoring their signal", async () => {
    let calls = 0;
    const sink: Sink = {
      ...recorder(),
      write: () => {
        calls += 1;
        return calls === 1 ? new Promise(() => {}) : Promise.resolve({ outcome: "ok" });
      },
    };
    const pipeline = open([{ sink }], { writeTimeoutMs: 20 });
    push(pipeline, '{"n":1}\n', "info");
    await until(() => pipeline.ledger().pending === 0);
    expect({ calls, delivered: pipeline.ledger().delivered }).toEqual({ calls: 2, delivered: 1 });
    expect(statsOf(pipeline).errors).toEqual({ timeout: 1 });
    expect(healthOfSinks(pipeline).status).toBe("unhealthy");
    await pipeline.close(1000);
  });

  it("have their wish for a pause obeyed", async () => {
    const times: number[] = [];
    const sink: Sink = {
      ...recorder(),
      async write() {
        times.push(performance.now());
        return times.length === 1 ? { outcome: "retry", reason: "busy", afterMs: 60 } : { outcome: "ok" };
      },
    };
    const pipeline = open([{ sink }]);
    pushMany(pipeline, 1);
    await until(() => times.length === 2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(58);
    await pipeline.close(1000);
  });
});

describe("start", () => {
  it("comes before the first write, and gives the sink what it needs", async () => {
    const order: string[] = [];
    const told: string[] = [];
    const sink: Sink = {
      ...recorder(),
      async start({ clock, problem, emit }) {
        await pause(20);
        order.push(`start ${clock.now() > 0}`);
        problem("started slowly");
        emit("warn", "from the sink", { n: 1 });
      },
      async write() {
        order.push("write");
        return { outcome: "ok" };
      },
    };
    const emitted: unknown[] = [];
    const emit = (...call: unknown[]): void => void emitted.push(call);
    const pipeline = open([{ sink }], { emit, onProblem: (text) => told.push(text) });
    pushMany(pipeline, 1);
    await pipeline.close(1000);
    expect(order).toEqual(["start true", "write"]);
    expect(told).toEqual(["sink recorder failed: started slowly"]);
    expect(emitted).toEqual([["warn", "from the sink", { n: 1 }]]);
  });
});

describe("memory of batches", () => {
  it("is encoded once for all sinks, and never used again after an abort", async () => {
    const seen: Uint8Array[] = [];
    const keep = (): Sink => ({
      ...recorder(),
      async write(batch) {
        seen.push(batch.bytes());
        return { outcome: "ok" };
      },
    });
    const line = `{"x":"${"x".repeat(9000)}"}\n`;
    const pipeline = open([{ sink: keep() }, { sink: keep() }]);
    push(pipeline, line, "info");
    await pipeline.flush(1000);
    expect(seen.length).toBe(2);
    expect(seen[0]).toBe(seen[1]);
    await pipeline.close(1000);

    const aborted: Uint8Array[] = [];
    const late: Sink = {
      ...recorder(),
      write: (batch, signal) =>
        new Promise((resolve) => {
          aborted.push(batch.bytes());
          if (aborted.length > 1) resolve({ outcome: "ok" });
          signal.addEventListener("abort", () => resolve({ outcome: "drop", reason: "aborted" }));
        }),
    };
    const other = open([{ sink: late }], { writeTimeoutMs: 20 });
    push(other, line, "info");
    await until(() => other.ledger().pending === 0);
    push(other, line.replaceAll("x", "y"), "info");
    await other.flush(1000);
    expect(aborted.length).toBe(2);
    expect(Buffer.from(aborted[0] ?? []).toString()).toBe(line);
    await other.close(1000);
  });

  it("is joined, cut and decoded right, whatever the alphabet", async () => {
    for (const text of ["plain", "größer", "漢字かな", "😀 and more"]) {
      const slow = gate();
      const lines: string[] = [];
      const byText: string[] = [];
      const reader: Sink = {
        ...recorder(),
        batching: { maxRecords: 7 },
        async write(batch) {
          lines.push(...batch.records().map((record) => record.line));
          byText.push(batch.text());
          expect(Buffer.from(batch.bytes()).toString()).toBe(batch.text());
          expect(batch.characters).toBe(batch.text().length);
          return { outcome: "ok" };
        },
      };
      const pipeline = open([{ sink: slow }, { sink: reader, level: "info" }]);
      for (let index = 0; index < 100; index++) {
        push(pipeline, `{"n":${index},"t":"${text}"}\n`, index % 5 === 0 ? "debug" : "info");
        if (index % 13 === 0) await pause(0);
      }
      slow.open();
      const ledger = await pipeline.close(1000);
      const wanted = Array.from({ length: 100 }, (_, index) => index).filter((index) => index % 5 !== 0);
      expect(lines).toEqual(wanted.map((index) => `{"n":${index},"t":"${text}"}\n`));
      expect(byText.join("")).toBe(lines.join(""));
      expect(slow.lines.length).toBe(100);
      expect(ledger.sinks["recorder#2"]).toMatchObject({ delivered: 80, filtered: 20 });
    }
  });
});
