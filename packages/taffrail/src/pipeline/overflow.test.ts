import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sink } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { fileSink } from "../sinks/file-sink.ts";
import { policiesOf } from "./overflow.ts";
import type { Pipeline } from "./pipeline.ts";
import { expectBalance, gate, open, pause, pushMany } from "./testdata/pipelines.ts";

const levelOf = (line: string): string => JSON.parse(line).level as string;
const numbersOf = (lines: readonly string[]): number[] => lines.map((line) => JSON.parse(line).n as number);

describe("policiesOf", () => {
  it("has one policy for all levels or one for each; audit follows error", () => {
    expect(policiesOf("block")).toEqual(new Array(7).fill("block"));
    expect(policiesOf({ info: "drop-old", error: "block" })).toEqual([
      "drop-new",
      "drop-new",
      "drop-old",
      "drop-new",
      "block",
      "drop-new",
      "block",
    ]);
  });
});

describe("drop-new", () => {
  it("keeps a reserve for errors and audit records", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 10_000, reserve: 0.5 });
    pushMany(pipeline, 500, "warn");
    const { pending } = pipeline.ledger();
    pushMany(pipeline, 20, "error", 500);
    pushMany(pipeline, 20, "audit", 600);
    expect(pipeline.ledger().pending).toBe(pending + 40);
    expectBalance(pipeline);
    sink.open();
    const ledger = await pipeline.close(1000);
    expect(ledger).toMatchObject({ accepted: 540, delivered: pending + 40, dropped: { "buffer-full": 500 - pending } });
    expect(sink.seen.flat().filter((record) => record.audit === true).length).toBe(20);
  });
});

describe("drop-old", () => {
  it("leaves the records of a batch that is tried again whole when the rest of its chunk is dropped", async () => {
    const lines: string[] = [];
    let isAway = true;
    const sink: Sink = {
      ...recorder(),
      batching: { maxRecords: 10 },
      async write(batch) {
        if (isAway) {
          await pause(30);
          isAway = false;
          return { outcome: "retry", reason: "away" };
        }
        lines.push(...batch.records().map(({ line }) => line));
        return { outcome: "ok" };
      },
    };
    const pipeline = open([{ sink }], { bufferBytes: 20_000, overflow: "drop-old" });
    pushMany(pipeline, 100);
    await pause(10);
    for (let turn = 0; turn < 20; turn++) {
      pushMany(pipeline, 100, "warn", 1000 + 100 * turn);
      await pause(0);
    }
    const ledger = await pipeline.close(2000);
    expect(numbersOf(lines).slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(lines.length).toBe(ledger.delivered);
    expectBalance(pipeline);
  });

  it("keeps its account when the handler of problems logs", async () => {
    const sink = gate();
    const told: string[] = [];
    const pipeline: Pipeline = open([{ sink }], {
      bufferBytes: 20_000,
      overflow: "drop-old",
      onProblem: (message) => {
        told.push(message);
        pushMany(pipeline, 100, "warn", 10_000);
      },
    });
    for (let turn = 0; turn < 5; turn++) {
      pushMany(pipeline, 200, "info", 200 * turn);
      expectBalance(pipeline);
      await pause(0);
    }
    sink.open();
    const ledger = await pipeline.flush(2000);
    expect(ledger).toMatchObject({ accepted: 1100, pending: 0, delivered: sink.lines.length });
    expect(pipeline.stats().sinks[0]?.queue).toMatchObject({ records: 0, bytes: 0 });
    expect(told.length).toBe(1);
    await pipeline.close(1000);
  });

  it("drops low levels before higher ones, of each level the oldest, and keeps the order of the rest", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 40_000, overflow: "drop-old" });
    pushMany(pipeline, 1, "info", 10_000);
    await pause(10);
    for (let index = 0; index < 1800; index++) {
      pushMany(pipeline, 1, index % 9 === 0 ? "error" : index % 3 === 0 ? "info" : "debug", index);
      if (index % 100 === 0) expectBalance(pipeline);
    }
    sink.open();
    const ledger = await pipeline.close(1000);
    expect(ledger.pending).toBe(0);
    const kept = sink.lines.slice(1);
    expect(kept.length).toBe(ledger.delivered - 1);
    expect(kept.filter((line) => levelOf(line) === "error").length).toBe(200);
    const numbers = numbersOf(kept);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers);
    // Debug records go first: the newest info records are all there.
    const infos = numbersOf(kept.filter((line) => levelOf(line) === "info"));
    const allInfos = Array.from({ length: 600 }, (_, index) => index * 3).filter((index) => index % 9 !== 0);
    expect(infos.length).toBeGreaterThan(20);
    expect(infos).toEqual(allInfos.slice(-infos.length));
    const debugs = numbersOf(kept.filter((line) => levelOf(line) === "debug"));
    expect(debugs.length).toBeLessThan(infos.length);
  });

  it("never drops an error for an info, nor an info for a debug", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 5000, reserve: 0, overflow: "drop-old" });
    pushMany(pipeline, 200, "error");
    expect(pipeline.ledger().dropped["buffer-full"]).toBeGreaterThan(20);
    const before = pipeline.ledger();
    pushMany(pipeline, 50, "info", 1000);
    // A few may find the room that making room left over.
    expect(pipeline.ledger().dropped["buffer-full"]).toBeGreaterThan((before.dropped["buffer-full"] ?? 0) + 35);
    sink.open();
    await pipeline.close(1000);
    const errors = sink.lines.filter((line) => levelOf(line) === "error").length;
    expect(errors).toBe(before.pending);
  });

  it("drops older infos for newer ones, and no error, where both wait", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 60_000, reserve: 0, overflow: "drop-old" });
    pushMany(pipeline, 500, "error");
    pushMany(pipeline, 3000, "info", 1000);
    expectBalance(pipeline);
    sink.open();
    await pipeline.close(1000);
    expect(sink.lines.filter((line) => levelOf(line) === "error").length).toBe(500);
    expect(numbersOf(sink.lines).at(-1)).toBe(3999);
  });

  it("makes no more room than there are records of low level", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 60_000, reserve: 0, overflow: "drop-old" });
    pushMany(pipeline, 1330, "error");
    expect(pipeline.ledger().dropped).toEqual({});
    pushMany(pipeline, 300, "info", 2000);
    expect(pipeline.ledger().dropped["buffer-full"]).toBeGreaterThan(200);
    sink.open();
    await pipeline.close(1000);
    expect(sink.lines.filter((line) => levelOf(line) === "error").length).toBe(1330);
  });

  it("drops nothing for a record that cannot fit anyway", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 5000, overflow: "drop-old" });
    pushMany(pipeline, 30);
    pipeline.push(`{"n":1,"x":"${"x".repeat(6000)}"}\n`, 2, 1);
    expect(pipeline.ledger().dropped).toEqual({ "too-large": 1 });
    sink.open();
    expect(await pipeline.close(1000)).toMatchObject({ delivered: 30 });
  });

  it("leaves sinks alone that have room, and counts a record as dropped when one of two dropped it", async () => {
    const slow = gate();
    const quick = gate();
    quick.open();
    const pipeline = open([{ sink: slow, bufferBytes: 5000, overflow: "drop-old" }, { sink: quick }]);
    for (let round = 0; round < 30; round++) {
      pushMany(pipeline, 20, "info", round * 20);
      await pause(0);
      expectBalance(pipeline);
    }
    slow.open();
    const ledger = await pipeline.close(1000);
    expect(quick.lines.length).toBe(600);
    expect(ledger.delivered).toBe(slow.lines.length);
    expect(ledger.dropped["buffer-full"]).toBe(600 - slow.lines.length);
    expect(ledger.sinks["recorder#2"]).toMatchObject({ delivered: 600, dropped: {} });
  });
});

describe("block", () => {
  it("writes by blocking until there is room: nothing is lost, in order", async () => {
    const folder = mkdtempSync(join(tmpdir(), "taffrail-block-"));
    const path = join(folder, "app.log");
    const pipeline = open([{ sink: fileSink({ path }) }], { bufferBytes: 20_000, overflow: "block" });
    pushMany(pipeline, 5000);
    await pause(20);
    pushMany(pipeline, 5000, "info", 5000);
    const ledger = await pipeline.close(2000);
    expect(ledger).toMatchObject({ accepted: 10_000, delivered: 10_000, dropped: {}, pending: 0 });
    const numbers = numbersOf(readFileSync(path, "utf8").split("\n").slice(0, -1));
    rmSync(folder, { recursive: true });
    expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
  });

  it("drops new records where the sink cannot write synchronously", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 3000, overflow: "block" });
    pushMany(pipeline, 200);
    expect(pipeline.ledger().dropped["buffer-full"]).toBeGreaterThan(50);
    sink.open();
    await pipeline.close(1000);
  });
});
