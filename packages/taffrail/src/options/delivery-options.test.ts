import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Level, Sink } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { LoggerOptions, SinkEntry } from "./option-types.ts";
import { failingSink, openLoggers, stuckSink } from "./testdata/open-logger.ts";

const opened = openLoggers();
const { open } = opened;
afterEach(async () => {
  expect(await opened.closeAll()).toEqual([]);
});

/** Records that wait after a hundred were logged to a sink that takes none. */
function waitingAfterHundred(options: LoggerOptions, level: Level = "info"): number {
  const log = open({ sinks: [stuckSink()], ...options });
  for (let index = 0; index < 100; index++) log.log(level, "x");
  return log.ledger().pending;
}

describe("delivery options of createLogger", () => {
  it("sinks: all of them get the record", async () => {
    const [first, second] = [recorder(), recorder()];
    const log = open({ sinks: [first, { sink: second }] });
    log.info("x");
    await log.flush();
    expect([first.records.length, second.records.length]).toEqual([1, 1]);
  });

  it("bufferBytes: bounds what waits", () => {
    expect(waitingAfterHundred({ bufferBytes: 1024 })).toBeLessThan(10);
    expect(waitingAfterHundred({})).toBe(100);
  });

  it("overflow: decides which records stay", async () => {
    const kept = async (overflow: "drop-new" | "drop-old"): Promise<number> => {
      const recorded = recorder();
      const log = open({ sinks: [recorded], bufferBytes: 5000, overflow });
      for (let n = 0; n < 100; n++) log.info("x", { n });
      await log.flush();
      return Number(recorded.records[0]?.n);
    };
    expect(await kept("drop-new")).toBe(0);
    expect(await kept("drop-old")).toBeGreaterThan(50);
  });

  it("reserve: keeps room for errors and for nothing else", () => {
    const [without, half] = [0, 0.5].map((reserve) => waitingAfterHundred({ bufferBytes: 4096, reserve }));
    expect(half).toBeLessThan(without ?? 0);
    expect(waitingAfterHundred({ bufferBytes: 4096, reserve: 0.5 }, "error")).toBeGreaterThan(half ?? 0);
  });

  it("retryForMs: ends the attempts", async () => {
    const log = open({ sinks: [failingSink()], retryForMs: 0 });
    log.info("x");
    expect((await log.flush()).dropped).toEqual({ "retries-exhausted": 1 });
  });

  it("writeTimeoutMs: aborts a write", async () => {
    const aborted = vi.fn();
    const sink: Sink = {
      ...recorder(),
      write: (_, signal) => {
        signal.addEventListener("abort", aborted);
        return new Promise(() => {});
      },
    };
    open({ sinks: [sink], writeTimeoutMs: 10 }).info("x");
    await vi.waitFor(() => expect(aborted).toHaveBeenCalled());
  });

  const breakerOf = (options: LoggerOptions["breaker"]) => {
    const sink = failingSink();
    const log = open({ sinks: [sink], ...(options === undefined ? {} : { breaker: options }) });
    log.info("x");
    return { sink, log, state: () => log.stats().sinks[0]?.breaker };
  };

  it("breaker: false never leaves a failing sink alone", async () => {
    const { sink, state } = breakerOf(false);
    await vi.waitFor(() => expect(sink.attempts()).toBeGreaterThan(5), { timeout: 20_000 });
    expect(state()).toBe("closed");
  });

  it("breaker.failures: so many failures in a row open it", async () => {
    const { sink, state } = breakerOf({ failures: 2 });
    await vi.waitFor(() => expect(state()).toBe("open"));
    expect(sink.attempts()).toBe(2);
  });

  it("breaker.openForMs: after that time one batch is tried", async () => {
    const { sink, log, state } = breakerOf({ failures: 1, openForMs: 50 });
    await vi.waitFor(() => expect(state()).toBe("open"));
    sink.recover();
    await vi.waitFor(() => expect(sink.records.length).toBe(1));
    expect(state()).toBe("closed");
    await log.flush();
  });

  it("shedding: quiet records give way while a buffer is nearly full", () => {
    const shed = (shedding: boolean): number => {
      const log = open({ sinks: [stuckSink()], bufferBytes: 20_000, shedding, level: "trace" });
      for (let index = 0; index < 2000; index++) log.debug("x");
      return log.ledger().dropped.shed ?? 0;
    };
    expect(shed(true)).toBeGreaterThan(0);
    expect(shed(false)).toBe(0);
  });
});

describe("options of one entry of sinks", () => {
  const twoSinks = async (entry: Omit<SinkEntry, "sink">, log1: (log: ReturnType<typeof open>) => void) => {
    const [all, some] = [recorder(), recorder()];
    const log = open({ sinks: [all, { sink: some, ...entry }] });
    log1(log);
    await log.flush();
    return [all, some].map(({ records }) => records.map(({ msg }) => msg));
  };

  it("sinks.sink, sinks.level: quieter records are filtered for it", async () => {
    const messages = await twoSinks({ level: "error" }, (log) => {
      log.info("quiet");
      log.error("loud");
    });
    expect(messages).toEqual([["quiet", "loud"], ["loud"]]);
  });

  it("sinks.match: only records with these values go to it", async () => {
    const messages = await twoSinks({ match: { area: ["pay", "ship"], ok: false } }, (log) => {
      log.info("a", { area: "pay", ok: false });
      log.info("b", { area: "pay", ok: true });
      log.info("c", { area: "ship", ok: false });
      log.info("d");
    });
    expect(messages[1]).toEqual(["a", "c"]);
  });

  it("sinks.when: only records for which it says so go to it", async () => {
    const messages = await twoSinks({ when: (record) => record.message.startsWith("b") }, (log) => {
      log.info("a");
      log.info("b");
    });
    expect(messages).toEqual([["a", "b"], ["b"]]);
  });

  it("sinks.name: names it in the ledger and at run time", async () => {
    const log = open({ sinks: [recorder(), { sink: recorder(), name: "audit" }] });
    expect(Object.keys(log.ledger().sinks)).toEqual(["recorder", "audit"]);
    log.configure({ sinks: { audit: { level: "off" } } });
    log.info("x");
    const { sinks } = await log.flush();
    expect([sinks.recorder?.delivered, sinks.audit?.filtered]).toEqual([1, 1]);
  });

  it("sinks.fallback: takes what it gives up", async () => {
    const fallback = recorder();
    const log = open({ sinks: [{ sink: failingSink(), fallback, retryForMs: 0 }] });
    log.info("x");
    await log.flush();
    expect(fallback.records.length).toBe(1);
  });

  it("sinks.bufferBytes, sinks.overflow: hold for it alone", async () => {
    const [small, large] = [recorder(), recorder()];
    const log = open({ sinks: [{ sink: small, bufferBytes: 2000, overflow: "drop-old" }, large] });
    for (let n = 0; n < 100; n++) log.info("x", { n });
    await log.flush();
    expect(large.records.length).toBe(100);
    expect(small.records.length).toBeLessThan(50);
    expect(small.records.at(-1)).toMatchObject({ n: 99 });
  });

  it("sinks.retryForMs: holds for it alone", async () => {
    const log = open({
      sinks: [
        { sink: failingSink(), retryForMs: 0, name: "a" },
        { sink: failingSink(), name: "b" },
      ],
    });
    log.info("x");
    const { sinks } = await log.flush({ timeoutMs: 300 });
    expect([sinks.a?.dropped, sinks.b?.pending]).toEqual([{ "retries-exhausted": 1 }, 1]);
  });

  it("retryForMs: is not for records on disk, unless it stands at their sink", async () => {
    const dir = mkdtempSync(join(tmpdir(), "taffrail-retry-"));
    const away = failingSink();
    const log = open({
      durable: { dir },
      retryForMs: 0,
      sinks: [
        { sink: away, durable: true, name: "patient", breaker: false },
        { sink: away, durable: true, name: "bounded", retryForMs: 0 },
        { sink: away, durable: false, name: "memory" },
      ],
    });
    log.info("x");
    const { sinks } = await log.flush({ timeoutMs: 300 });
    const retries = log.stats().sinks.find(({ name }) => name === "patient")?.retries;
    expect([sinks.patient?.pending, Number(retries) > 0]).toEqual([1, true]);
    expect([sinks.bounded?.dropped, sinks.memory?.dropped]).toEqual([
      { "retries-exhausted": 1 },
      { "retries-exhausted": 1 },
    ]);
    await opened.closeAll();
    rmSync(dir, { recursive: true });
  });

  it("sinks.writeTimeoutMs: holds for it alone", async () => {
    const aborts: string[] = [];
    const sink = (name: string): Sink => ({
      ...recorder(),
      write: (_, signal) => {
        signal.addEventListener("abort", () => aborts.push(name));
        return new Promise(() => {});
      },
    });
    open({ sinks: [{ sink: sink("a"), writeTimeoutMs: 10 }, sink("b")] }).info("x");
    await vi.waitFor(() => expect(aborts).toContain("a"));
    expect(aborts).not.toContain("b");
  });

  it("sinks.breaker: holds for it alone", async () => {
    const log = open({
      sinks: [
        { sink: failingSink(), breaker: { failures: 1 } },
        { sink: failingSink(), breaker: false },
      ],
    });
    log.info("x");
    await vi.waitFor(() => expect(log.stats().sinks.map(({ breaker }) => breaker)).toEqual(["open", "closed"]));
  });
});
