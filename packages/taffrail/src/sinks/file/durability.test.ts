import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Batch, createBatch } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileSink } from "../file-sink.ts";
import { createSyncing } from "./syncing.ts";

const never = new AbortController().signal;
let folder: string;
let umask: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "taffrail-durability-"));
  umask = process.umask(0o022);
});
afterEach(() => {
  process.umask(umask);
  rmSync(folder, { recursive: true });
});

const batchOf = (from: number, count = 3): Batch =>
  createBatch(Array.from({ length: count }, (_, index) => ({ level: "info", line: `{"n":${from + index}}\n` })));
const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("fsync", () => {
  /** Counts the syncs that a policy makes of three writes, one after the other. */
  async function count(policy: "never" | "interval" | "always", intervalMs: number): Promise<readonly number[]> {
    let syncs = 0;
    const sync = async (): Promise<void> => {
      syncs += 1;
    };
    const syncing = createSyncing({ policy, intervalMs, sync });
    for (let index = 0; index < 3; index++) await syncing.wrote();
    const afterWrites = syncs;
    await wait(intervalMs * 5);
    const afterInterval = syncs;
    await syncing.flush();
    syncing.stop();
    return [afterWrites, afterInterval, syncs];
  }

  it("fsync: never, with each write, or once for many; a flush always does it", async () => {
    expect(await count("never", 10)).toEqual([0, 0, 1]);
    expect(await count("always", 10)).toEqual([3, 3, 4]);
    expect(await count("interval", 10)).toEqual([0, 1, 2]);
  });

  it("fsyncIntervalMs: bounds the time that lines are not durable", async () => {
    expect((await count("interval", 60))[1]).toBe(1);
    let syncs = 0;
    const sync = async (): Promise<void> => {
      syncs += 1;
    };
    const slow = createSyncing({ policy: "interval", intervalMs: 60_000, sync });
    await slow.wrote();
    await wait(30);
    expect(syncs).toBe(0);
    slow.stop();
  });

  const strace = existsSync("/usr/bin/strace");
  it.skipIf(!strace)(
    `calls the system as the policy says${strace ? "" : " (skipped: strace is not installed)"}`,
    () => {
      const trace = join(folder, "trace");
      const program = `
      import { createBatch } from "@taffrail/contracts";
      import { fileSink } from "taffrail";
      const sink = fileSink({ path: ${JSON.stringify(join(folder, "app.log"))}, fsync: process.env.POLICY });
      for (let n = 0; n < 5; n++) await sink.write(createBatch([{ line: "{}\\n", level: "info" }]), new AbortController().signal);
      process.exit(0);
    `;
      for (const [policy, syncs] of [
        ["always", 5],
        ["never", 0],
      ] as const) {
        const command = 'strace -f -qq -e trace=fdatasync -o "$TRACE" "$NODE" --input-type=module -e "$PROGRAM"';
        const env = { ...process.env, TRACE: trace, NODE: process.execPath, PROGRAM: program, POLICY: policy };
        execFileSync("sh", ["-c", command], { cwd: import.meta.dirname, env });
        expect(readFileSync(trace, "utf8").match(/fdatasync\(\d/g)?.length ?? 0).toBe(syncs);
      }
    },
  );

  it("writes a batch again whose sync failed, to the file opened anew, since a second sync would wrongly succeed", async () => {
    let fail = true;
    const faults: (string | undefined)[] = [];
    const syncing = createSyncing({
      policy: "always",
      intervalMs: 10,
      sync: async () => {
        if (fail) throw Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO" });
      },
    });
    await syncing.wrote().catch(() => faults.push(syncing.fault()));
    fail = false;
    await syncing.wrote();
    expect([...faults, syncing.fault()]).toEqual(["fsync: EIO: i/o error, fdatasync", undefined]);
  });
});

describe("a disk that fails", () => {
  it("EIO is answered by a retry with its reason", async () => {
    // The kernel answers a write to the first page of a process's memory with this very error.
    const sink = fileSink({ path: "/proc/self/mem" });
    expect(await sink.write(batchOf(0), never)).toMatchObject({
      outcome: "retry",
      reason: expect.stringMatching(/\/proc\/self\/mem: EIO/),
    });
    await sink.close(never);
  });

  it("claims nothing at exit that a full disk did not take", async () => {
    const sink = fileSink({ path: "/dev/full" });
    expect(sink.writeSync?.(batchOf(0, 3), batchOf(3, 3))).toBe(0);
    await sink.close(never);
  });
});

describe("permissions", () => {
  it("mode, folderMode: of what is made; what is there stays as it is", async () => {
    const path = join(folder, "a", "b", "app.log");
    const sink = fileSink({ path, mode: 0o600, folderMode: 0o700 });
    expect([path, join(folder, "a", "b"), join(folder, "a")].map((made) => statSync(made).mode & 0o777)).toEqual([
      0o600, 0o700, 0o700,
    ]);
    await sink.close(never);
    chmodSync(path, 0o644);
    await fileSink({ path, mode: 0o600 }).close(never);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  it("mode: holds for rotated and compressed files too", async () => {
    const path = join(folder, "app.log");
    const sink = fileSink({ path, mode: 0o600, maxBytes: 1024, gzip: true });
    for (let n = 0; n < 300; n += 60) await sink.write(batchOf(n, 60), never);
    const rotated = (): string[] =>
      execFileSync("ls", [folder], { encoding: "utf8" })
        .split("\n")
        .filter((name) => name.endsWith(".gz"));
    for (let turn = 0; turn < 500 && rotated().length === 0; turn++) await wait(10);
    expect(rotated().map((name) => statSync(join(folder, name)).mode & 0o777)).toContain(0o600);
    await sink.close(never);
  });
});

describe("a compression", () => {
  it("that was killed leaves the rotated file whole, and the next start ends it", async () => {
    const rotated = join(folder, "app-2026-11-20T00-00-00Z.log");
    const content = Array.from({ length: 400_000 }, (_, n) => `{"n":${n},"x":${Math.imul(n, 2654435761)}}\n`).join("");
    writeFileSync(rotated, content);
    const program = `
      import { fileSink } from "taffrail";
      fileSink({ path: ${JSON.stringify(join(folder, "app.log"))}, gzip: true });
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      cwd: import.meta.dirname,
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    const temporary = (): boolean =>
      execFileSync("ls", ["-A", folder], { encoding: "utf8" }).includes(`${child.pid}.tmp`);
    for (let turn = 0; turn < 1000 && !temporary(); turn++) await wait(5);
    child.kill("SIGKILL");
    await ended;
    expect(readFileSync(rotated, "utf8") === content).toBe(true);
    const sink = fileSink({ path: join(folder, "app.log"), gzip: true });
    for (let turn = 0; turn < 2000 && existsSync(rotated); turn++) await wait(10);
    expect(execFileSync("gzip", ["-dc", `${rotated}.gz`], { maxBuffer: 1e9 }).toString() === content).toBe(true);
    expect(execFileSync("ls", ["-A", folder], { encoding: "utf8" })).not.toContain(".tmp");
    await sink.close(never);
  });
});
