import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { drain, line, segments, spoolPlace } from "./testdata/spool-test.ts";

/** Counts the real calls, and makes the next ones fail as a broken disk would. Set up before the library is loaded. */
const disk = vi.hoisted(() => {
  const fs = process.getBuiltinModule("node:fs");
  const state = { syncs: 0, failing: 0 };
  const { fdatasyncSync, fdatasync } = fs;
  const fails = (): Error | undefined => {
    state.syncs += 1;
    if (state.failing === 0) return undefined;
    state.failing -= 1;
    return Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO" });
  };
  fs.fdatasyncSync = (descriptor) => {
    const error = fails();
    if (error !== undefined) throw error;
    fdatasyncSync(descriptor);
  };
  const later: typeof fdatasync = Object.assign(
    (descriptor: number, callback: (error: NodeJS.ErrnoException | null) => void) => {
      const error = fails();
      if (error === undefined) fdatasync(descriptor, callback);
      else setImmediate(callback, error);
    },
    fdatasync,
  );
  fs.fdatasync = later;
  process.getBuiltinModule("node:module").syncBuiltinESMExports();
  return state;
});

const place = spoolPlace();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeEach(() => {
  disk.syncs = 0;
  disk.failing = 0;
});

describe("what survives a loss of power", () => {
  it("fsync: never leaves it to the system, always syncs each record", async () => {
    const never = place.open({ fsync: "never" });
    never.source("http");
    never.append(line(1), 2);
    await never.sync();
    never.syncSync();
    expect(disk.syncs).toBe(0);
    const always = place.open({ fsync: "always" });
    always.source("http");
    for (let index = 0; index < 5; index += 1) expect(always.append(line(index), 2)).toBe("stored");
    expect(disk.syncs).toBe(5);
  });

  it("fsyncIntervalMs: many records share one sync; sync and syncSync do not wait for it", async () => {
    const often = place.open({ fsyncIntervalMs: 5 });
    often.source("http");
    for (let index = 0; index < 50; index += 1) often.append(line(index), 2);
    expect(disk.syncs).toBe(0);
    while (disk.syncs === 0) await pause(5);
    expect(disk.syncs).toBe(1);
    const seldom = place.open({ fsyncIntervalMs: 3_600_000 });
    seldom.source("http");
    seldom.append(line(1), 2);
    await pause(30);
    expect(disk.syncs).toBe(1);
    await seldom.sync();
    expect(disk.syncs).toBe(2);
    seldom.append(line(2), 2);
    seldom.syncSync();
    expect(disk.syncs).toBe(3);
  });

  it("a file whose sync failed is written elsewhere and never synced again; nothing is missing", async () => {
    const dir = place.dir();
    const spool = place.open({ dir, fsyncIntervalMs: 3_600_000 });
    const source = spool.source("http");
    for (let index = 0; index < 20; index += 1) spool.append(line(index), 2);
    const before = segments(dir);
    disk.failing = 1;
    await spool.sync();
    const after = segments(dir);
    expect(after).not.toContain(before[0]);
    expect(after[0]).toMatch(/-again\.seg$/);
    expect(spool.health().status).toBe("healthy");
    expect(spool.problems[0]).toContain("EIO");
    spool.append(line("later"), 2);
    expect(segments(dir)).toHaveLength(2);
    expect(drain(source)).toEqual([...Array.from({ length: 20 }, (_, index) => index), "later"]);
  });

  it("when the copy fails too the records stay readable, and health says so until a sync works", async () => {
    const dir = place.dir();
    const spool = place.open({ dir, fsync: "always" });
    const source = spool.source("http");
    disk.failing = 2;
    expect(spool.append(line(1), 2)).toBe("held");
    expect(spool.health()).toMatchObject({ status: "degraded", detail: expect.stringContaining("EIO") });
    expect(spool.append(line(2), 2)).toBe("stored");
    expect(spool.health().status).toBe("healthy");
    expect(drain(source)).toEqual([1, 2]);
    expect(segments(dir).every((file) => file.startsWith(join(dir, "logs")))).toBe(true);
  });
});
