import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Batch, createRandom, type Random, type Sink, systemClock, type WriteResult } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { createPluginHost } from "../plugins/plugin-host.ts";
import { createSignalSpools } from "../spool/signal-spools.ts";
import type { DurableOptions } from "../spool/spool-options.ts";
import type { SinkRoute } from "./routes.ts";
import { expectBalance, open, pause, until } from "./testdata/pipelines.ts";

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "taffrail-ledger-"));
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true });
});

/** A sink that fails at random and knows which records it has. Where only some are refused it refuses the first ones. */
function witness(random: Random): { readonly sink: Sink; readonly has: Set<number> } {
  const has = new Set<number>();
  const write: Sink["write"] = async (batch) => {
    const numbers = batch.records().map(({ line }) => (JSON.parse(line) as { n: number }).n);
    if (random.next() < 0.7) await pause(random.integer(0, 2));
    const refused = random.integer(0, numbers.length + 1);
    const result = random.pick<WriteResult>([
      { outcome: "ok" },
      { outcome: "ok" },
      { outcome: "retry", reason: "later" },
      { outcome: "drop", reason: "never" },
      { outcome: "partial", refused, reason: "some" },
    ]);
    const taken = result.outcome === "ok" ? 0 : result.outcome === "partial" ? refused : numbers.length;
    for (const number of numbers.slice(taken)) has.add(number);
    return result;
  };
  const { writeSync: _, ...rest } = recorder();
  return { sink: { ...rest, write, batching: random.pick([{}, { maxRecords: 7 }, { lingerMs: 2 }]) }, has };
}

function randomRoute(random: Random, sink: Sink): SinkRoute {
  return {
    sink,
    level: random.pick(["trace", "info", "error"]),
    bufferBytes: random.pick([2000, 10_000, 1_000_000]),
    overflow: random.pick(["drop-new", "drop-old", { info: "drop-old" }] as const),
  };
}

const shaky = {
  manifest: { name: "shaky", kind: "processor" as const, apiVersion: 1, failMode: "closed" as const },
  process({ line }: { readonly line: string }): string | undefined {
    const { n } = JSON.parse(line) as { n: number };
    if (n % 50 === 7) throw new Error("a bug");
    return n % 50 === 9 ? undefined : line;
  },
};

describe("the ledger of the family", () => {
  const seed = Number(process.env.TAFFRAIL_SEED ?? 7331);
  it.each(Array.from({ length: 12 }, (_, index) => seed + index))(
    "says of each record what its sinks say (seed %i)",
    async (now) => {
      const random = createRandom(now);
      const witnesses = Array.from({ length: random.integer(1, 5) }, () => witness(random));
      const routes = witnesses.map(({ sink }) => randomRoute(random, sink));
      const { processors } = createPluginHost({
        clock: systemClock,
        problem: () => {},
        emit: () => {},
        plugins: random.next() < 0.5 ? [shaky] : [],
      });
      const retry = { minDelayMs: 1, maxDelayMs: 2, retryForMs: 4 };
      const shedding = random.next() < 0.3;
      const pipeline = open(routes, { retry, shedding, processors, breaker: { failures: 3, openForMs: 5 } });
      const wanted: number[] = [];
      for (let round = 0; round < 120; round++) {
        for (let count = random.integer(0, 40); count > 0; count--) {
          const rank = random.integer(0, 7);
          // As if fields decided: some of the sinks that the level allows.
          const mask = pipeline.routesOf(rank) & (random.next() < 0.5 ? -1 : random.integer(0, 32));
          pipeline.push(`{"n":${wanted.length}}\n`, rank, mask);
          wanted.push(mask);
        }
        if (random.next() < 0.4) await pause(random.integer(0, 2));
        expectBalance(pipeline);
      }
      const { sinks, ...overall } = await pipeline.close(10_000);
      expect(overall.pending).toBe(0);
      expect(overall.accepted).toBe(wanted.length);
      for (const [index, ledger] of Object.values(sinks).entries()) {
        expect(ledger.delivered).toBe(witnesses[index]?.has.size);
        expect(ledger.accepted).toBe(wanted.length);
      }
      const isFiltered = (number: number): boolean => processors.active && number % 50 === 9;
      const hasAll = (mask: number, number: number): boolean =>
        witnesses.every(({ has }, index) => (mask & (1 << index)) === 0 || has.has(number));
      const delivered = wanted.filter((mask, number) => mask !== 0 && hasAll(mask, number)).length;
      const filtered = wanted.filter((mask, number) => mask === 0 || isFiltered(number)).length;
      expect(overall.delivered).toBe(delivered);
      // Records that were dropped before they came to the processor are not filtered by it.
      expect(overall.filtered).toBeLessThanOrEqual(filtered);
      if (!processors.active) expect(overall.filtered).toBe(filtered);
    },
  );
});

const logsIn = (dir: string, options: Partial<DurableOptions> = {}) =>
  createSignalSpools({ ...options, dir, signals: ["logs"] });

describe("with a spool", () => {
  it("counts records on disk once, with those in memory beside them", async () => {
    const spools = logsIn(folder());
    const [disk, memory] = [recorder(), recorder()];
    const pipeline = open([{ sink: disk, durable: true, level: "info" }, { sink: memory }], { spools });
    for (let index = 0; index < 300; index++) {
      const rank = index % 3;
      pipeline.push(`{"n":${index}}\n`, rank, pipeline.routesOf(rank));
      if (index % 50 === 0) expectBalance(pipeline);
    }
    const ledger = await pipeline.flush(2000);
    expect(ledger).toMatchObject({ accepted: 300, delivered: 300, filtered: 0, dropped: {}, pending: 0 });
    expect(ledger.sinks.recorder).toMatchObject({ accepted: 300, delivered: 100, filtered: 200, pending: 0 });
    expect(ledger.sinks["recorder#2"]).toMatchObject({ accepted: 300, delivered: 300 });
    expect(pipeline.stats().spool?.records).toBe(0);
    await pipeline.close(1000);
    expect(disk.records.map((record) => record.n)).toEqual(Array.from({ length: 100 }, (_, index) => index * 3 + 2));
  });

  it("keeps on disk what the sink does not take, and gives it to the next process", async () => {
    const dir = folder();
    const away: Sink = { ...recorder(), write: async () => ({ outcome: "retry", reason: "away" }) };
    const first = open([{ sink: away, durable: true }], { spools: logsIn(dir) });
    for (let index = 0; index < 50; index++) first.push(`{"n":${index}}\n`, 2, 1);
    expect(await first.close(50)).toMatchObject({ accepted: 50, delivered: 0, dropped: {}, pending: 50 });
    const sink = recorder();
    const second = open([{ sink, durable: true }], { spools: logsIn(dir) });
    second.push('{"n":50}\n', 2, 1);
    expectBalance(second);
    const ledger = await second.flush(2000);
    expect(ledger).toMatchObject({ accepted: 51, delivered: 51, pending: 0 });
    expect(sink.records.map((record) => record.n)).toEqual(Array.from({ length: 51 }, (_, index) => index));
    await second.close(1000);
  });

  it("counts what the disk has no room for, once, and other sinks still get it", async () => {
    const spools = logsIn(folder(), { maxBytes: 64 * 1024, segmentBytes: 8192 });
    const away: Sink = { ...recorder(), write: async () => ({ outcome: "retry", reason: "away" }) };
    const memory = recorder();
    const pipeline = open([{ sink: away, durable: true }, { sink: memory }], { spools });
    for (let index = 0; index < 2000; index++) pipeline.push(`{"n":${index},"x":"${"x".repeat(40)}"}\n`, 2, 3);
    expectBalance(pipeline);
    await until(() => pipeline.ledger().sinks["recorder#2"]?.pending === 0);
    const { dropped, pending, sinks } = pipeline.ledger();
    expect(dropped.quota).toBeGreaterThan(500);
    expect(pending).toBe(2000 - Number(dropped.quota));
    expect(sinks["recorder#2"]).toMatchObject({ delivered: 2000 });
    await pipeline.close(20);
    expect(memory.records.length).toBe(2000);
  });

  it("processes lines before they are on disk", async () => {
    const spools = logsIn(folder());
    const { processors } = createPluginHost({
      clock: systemClock,
      problem: () => {},
      emit: () => {},
      plugins: [shaky],
    });
    const [disk, memory] = [recorder(), recorder()];
    const pipeline = open([{ sink: disk, durable: true }, { sink: memory }], { spools, processors });
    for (let index = 0; index < 100; index++) pipeline.push(`{"n":${index}}\n`, 2, 3);
    const ledger = await pipeline.flush(2000);
    expect(ledger).toMatchObject({
      accepted: 100,
      delivered: 96,
      filtered: 2,
      dropped: { "plugin-failed": 2 },
      pending: 0,
    });
    for (const sink of Object.values(ledger.sinks)) {
      expect(sink).toMatchObject({ accepted: 100, delivered: 96, filtered: 2, dropped: { "plugin-failed": 2 } });
    }
    expect(disk.lines).toEqual(memory.lines);
    await pipeline.close(1000);
  });

  it("keeps lines of traces and metrics on disk as well, each signal by itself, and gives them to the next process", async () => {
    const dir = folder();
    const signals = ["logs", "traces", "metrics"] as const;
    const away: Sink = { ...recorder(), signals, write: async () => ({ outcome: "retry", reason: "away" }) };
    const plain = { ...recorder(), manifest: { ...recorder().manifest, name: "plain" } };
    const routes = (sink: Sink) => [
      { sink, durable: true },
      { sink: plain, durable: true },
    ];
    const first = open(routes(away), { spools: createSignalSpools({ dir, signals }) });
    expect(readdirSync(dir)).toEqual(["logs"]);
    for (let n = 0; n < 20; n++) first.emit("traces", `{"span":${n}}\n`);
    first.push('{"n":0}\n', 2, 3);
    expect(readdirSync(dir).sort()).toEqual(["logs", "traces"]);
    expect(first.stats().spool).toMatchObject({ records: 21 });
    expectBalance(first);
    const { signals: left } = await first.close(50);
    expect(left?.traces).toMatchObject({ accepted: 20, delivered: 0, dropped: {}, pending: 20 });
    const seen: string[] = [];
    const back: Sink = {
      ...recorder(),
      signals,
      async write(batch) {
        seen.push(...batch.records().map(({ line }) => `${batch.signal} ${line.trim()}`));
        return { outcome: "ok" };
      },
    };
    const second = open(routes(back), { spools: createSignalSpools({ dir, signals }) });
    await until(() => seen.length === 21);
    expect(seen.filter((line) => line.startsWith("traces"))).toEqual(
      Array.from({ length: 20 }, (_, n) => `traces {"span":${n}}`),
    );
    second.emit("metrics", '{"metric":1}\n');
    const ledger = await second.flush(2000);
    expect(ledger.signals?.traces).toMatchObject({ accepted: 20, delivered: 20, pending: 0 });
    expect(ledger.signals?.metrics).toMatchObject({ accepted: 1, delivered: 1, pending: 0 });
    expectBalance(second);
    await second.close(1000);
    expect(["logs", "traces", "metrics"].map((signal) => readdirSync(join(dir, signal)))).toEqual([[], [], []]);
  });

  it("reads no more than 1000 records or 256 KiB at a time, and a sink that lingers gets them one after the other", async () => {
    const dir = folder();
    const seen: Batch[] = [];
    const sink: Sink = {
      ...recorder(),
      batching: { lingerMs: 60_000, maxRecords: 10_000, maxCharacters: 10_000_000 },
      async write(batch) {
        seen.push(batch);
        return { outcome: "ok" };
      },
    };
    const pipeline = open([{ sink, durable: true }], { spools: logsIn(dir) });
    const small = '{"n":1}\n';
    const large = `{"x":"${"x".repeat(2048)}"}\n`;
    for (let n = 0; n < 3000; n++) pipeline.push(small, 2, 1);
    for (let n = 0; n < 500; n++) pipeline.push(large, 2, 1);
    await until(() => seen.reduce((sum, { size }) => sum + size, 0) >= 3400);
    expect(seen.every(({ size, characters }) => size <= 1000 && characters <= 256 * 1024)).toBe(true);
    expect(seen.slice(0, 3).map(({ size }) => size)).toEqual([1000, 1000, 1000]);
    await pipeline.close(1000);
  });

  it("waits for records that are on their way to the disk, however many there are", async () => {
    const sink: Sink = { ...recorder(), batching: { lingerMs: 50, maxRecords: 10 } };
    const pipeline = open([{ sink, durable: true }], { spools: logsIn(folder(), { commit: "turn" }) });
    for (let n = 0; n < 100; n++) pipeline.push(`{"n":${n}}\n`, 2, 1);
    expect(await pipeline.flush(5000)).toMatchObject({ accepted: 100, delivered: 100, pending: 0 });
    await pipeline.close(1000);
  });

  it("finds what a sink wants among many records that it does not", async () => {
    const pipeline = open(
      [
        { sink: recorder(), durable: true, level: "error", name: "few" },
        { sink: recorder(), durable: true, name: "all" },
      ],
      { spools: logsIn(folder()) },
    );
    const filler = `{"x":"${"x".repeat(1000)}"}\n`;
    for (let n = 0; n < 2500; n++) pipeline.push(filler, 2, 2);
    pipeline.push('{"n":1}\n', 4, 3);
    await until(() => pipeline.ledger().pending === 0);
    expect(pipeline.ledger().sinks.few).toMatchObject({ delivered: 1, filtered: 2500 });
    expectBalance(pipeline);
    await pipeline.close(1000);
  });

  it("tells when the spool of a signal cannot be opened, and keeps its lines in memory", async () => {
    const dir = folder();
    const problems: string[] = [];
    const signals = ["logs", "traces"] as const;
    const sink: Sink = { ...recorder(), signals };
    const spools = createSignalSpools({ dir, signals, problem: (message) => problems.push(message) });
    const pipeline = open([{ sink, durable: true }], { spools });
    writeFileSync(join(dir, "traces"), "not a directory");
    pipeline.emit("traces", "{}\n");
    pipeline.emit("traces", "{}\n");
    expect(problems).toEqual([expect.stringContaining("the spool for traces cannot be opened")]);
    expect(spools.health().status).toBe("degraded");
    expect((await pipeline.flush(1000)).signals?.traces).toMatchObject({ accepted: 2, delivered: 2 });
    await pipeline.close(1000);
  });
});
