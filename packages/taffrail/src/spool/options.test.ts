import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { TaffrailError } from "@taffrail/contracts";
import { manualClock } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { createSpool } from "./file-spool.ts";
import {
  crashImage,
  done,
  drain,
  lanes,
  line,
  listening,
  refuseNextFile,
  segments,
  spoolPlace,
  wide,
} from "./testdata/spool-test.ts";

const place = spoolPlace();
const nobody = 65_534;

describe("each option of the spool", () => {
  it("dir: records are below it, for the owner's eyes only; a place that cannot be one is named", () => {
    const dir = place.dir();
    const spool = place.open({ dir });
    expect(spool.append(line(1), 2)).toBe("stored");
    const [file = ""] = segments(dir);
    expect(readFileSync(file, "utf8")).toContain('{"key":1}');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(lanes(dir)[0] ?? "").mode & 0o777).toBe(0o700);
    const taken = join(dir, "a-file");
    writeFileSync(taken, "");
    expect(() => createSpool({ dir: taken })).toThrow(TaffrailError);
    expect(() => createSpool({ dir: taken })).toThrow(taken);
  });

  it("dir: a directory without the right to write is named", () => {
    const dir = place.dir();
    chmodSync(dir, 0o500);
    // Root may write everywhere: for this moment the process is nobody.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) chownSync(dir, nobody, nobody);
    if (isRoot) process.seteuid?.(nobody);
    try {
      expect(() => createSpool({ dir })).toThrow(/cannot be used.*EACCES/);
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(dir, 0o700);
    }
  });

  it("maxBytes: what does not fit is refused as quota, errors and audit records have a tenth of their own, and room comes back", async () => {
    const spool = place.open({ maxBytes: 65_536, segmentBytes: 4096 });
    const source = spool.source("http");
    const results: string[] = [];
    while (results.at(-1) !== "quota") results.push(spool.append(line(results.length, 1000), 2));
    expect(spool.stats().bytes).toBeGreaterThan(65_536 * 0.9 - 1100);
    expect(spool.stats()).toMatchObject({ limitBytes: 65_536, records: results.length - 1 });
    expect(spool.health().status).toBe("degraded");
    expect(spool.append(line("e", 1000), 4)).toBe("stored");
    expect(spool.append(line("audit", 1000), 6)).toBe("stored");
    while (spool.append(line("e", 1000), 5) === "stored");
    expect(spool.stats().bytes).toBeLessThanOrEqual(65_536);
    const batch = source.next({ maxRecords: 30, maxCharacters: 1e6 });
    if (batch !== undefined) source.settle(batch, done);
    drain(source);
    expect(spool.append(line("again"), 2)).toBe("stored");
    expect(spool.health().status).toBe("healthy");
    await Promise.resolve();
    expect(spool.problems.filter((problem) => problem.includes("full"))).toHaveLength(2);
  });

  it("segmentBytes: a file that large is closed and a new one begun; delivered files are deleted", () => {
    const dir = place.dir();
    const spool = place.open({ dir, segmentBytes: 4096 });
    const source = spool.source("http");
    for (let index = 0; index < 100; index += 1) spool.append(line(index, 200), 2);
    const sizes = segments(dir).map((file) => statSync(file).size);
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeLessThan(4096 + 300);
    expect(drain(source)).toHaveLength(100);
    expect(segments(dir)).toHaveLength(1);
  });

  it("maxAgeMs: older records are given up and told as too-old; a jump of the wall clock makes none older", () => {
    const clock = manualClock();
    const spool = place.open({ clock, maxAgeMs: 60_000, segmentBytes: 4096 });
    const listener = listening();
    const source = spool.source("http", { listener });
    for (let index = 0; index < 40; index += 1) spool.append(line(index, 200), 2);
    clock.advance(50_000);
    spool.append(line("young"), 2);
    clock.jumpTo(clock.now() + 86_400_000);
    spool.maintain();
    expect(source.records).toBe(41);
    clock.advance(20_000);
    spool.maintain();
    expect(source.records).toBeLessThan(41);
    expect(drain(source)).toEqual(["young"]);
    expect(listener.told).toEqual({ "too-old": 40 });
    expect(source.records).toBe(0);
  });

  it("maxAgeMs: a sink that is in the middle of a file gives up the rest of it when it goes on, and the files behind it", () => {
    const clock = manualClock();
    const spool = place.open({ clock, maxAgeMs: 60_000, segmentBytes: 4096 });
    const listeners = [listening(), listening()];
    const [busy, idle] = listeners.map((listener, index) => spool.source(`sink ${index}`, { listener }));
    for (let index = 0; index < 60; index += 1) spool.append(line(index, 200), 2);
    const batch = busy?.next({ maxRecords: 5, maxCharacters: 1e6 });
    clock.advance(70_000);
    spool.append(line("young"), 2);
    spool.maintain();
    expect(busy?.records).toBe(61);
    expect(idle?.records).toBeLessThan(61);
    if (batch !== undefined) busy?.settle(batch, done);
    spool.maintain();
    expect(busy && drain(busy)).toEqual(["young"]);
    expect(idle && drain(idle)).toEqual(["young"]);
    expect(listeners.map(({ told }) => told)).toEqual([{ "too-old": 55 }, { "too-old": 60 }]);
  });

  it("holdBytes: while the disk refuses, that much waits in memory, then buffer-full; all of it is written when the disk works again", () => {
    const dir = place.dir();
    const clock = manualClock();
    const spool = place.open({ dir, clock, holdBytes: 10_000, segmentBytes: 4096, fsync: "never" });
    const source = spool.source("http");
    while (segments(dir).length < 2) spool.append(line("disk", 200), 2);
    const before = source.records;
    refuseNextFile(dir, before);
    const results: string[] = [];
    while (results.at(-1) !== "buffer-full") results.push(spool.append(line("memory", 200), 2));
    const held = results.filter((result) => result === "held").length;
    expect(held * 221).toBeGreaterThan(8000);
    expect(held * 221).toBeLessThan(10_000);
    expect(spool.stats().heldRecords).toBe(held);
    expect(spool.append(line("error", 200), 4)).toBe("held");
    expect(spool.health()).toMatchObject({ status: "degraded", detail: expect.stringContaining("EEXIST") });
    clock.advance(1001);
    expect(spool.append(line("after"), 2)).toBe("stored");
    expect(spool.health().status).toBe("healthy");
    expect(spool.stats().heldRecords).toBe(0);
    const stored = results.filter((result) => result === "stored").length;
    expect(drain(source)).toHaveLength(before + stored + held + 2);
  });

  it("quarantineBytes: the oldest damaged files make room", async () => {
    const dir = place.dir();
    const spool = place.open({ dir, segmentBytes: 4096 });
    spool.source("http");
    for (let index = 0; index < 100; index += 1) spool.append(line(index, 200), 2);
    const image = crashImage(dir, join(place.dir(), "image"));
    for (const file of segments(image)) {
      const bytes = readFileSync(file);
      bytes[2] = 0;
      writeFileSync(file, bytes);
    }
    const again = place.open({ dir: image, quarantineBytes: 10_000 });
    const { quarantinedSegments, quarantinedBytes } = again.stats();
    expect(quarantinedBytes).toBeGreaterThan(5000);
    expect(quarantinedBytes).toBeLessThanOrEqual(10_000);
    expect(readdirSync(join(image, "quarantine"))).toHaveLength(quarantinedSegments);
    await Promise.resolve();
    expect(again.problems.length).toBeGreaterThan(quarantinedSegments);
    expect(again.problems[0]).toMatch(/is in quarantine: foreign/);
  });

  it("commit: with record the file has it at once, with turn at the end of the turn", async () => {
    const dir = place.dir();
    const spool = place.open({ dir, commit: "turn" });
    const source = spool.source("http");
    expect(spool.append(line("turn"), 2)).toBe("held");
    expect(source.next(wide)).toBeUndefined();
    let woken = 0;
    spool.onRecords(() => {
      woken += 1;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toBe(1);
    expect(drain(source)).toEqual(["turn"]);
    spool.append(line("exit"), 2);
    spool.syncSync();
    expect(drain(source)).toEqual(["exit"]);
  });

  it("signal: records of each signal have files and batches of their own", () => {
    const dir = place.dir();
    const logs = place.open({ dir });
    const traces = place.open({ dir, signal: "traces" });
    const source = traces.source("http");
    traces.append(line("span"), 2);
    expect(source.next(wide)?.signal).toBe("traces");
    expect(logs.source("http").next(wide)).toBeUndefined();
    expect(existsSync(join(dir, "traces"))).toBe(true);
  });

  it("clock, ids and problem: time, identity and complaints go through what was given", async () => {
    const spool = place.open({ clock: manualClock(0), ids: { hex: (bytes) => "ab".repeat(bytes) } });
    const source = spool.source("http");
    spool.append(line(1), 2);
    expect(source.next(wide)?.id).toMatch(/^abababababababab[0-9a-f]{8}-1-1$/);
    const dir = place.dir();
    const other = place.open({ dir });
    other.source("http");
    other.append(line(1), 2);
    const image = crashImage(dir, join(place.dir(), "image"));
    truncateSync(segments(image)[0] ?? "", 0);
    const { problems } = place.open({ dir: image });
    await Promise.resolve();
    expect(problems).toHaveLength(1);
  });

  it("refuses what it does not know and what cannot be", () => {
    const dir = place.dir();
    const wrong = (options: object): void => {
      expect(() => createSpool({ dir, ...options }), JSON.stringify(options)).toThrow(TaffrailError);
    };
    for (const options of [
      { dir: "" },
      { maxBytes: 1 },
      { segmentBytes: 1 },
      { maxAgeMs: 31 * 86_400_000 },
      { holdBytes: -1 },
    ])
      wrong(options);
    for (const options of [
      { quarantineBytes: 0.5 },
      { commit: "later" },
      { fsync: true },
      { fsyncIntervalMs: 0 },
      { size: 1 },
    ])
      wrong(options);
  });
});
