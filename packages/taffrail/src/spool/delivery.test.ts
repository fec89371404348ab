import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { frameHeaderBytes } from "./frame.ts";
import {
  crashImage,
  done,
  drain,
  keys,
  lanes,
  line,
  listening,
  segments,
  spoolPlace,
  wide,
} from "./testdata/spool-test.ts";

const place = spoolPlace();
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** A spool with records 0 to 99 in several files, and what a crash leaves of it after `deliver`. */
function crashed(deliver: (spool: ReturnType<typeof place.open>) => void = () => {}): string {
  const dir = place.dir();
  const spool = place.open({ dir, segmentBytes: 4096 });
  spool.source("http");
  for (const index of numbers(0, 100)) spool.append(line(index, 200), 2);
  deliver(spool);
  return crashImage(dir, join(place.dir(), "image"));
}

describe("delivery from a spool", () => {
  it("hands out the same batch until it is settled, within the bounds, at least one record", () => {
    const spool = place.open();
    const source = spool.source("http");
    for (const index of numbers(0, 10)) spool.append(line(index), 2);
    const first = source.next({ maxRecords: 3, maxCharacters: 1000 });
    expect(keys(first)).toEqual([0, 1, 2]);
    expect(source.next(wide)).toBe(first);
    expect(source.records).toBe(10);
    if (first !== undefined) source.settle(first, done);
    expect(source.records).toBe(7);
    expect(keys(source.next({ maxRecords: 100, maxCharacters: 1 }))).toEqual([3]);
  });

  it("gives level, audit and text of each record", () => {
    const spool = place.open();
    const source = spool.source("http");
    spool.append(line("é", 10), 0);
    spool.append(line("x"), 5);
    spool.append(line("who"), 6);
    const batch = source.next(wide);
    expect(batch?.records().map(({ level, audit }) => [level, audit])).toEqual([
      ["trace", undefined],
      ["fatal", undefined],
      ["info", true],
    ]);
    expect(batch?.records()[0]?.line).toBe(line("é", 10));
    expect(batch?.text()).toBe(Buffer.from(batch?.bytes() ?? []).toString());
    expect(batch?.characters).toBe(batch?.text().length);
  });

  it("gives each sink what is routed to it, in its own time; a file goes when both are past it", () => {
    const dir = place.dir();
    const spool = place.open({ dir, segmentBytes: 4096 });
    const all = spool.source("all", { bit: 3 });
    const errors = spool.source("errors", { bit: 5 });
    for (const index of numbers(0, 60))
      spool.append(line(index, 200), 2, index % 10 === 0 ? (1 << 3) | (1 << 5) : 1 << 3);
    expect([all.records, errors.records]).toEqual([60, 6]);
    const files = segments(dir).length;
    expect(drain(all)).toEqual(numbers(0, 60));
    expect(segments(dir)).toHaveLength(files);
    expect(drain(errors)).toEqual([0, 10, 20, 30, 40, 50]);
    expect(segments(dir)).toHaveLength(1);
    expect(spool.stats().records).toBe(0);
  });

  it("looks for the few records of a sink piece by piece, and loses none of them", () => {
    const dir = place.dir();
    const spool = place.open({ dir });
    const [all, few] = [spool.source("all"), spool.source("few")];
    for (const index of numbers(0, 3000)) spool.append(line(index, 1000), 2, index % 1400 === 1399 ? 3 : 1);
    const found: unknown[] = [];
    let searches = 0;
    for (let batch = few.next(wide); batch !== undefined || few.isSearching; batch = few.next(wide)) {
      if (batch === undefined) {
        searches += 1;
        expect(few.records).toBe(2 - found.length);
        continue;
      }
      found.push(...keys(batch));
      few.settle(batch, done);
    }
    expect(found).toEqual([1399, 2799]);
    expect(searches).toBeGreaterThan(3);
    let woken = 0;
    spool.onRecords(() => {
      woken += 1;
    });
    spool.append(line("last"), 2);
    expect([woken, keys(few.next(wide))]).toEqual([1, ["last"]]);
    for (let batch = all.next(wide); batch !== undefined; batch = all.next(wide)) all.settle(batch, done);
    expect(all.records).toBe(0);
  });

  it("calls when records came for a source that had run empty, once", () => {
    const spool = place.open();
    const source = spool.source("http");
    let woken = 0;
    spool.onRecords(() => {
      woken += 1;
    });
    spool.append(line(1), 2);
    expect(woken).toBe(0);
    drain(source);
    spool.append(line(2), 2);
    spool.append(line(3), 2);
    expect(woken).toBe(1);
  });
});

describe("after a crash", () => {
  it("delivers what earlier processes left first, under the ids that it had", () => {
    const before: (string | undefined)[] = [];
    const image = crashed((spool) => {
      const source = spool.source("http");
      const batch = source.next({ maxRecords: 7, maxCharacters: 1e6 });
      if (batch !== undefined) source.settle(batch, done);
      before.push(source.next({ maxRecords: 5, maxCharacters: 1e6 })?.id);
    });
    const spool = place.open({ dir: image });
    const listener = listening();
    const source = spool.source("http", { listener });
    spool.append(line("new"), 2);
    expect(listener.told).toEqual({ inherited: 93 });
    expect(source.records).toBe(94);
    const again = source.next(wide);
    expect(again?.id).toBe(before[0]);
    expect(keys(again)).toEqual(numbers(7, 12));
    expect(drain(source)).toEqual([...numbers(7, 100), "new"]);
    spool.maintain();
    expect(lanes(image)).toHaveLength(1);
  });

  it("repeats under the same ids when the checkpoint is lost", () => {
    const ids: (string | undefined)[] = [];
    const image = crashed((spool) => {
      const source = spool.source("http");
      for (const maxRecords of [7, 3, 5]) {
        const batch = source.next({ maxRecords, maxCharacters: 1e6 });
        ids.push(batch?.id);
        if (batch !== undefined) source.settle(batch, done);
      }
    });
    for (const name of readdirSync(lanes(image)[0] ?? ""))
      if (name.endsWith(".cursor")) rmSync(join(lanes(image)[0] ?? "", name));
    const source = place.open({ dir: image }).source("http");
    for (const id of ids) {
      const batch = source.next(wide);
      expect(batch?.id).toBe(id);
      if (batch !== undefined) source.settle(batch, done);
    }
  });

  it("cuts a torn end, counts it, and delivers what is before it", () => {
    const image = crashed();
    const last = segments(image).at(-1) ?? "";
    truncateSync(last, readFileSync(last).length - 5);
    const spool = place.open({ dir: image });
    expect(drain(spool.source("http"))).toEqual(numbers(0, 99));
    expect(spool.stats().tornTails).toBe(1);
  });

  it("leaves out one damaged record, tells it as damaged, and keeps its file in quarantine", () => {
    const image = crashed();
    const [file = ""] = segments(image);
    const bytes = readFileSync(file);
    const at = bytes.indexOf('{"key":5}');
    bytes[at + 3] = 0;
    writeFileSync(file, bytes);
    const spool = place.open({ dir: image });
    const listener = listening();
    const source = spool.source("http", { listener });
    expect(drain(source)).toEqual(numbers(0, 100).filter((index) => index !== 5));
    expect(listener.told).toEqual({ inherited: 100, damaged: 1 });
    expect(readdirSync(join(image, "quarantine"))).toHaveLength(1);
    expect(spool.stats()).toMatchObject({ quarantinedSegments: 1, quarantinedBytes: bytes.length });
  });

  it("finds the next record behind a damaged length", () => {
    const image = crashed();
    const [file = ""] = segments(image);
    const bytes = readFileSync(file);
    bytes.writeUInt32LE(0xffff_fff0, bytes.indexOf('{"key":5}') - frameHeaderBytes);
    writeFileSync(file, bytes);
    expect(drain(place.open({ dir: image }).source("http"))).toEqual(numbers(0, 100).filter((index) => index !== 5));
  });

  it("keeps records for a sink that this process does not have, and gives them up only when room is needed", async () => {
    const image = crashed();
    const spool = place.open({ dir: image, maxBytes: 65_536, segmentBytes: 4096 });
    const source = spool.source("other");
    expect(source.next(wide)).toBeUndefined();
    spool.maintain();
    spool.maintain();
    expect(spool.problems.filter((problem) => problem.includes("for the sink http, which"))).toHaveLength(1);
    expect(spool.stats().adopted).toBe(1);
    expect(segments(image).length).toBeGreaterThan(5);
    while (!spool.problems.some((problem) => problem.includes("for http are given up"))) {
      expect(spool.append(line("x", 1000), 2)).toBe("stored");
      await Promise.resolve();
    }
  });
});
