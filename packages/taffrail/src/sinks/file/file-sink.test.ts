import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Batch, createBatch } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../logger.ts";
import { fileSink } from "../file-sink.ts";
import { createLineOutput } from "../line-output.ts";
import { createStreamWriter } from "../stream-writer.ts";
import type { FileSinkOptions } from "./file-options.ts";
import { createFileWriter } from "./file-writer.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "taffrail-file-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const never = new AbortController().signal;
const batchOf = (from: number, count: number): Batch =>
  createBatch(Array.from({ length: count }, (_, index) => ({ level: "info", line: `{"n":${from + index}}\n` })));
const numbersOf = (text: string): number[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { n: number }).n);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("fileSink", () => {
  it("path: makes the folder, appends, and lets only owner and group read", async () => {
    const path = join(folder, "a", "b", "app.log");
    for (const round of [0, 1]) {
      const sink = fileSink({ path });
      await sink.write(batchOf(round * 3, 3), never);
      await sink.close(never);
    }
    expect(numbersOf(readFileSync(path, "utf8"))).toEqual(upTo(6));
    expect(statSync(path).mode & 0o007).toBe(0);
  });

  it("is opened before the first record, and survives many small and some large batches", async () => {
    const path = join(folder, "app.log");
    const log = createLogger({ sinks: [fileSink({ path })], signals: [] });
    expect(statSync(path).size).toBe(0);
    for (let index = 0; index < 3000; index++) {
      log.info("x", { n: index, text: "ü".repeat(index % 50 === 0 ? 5000 : 3) });
      if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const ledger = await log.close();
    expect(ledger).toMatchObject({ accepted: 3000, delivered: 3000, pending: 0 });
    expect(numbersOf(readFileSync(path, "utf8"))).toEqual(upTo(3000));
  });

  it("says when it cannot be opened, never throws, and recovers by itself", async () => {
    const blocker = join(folder, "logs");
    writeFileSync(blocker, "a file where the folder should be");
    const problems: string[] = [];
    const sink = fileSink({ path: join(blocker, "app.log") });
    const log = createLogger({ sinks: [sink], signals: [], onProblem: (text) => problems.push(text) });
    log.info("x", { n: 0 });
    await log.flush({ timeoutMs: 50 });
    expect(log.health().status).toBe("unhealthy");
    expect(problems[0]).toContain("cannot open");
    rmSync(blocker);
    expect(await log.close()).toMatchObject({ accepted: 1, delivered: 1 });
    expect(numbersOf(readFileSync(join(blocker, "app.log"), "utf8"))).toEqual([0]);
  });

  it("answers a full device with a retry, and closes all the same", async () => {
    const sink = fileSink({ path: "/dev/full" });
    expect(await sink.write(batchOf(0, 3), never)).toMatchObject({
      outcome: "retry",
      reason: expect.stringContaining("ENOSPC"),
    });
    await sink.close(never);
  });

  it.each([
    [{}, "path"],
    [{ path: "" }, "path"],
    [{ path: 3 }, "path"],
    [{ path: "x", maxBytes: 10 }, "maxBytes"],
    [{ path: "x", every: "week" }, "every"],
    [{ path: "x", gzip: 1 }, "gzip"],
    [{ path: "x", keep: 3 }, "keep"],
    [{ path: "x", fsync: "often" }, "fsync"],
    [{ path: "x", fsyncIntervalMs: 0 }, "fsyncIntervalMs"],
    [{ path: "x", sighup: "yes" }, "sighup"],
    [{ path: "x", mode: "0640" }, "mode"],
    [{ path: "x", folderMode: -1 }, "folderMode"],
  ])("refuses %j", (options, key) => {
    expect(() => fileSink(options as FileSinkOptions)).toThrow(`fileSink: option ${key} is not valid`);
  });

  it("refuses an unknown option, and names the known ones", () => {
    expect(() => fileSink({ path: "x", mkdir: true } as FileSinkOptions)).toThrow(
      expect.objectContaining({
        code: "option_unknown",
        remedy: expect.stringContaining("Known options: path, maxBytes,"),
      }),
    );
  });
});

describe("a write under way when the process ends", () => {
  it("is finished before the last words, in order and once", async () => {
    const path = join(folder, "app.log");
    for (let round = 0; round < 30; round++) {
      writeFileSync(path, "");
      const descriptor = openSync(path, "a");
      const writer = createFileWriter(descriptor);
      const output = createLineOutput({ writer: () => writer });
      const first = batchOf(0, 2000);
      const pending = output.write(first, never);
      expect(output.writeSync(batchOf(2000, 1), first)).toBe(2001);
      expect(await pending).toEqual({ outcome: "ok" });
      expect(output.writeSync(batchOf(2001, 1), undefined)).toBe(1);
      expect(numbersOf(readFileSync(path, "utf8"))).toEqual(upTo(2002));
      closeSync(descriptor);
    }
  });

  it("is not written again when only its promise has not settled yet", async () => {
    const path = join(folder, "app.log");
    const descriptor = openSync(path, "a");
    const writer = createFileWriter(descriptor);
    const output = createLineOutput({ writer: () => writer });
    const first = batchOf(0, 10);
    await output.write(first, never);
    expect(output.writeSync(batchOf(10, 1), first)).toBe(11);
    expect(numbersOf(readFileSync(path, "utf8"))).toEqual(upTo(11));
    closeSync(descriptor);
  });
});

describe("a full disk", () => {
  it("leaves no torn, lost or doubled line when room comes back", async () => {
    // A file size limit stands in for a full disk: it cuts a write in the middle, as a full disk does.
    const path = join(folder, "app.log");
    const program = `
      import { createLogger, fileSink } from "taffrail";
      process.on("SIGXFSZ", () => {});
      const log = createLogger({ sinks: [fileSink({ path: ${JSON.stringify(path)} })], signals: [], onProblem: () => {} });
      for (let n = 0; n < 2000; n++) log.info("x", { n });
      const full = await log.flush({ timeoutMs: 300 });
      const { execFileSync } = await import("node:child_process");
      execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=unlimited:unlimited"]);
      const ledger = await log.close();
      process.stdout.write(JSON.stringify([full, ledger]));
    `;
    const command = `exec prlimit --fsize=50001:unlimited "${process.execPath}" --input-type=module -e "$PROGRAM"`;
    const out = execFileSync("sh", ["-c", command], {
      cwd: import.meta.dirname,
      env: { ...process.env, PROGRAM: program },
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(JSON.parse(out)).toMatchObject([
      { accepted: 2000, delivered: 0, pending: 2000 },
      { accepted: 2000, delivered: 2000, dropped: {}, pending: 0 },
    ]);
    expect(numbersOf(readFileSync(path, "utf8"))).toEqual(upTo(2000));
  });
});

describe("a slow reader of a pipe", () => {
  const openPipe = (): { readonly path: string; readonly reader: number } => {
    const path = join(folder, "pipe");
    execFileSync("sh", ["-c", 'mkfifo "$0"', path]);
    return { path, reader: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) };
  };
  const drain = (reader: number): string => {
    const chunk = Buffer.alloc(1 << 20);
    try {
      return chunk.toString("utf8", 0, readSync(reader, chunk));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return "";
      throw error;
    }
  };

  it("neither blocks the process nor loses, tears or doubles a line", async () => {
    const { path, reader } = openPipe();
    const log = createLogger({ sinks: [fileSink({ path })], signals: [], writeTimeoutMs: 30, onProblem: () => {} });
    for (let n = 0; n < 5000; n++) log.info("x", { n });
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 5);
    await log.flush({ timeoutMs: 150 });
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(3);
    const { delivered, pending } = log.ledger();
    expect(delivered + pending).toBe(5000);
    expect(pending).toBeGreaterThan(1000);
    let text = "";
    const closing = log.close();
    const reading = setInterval(() => {
      text += drain(reader);
    }, 2);
    const ledger = await closing;
    clearInterval(reading);
    text += drain(reader);
    closeSync(reader);
    expect(ledger).toMatchObject({ accepted: 5000, delivered: 5000 });
    expect(numbersOf(text)).toEqual(upTo(5000));
  });

  it("ends a torn line when the rest of a batch is given up", async () => {
    const { path, reader } = openPipe();
    const descriptor = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const writer = createStreamWriter(descriptor);
    const output = createLineOutput({ writer: () => writer });
    expect(await output.write(batchOf(0, 20_000), AbortSignal.timeout(20))).toMatchObject({
      outcome: "retry",
      reason: expect.stringContaining("does not keep up"),
    });
    expect(output.between).toBe(false);
    let text = drain(reader);
    expect(await output.write(batchOf(-1, 1), AbortSignal.timeout(1000))).toEqual({ outcome: "ok" });
    text += drain(reader);
    const numbers = numbersOf(text);
    expect(numbers.at(-1)).toBe(-1);
    expect(numbers.slice(0, -1)).toEqual(upTo(numbers.length - 1));
    expect(numbers.length).toBeLessThan(20_000);
    closeSync(descriptor);
    closeSync(reader);
  });
});
