import { createBatch } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { type MemorySinkOptions, memorySink } from "./memory-sink.ts";
import { nullSink } from "./null-sink.ts";

const never = new AbortController().signal;
const batchOf = (count: number, from = 0) =>
  createBatch(
    Array.from({ length: count }, (_, index) => ({ level: "info" as const, line: `{"n":${from + index}}\n` })),
  );

describe("memorySink", () => {
  it("maxRecords: keeps the newest", async () => {
    const sink = memorySink({ maxRecords: 3 });
    await sink.write(batchOf(2), never);
    await sink.write(batchOf(2, 2), never);
    expect(sink.records().map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(sink.lines()[0]).toBe('{"n":1}');
    sink.clear();
    expect(sink.lines()).toEqual([]);
  });

  it.each([[{ maxRecords: 0 }], [{ maxRecord: 1 }]])("refuses %j", (options) => {
    expect(() => memorySink(options as MemorySinkOptions)).toThrow("memorySink: option");
  });
});

describe("nullSink", () => {
  it("takes everything, and counts it out", async () => {
    const sink = nullSink();
    expect(await sink.write(batchOf(2), never)).toEqual({ outcome: "ok" });
    expect(sink.writeSync?.(batchOf(2), batchOf(3))).toBe(5);
  });
});
