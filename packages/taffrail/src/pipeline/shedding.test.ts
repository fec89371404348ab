import { describe, expect, it } from "vitest";
import { isShed, nextStep, riseAt, type SheddingStep } from "./shedding.ts";
import { expectBalance, gate, open, pushMany, until } from "./testdata/pipelines.ts";

describe("nextStep", () => {
  it.each<[SheddingStep, number, SheddingStep]>([
    [0, 0.59, 0],
    [0, 0.6, 1],
    [0, 0.8, 2],
    [0, 0.92, 3],
    [0, 1, 3],
    [1, 0.41, 1],
    [1, 0.39, 0],
    [2, 0.61, 2],
    [2, 0.59, 1],
    [3, 0.76, 3],
    [3, 0.74, 2],
    [3, 0.5, 1],
    [3, 0, 0],
  ])("from %i at %f to %i", (step, fill, expected) => {
    expect(nextStep(step, fill)).toBe(expected);
  });

  it("knows when it will rise next", () => {
    expect(([0, 1, 2, 3] as const).map(riseAt)).toEqual([0.6, 0.8, 0.92, Number.POSITIVE_INFINITY]);
  });
});

describe("isShed", () => {
  it("leaves out the quietest first, and never warn and above", () => {
    const shed = (step: SheddingStep): number[] => [0, 1, 2, 3, 4, 5, 6].filter((rank) => isShed(step, rank, 1));
    expect(([0, 1, 2, 3] as const).map(shed)).toEqual([[], [0, 1], [0, 1, 2], [0, 1, 2]]);
    const infos = (step: SheddingStep): number =>
      Array.from({ length: 100 }, (_, info) => isShed(step, 2, info)).filter(Boolean).length;
    expect([infos(1), infos(2), infos(3)]).toEqual([0, 90, 100]);
  });
});

describe("a pipeline that sheds", () => {
  it("sheds while the buffer is nearly full and comes back by itself when it is empty", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 20_000, shedding: true });
    pushMany(pipeline, 2000);
    expect(pipeline.stats().pressure.shedding).toBeGreaterThan(0);
    const { dropped } = pipeline.ledger();
    expect(dropped.shed).toBeGreaterThan(1000);
    expect(dropped["buffer-full"]).toBe(undefined);
    pushMany(pipeline, 10, "debug");
    pushMany(pipeline, 10, "warn");
    expect(pipeline.ledger().dropped.shed).toBe(Number(dropped.shed) + 10);
    expectBalance(pipeline);
    sink.open();
    // Nothing is logged and nobody flushes: it must come back all the same.
    await until(() => pipeline.stats().sinks[0]?.queue.records === 0);
    expect(pipeline.stats().pressure).toEqual({ fill: 0, shedding: 0 });
    const before = pipeline.ledger();
    pushMany(pipeline, 50, "debug");
    const ledger = await pipeline.close(1000);
    expect(ledger.delivered).toBe(before.delivered + 50);
  });

  it("does not shed unless it is told to, and can be told later", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 20_000 });
    pushMany(pipeline, 2000, "debug");
    expect(pipeline.ledger().dropped.shed).toBe(undefined);
    pipeline.setShedding(true);
    pushMany(pipeline, 100, "debug");
    expect(pipeline.ledger().dropped.shed).toBe(100);
    pipeline.setShedding(false);
    pushMany(pipeline, 100, "debug");
    expect(pipeline.ledger().dropped.shed).toBe(100);
    sink.open();
    await pipeline.close(1000);
  });
});
