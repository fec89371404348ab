import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Batch, createBatch } from "@taffrail/contracts";
import { type ManualClock, manualClock } from "@taffrail/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FileSink, fileSink } from "../file-sink.ts";
import type { FileSinkOptions } from "./file-options.ts";

const start = Date.parse("2026-11-22T09:59:50Z");
const never = new AbortController().signal;
let folder: string;
let path: string;
let clock: ManualClock;
let problems: string[];
const sinks: FileSink[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "taffrail-rotation-"));
  path = join(folder, "app.log");
  clock = manualClock(start);
  problems = [];
});
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.close(never);
  rmSync(folder, { recursive: true });
});

function open(options: Partial<FileSinkOptions> = {}): FileSink {
  const sink = fileSink({ path, ...options });
  void sink.start?.({ clock, problem: (message) => problems.push(message), emit: () => {} });
  sinks.push(sink);
  return sink;
}

/** Batches of ten lines of 100 bytes. */
const batchOf = (from: number): Batch =>
  createBatch(
    Array.from({ length: 10 }, (_, index) => ({ level: "info", line: `${`{"n":${from + index}}`.padEnd(99)}\n` })),
  );
const names = (): string[] => readdirSync(folder).sort();
const contentOf = (name: string): string => {
  const bytes = readFileSync(join(folder, name));
  return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
};
const numbersIn = (name: string): number[] =>
  contentOf(name)
    .split("\n")
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { n: number }).n);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
async function writeAll(sink: FileSink, batches: number, stepMs = 0): Promise<void> {
  for (let index = 0; index < batches; index++) {
    expect(await sink.write(batchOf(index * 10), never)).toEqual({ outcome: "ok" });
    clock.advance(stepMs);
  }
}
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not so after 10 s: ${names().join(" ")} ${problems.join("; ")}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("rotation", () => {
  it("maxBytes: begins a new file before the batch that would go beyond it", async () => {
    await writeAll(open({ maxBytes: 2500 }), 7);
    expect(names()).toEqual([
      "app-2026-11-22T09-59-50Z.1.log",
      "app-2026-11-22T09-59-50Z.2.log",
      "app-2026-11-22T09-59-50Z.log",
      "app.log",
    ]);
    const inOrder = [
      "app-2026-11-22T09-59-50Z.log",
      "app-2026-11-22T09-59-50Z.1.log",
      "app-2026-11-22T09-59-50Z.2.log",
    ];
    expect([...inOrder, "app.log"].flatMap(numbersIn)).toEqual(upTo(70));
    for (const name of names()) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(2500);
  });

  it("maxBytes: goes on with a file of an earlier run, and counts what is in it", async () => {
    appendFileSync(path, `${"x".repeat(2000)}\n`);
    await writeAll(open({ maxBytes: 2500 }), 1);
    expect(names().length).toBe(2);
    expect(numbersIn("app.log")).toEqual(upTo(10));
  });

  it("every: begins a new file with the first line of an hour, and names the old one by its newest line", async () => {
    await writeAll(open({ every: "hour" }), 4, 4000);
    expect(names()).toEqual(["app-2026-11-22T09-59-58Z.log", "app.log"]);
    expect(numbersIn("app-2026-11-22T09-59-58Z.log")).toEqual(upTo(30));
    expect(statSync(path).size).toBe(1000);
  });

  it("every: knows the period of what an earlier run has written", async () => {
    appendFileSync(path, "{}\n");
    utimesSync(path, new Date(start - 86_400_000), new Date(start - 86_400_000));
    await writeAll(open({ every: "day" }), 1);
    expect(names()).toEqual(["app-2026-11-21T09-59-50Z.log", "app.log"]);
  });

  it("every: takes a number of ms", async () => {
    await writeAll(open({ every: 5000 }), 3, 5000);
    expect(names().length).toBe(3);
  });

  it("goes on in the old file when the new name cannot be made, and says so", async () => {
    path = join(folder, `${"x".repeat(245)}.log`);
    const sink = open({ maxBytes: 1500 });
    await writeAll(sink, 3);
    expect(names().flatMap(numbersIn)).toEqual(upTo(30));
    expect(sink.health?.()).toMatchObject({ status: "degraded", detail: expect.stringContaining("ENAMETOOLONG") });
  });

  it("asks for a retry while nothing can be opened, and goes on by itself", async () => {
    const sink = open({ maxBytes: 1500 });
    await writeAll(sink, 1);
    renameSync(folder, `${folder}-moved`);
    writeFileSync(folder, "a file where the folder was");
    expect(await sink.write(batchOf(10), never)).toMatchObject({
      outcome: "retry",
      reason: expect.stringContaining("cannot open"),
    });
    expect(sink.health?.().status).toBe("unhealthy");
    unlinkSync(folder);
    renameSync(`${folder}-moved`, folder);
    expect(await sink.write(batchOf(10), never)).toEqual({ outcome: "ok" });
    expect(sink.health?.()).toEqual({ status: "healthy" });
    expect(names().flatMap(numbersIn)).toEqual(upTo(20));
  });

  it("loses nothing when three processes rotate one file", async () => {
    const program = `
      import { createLogger, fileSink } from "taffrail";
      const log = createLogger({ sinks: [fileSink({ path: process.env.TARGET, maxBytes: 20000 })], signals: [] });
      for (let n = 0; n < 3000; n++) {
        log.info("x", { n, who: process.env.WHO });
        if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await log.close();
    `;
    const run = (who: string): Promise<number | null> =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
          cwd: import.meta.dirname,
          env: { ...process.env, TARGET: path, WHO: who },
          stdio: "ignore",
        });
        child.on("close", resolve);
      });
    expect(await Promise.all(["a", "b", "c"].map(run))).toEqual([0, 0, 0]);
    const lines = names().flatMap((name) => contentOf(name).split("\n").slice(0, -1));
    const seen = new Set(
      lines.map((line) => JSON.parse(line) as { n: number; who: string }).map(({ n, who }) => who + n),
    );
    expect([lines.length, seen.size]).toEqual([9000, 9000]);
    expect(names().length).toBeGreaterThan(10);
  });
});

describe("rotation from outside", () => {
  it("reopen: writes to a new file at once", async () => {
    const sink = open();
    await writeAll(sink, 1);
    renameSync(path, join(folder, "old.log"));
    sink.reopen();
    expect(existsSync(path)).toBe(true);
    await writeAll(sink, 1);
    expect(numbersIn("app.log")).toEqual(upTo(10));
  });

  it("sighup: reopens on the signal, and only when it is asked to", async () => {
    const before = process.listenerCount("SIGHUP");
    open();
    expect(process.listenerCount("SIGHUP")).toBe(before);
    const sink = open({ sighup: true });
    renameSync(path, join(folder, "old.log"));
    process.kill(process.pid, "SIGHUP");
    await until(() => existsSync(path));
    await sink.close(never);
    expect(process.listenerCount("SIGHUP")).toBe(before);
  });

  it.each(["moved", "removed"])("notices by itself that the file was %s", async (what) => {
    const sink = open();
    await writeAll(sink, 1);
    if (what === "moved") renameSync(path, join(folder, "old.log"));
    else unlinkSync(path);
    clock.advance(100);
    await writeAll(sink, 1);
    expect(numbersIn("app.log")).toEqual(upTo(10));
  });
});

describe("rotated files", () => {
  it("gzip: are compressed in the background, whole, and the plain file goes", async () => {
    const sink = open({ maxBytes: 2500, gzip: true });
    await writeAll(sink, 5);
    await until(() => names().filter((name) => name.endsWith(".log.gz")).length === 2);
    await until(() => names().length === 3);
    expect(
      names()
        .flatMap(numbersIn)
        .sort((a, b) => a - b),
    ).toEqual(upTo(50));
    expect(problems).toEqual([]);
  });

  it("gzip: is taken up again at the next start when it was interrupted", async () => {
    const rotated = "app-2026-11-20T00-00-00Z.log";
    writeFileSync(join(folder, rotated), "whole\n");
    writeFileSync(join(folder, `.${rotated}.gz.999999999.tmp`), "half");
    writeFileSync(join(folder, "app-notes.log"), "not ours");
    open({ gzip: true });
    await until(() => names().includes(`${rotated}.gz`));
    await until(() => !names().includes(rotated));
    expect(contentOf(`${rotated}.gz`)).toBe("whole\n");
    expect(names()).toEqual([`${rotated}.gz`, "app-notes.log", "app.log"]);
  });

  it("gzip: leaves the plain file whole when it is interrupted", async () => {
    const rotated = "app-2026-11-20T00-00-00Z.log";
    writeFileSync(join(folder, rotated), "x".repeat(1_000_000));
    const sink = open({ gzip: true });
    await sink.close(never);
    expect(names()).toEqual([rotated, "app.log"]);
  });

  const old = (day: number): string => `app-2026-11-${String(day).padStart(2, "0")}T00-00-00Z.log`;
  const fill = (): void => {
    for (let day = 10; day <= 20; day++) writeFileSync(join(folder, old(day)), "x".repeat(1000));
    writeFileSync(join(folder, "other-2026-11-01T00-00-00Z.log"), "not ours");
  };
  const kept = (): string[] => names().filter((name) => name.startsWith("app-"));

  it("keep: files, across restarts", async () => {
    fill();
    open({ keep: { files: 3 } });
    await until(() => kept().length === 3);
    expect(kept()).toEqual([18, 19, 20].map(old));
    expect(names()).toContain("other-2026-11-01T00-00-00Z.log");
  });

  it("keep: days", async () => {
    fill();
    open({ keep: { days: 4 } });
    await until(() => kept().length <= 3);
    expect(kept()).toEqual([19, 20].map(old));
  });

  it("keep: bytes", async () => {
    fill();
    open({ keep: { bytes: 4500 } });
    await until(() => kept().length === 4);
    expect(kept()).toEqual([17, 18, 19, 20].map(old));
  });

  it("keep: is looked after each hour, without any rotation", async () => {
    const sink = open({ keep: { days: 9 } });
    await writeAll(sink, 1);
    clock.advance(3_600_000);
    await writeAll(sink, 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    fill();
    await writeAll(sink, 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(kept().length).toBe(11);
    clock.advance(3_600_000);
    await writeAll(sink, 1);
    await until(() => kept().length < 11);
    expect(kept()).toEqual([14, 15, 16, 17, 18, 19, 20].map(old));
  });

  it("keep: is looked after with each rotation", async () => {
    const sink = open({ maxBytes: 1024, keep: { files: 2 } });
    await writeAll(sink, 20, 1000);
    await until(() => kept().length === 2);
    expect([...kept(), "app.log"].flatMap(numbersIn)).toEqual(upTo(200).slice(-30));
  });
});
