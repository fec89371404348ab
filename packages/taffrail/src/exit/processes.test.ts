import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { flushAfter } from "./flush-after.ts";
import { copyLibrary, linkLibrary } from "./testdata/library-copy.ts";

const folderOfSource = fileURLToPath(new URL("..", import.meta.url));
const count = 2000;
vi.setConfig({ testTimeout: 90_000 });
let folder: string;
let files = 0;

beforeAll(() => {
  const built = join(folderOfSource, "../dist/index.js");
  if (!existsSync(built)) throw new Error(`${built} is missing: run npx tsc -b packages/taffrail`);
  folder = mkdtempSync(join(tmpdir(), "taffrail-processes-"));
  linkLibrary(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a program from a file of its own, so that threads and forks can start it again. */
function run(extension: "mjs" | "cjs", source: string): Promise<{ code: number | null; stderr: string }> {
  const path = join(folder, `${files++}.${extension}`);
  writeFileSync(path, source);
  const child = spawn(process.execPath, [path], {
    stdio: ["ignore", "ignore", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += String(chunk);
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stderr })));
}

const logPath = (): string => join(folder, `${files}.log`);

function linesOf(path: string): readonly { readonly n: number; readonly who: string }[] {
  const text = readFileSync(path, "utf8");
  rmSync(path);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const logging = (path: string): string => `
  const log = createLogger({ sinks: [fileSink({ path: ${JSON.stringify(path)} })] });
  const write = (who) => { for (let n = 0; n < ${count}; n++) log.info("x", { n, who }); };
`;
const esm = 'import { createLogger, fileSink } from "taffrail";\n';

describe("worker threads", () => {
  it.each([
    ["end by themselves", "", 0],
    ["call process.exit", "process.exit(0);", 0],
    ["throw", 'throw new Error("on purpose");', 1],
  ])("lose nothing when they %s", async (_, ending, code) => {
    const path = logPath();
    const ended = await run(
      "mjs",
      `${esm}import { isMainThread, Worker } from "node:worker_threads";
      import { fileURLToPath } from "node:url";
      ${logging(path)}
      if (isMainThread) {
        for (let index = 0; index < 2; index++) {
          new Worker(fileURLToPath(import.meta.url)).on("error", () => { process.exitCode = 1; });
        }
        write("main");
      } else {
        write("worker");
        ${ending}
      }`,
    );
    expect(ended.code, ended.stderr).toBe(code);
    const lines = linesOf(path);
    expect(lines.filter(({ who }) => who === "main").length).toBe(count);
    expect(lines.filter(({ who }) => who === "worker").length).toBe(2 * count);
  });
});

describe("child processes", () => {
  it("of cluster lose nothing, whether they are disconnected, exit or are ended by a signal", async () => {
    const path = logPath();
    const ended = await run(
      "mjs",
      `${esm}import cluster from "node:cluster";
      ${logging(path)}
      const endings = ["disconnect", "exit", "signal"];
      if (cluster.isPrimary) {
        for (const ending of endings) cluster.fork({ ENDING: ending });
        write("primary");
      } else {
        write(process.env.ENDING);
        if (process.env.ENDING === "disconnect") cluster.worker.disconnect();
        else if (process.env.ENDING === "exit") process.exit(0);
        else process.kill(process.pid, "SIGTERM");
      }`,
    );
    expect(ended.code, ended.stderr).toBe(0);
    const lines = linesOf(path);
    for (const who of ["primary", "disconnect", "exit", "signal"]) {
      expect(lines.filter((line) => line.who === who).length, who).toBe(count);
    }
  });

  it("of fork lose nothing when their parent goes", async () => {
    const path = logPath();
    const ended = await run(
      "mjs",
      `${esm}import { fork } from "node:child_process";
      import { fileURLToPath } from "node:url";
      ${logging(path)}
      if (process.argv[2] === "child") {
        process.on("disconnect", () => { write("child"); });
        process.send("ready");
      } else {
        const child = fork(fileURLToPath(import.meta.url), ["child"]);
        child.on("message", () => { write("parent"); child.disconnect(); });
      }`,
    );
    expect(ended.code, ended.stderr).toBe(0);
    const lines = linesOf(path);
    expect(lines.filter(({ who }) => who === "parent").length).toBe(count);
    expect(lines.filter(({ who }) => who === "child").length).toBe(count);
  });
});

describe("CommonJS", () => {
  it("can require the library, beside a copy of it, and process.exit loses nothing", async () => {
    const path = logPath();
    const ended = await run(
      "cjs",
      `const { createLogger, fileSink } = require("taffrail");
      ${logging(path)}
      import(${JSON.stringify(copyLibrary(folder))}).then((copy) => {
        const other = copy.createLogger({ sinks: [copy.fileSink({ path: ${JSON.stringify(path)} })] });
        if (copy.createLogger === createLogger) process.exit(9);
        if (process.listenerCount("exit") !== 1) process.exit(8);
        write("first");
        for (let n = 0; n < ${count}; n++) other.info("x", { n, who: "copy" });
        process.exit(5);
      });`,
    );
    expect(ended.code, ended.stderr).toBe(5);
    const lines = linesOf(path);
    expect(lines.filter(({ who }) => who === "first").length).toBe(count);
    expect(lines.filter(({ who }) => who === "copy").length).toBe(count);
  });
});

describe("flushAfter", () => {
  it("settles after the flush, with what the handler gives or throws", async () => {
    const order: string[] = [];
    const log = {
      async flush(options?: { readonly timeoutMs?: number }) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        order.push(`flush ${options?.timeoutMs}`);
      },
    };
    const double = flushAfter(log, (value: number) => value * 2, { timeoutMs: 100 });
    expect(await double(21)).toBe(42);
    const failing = flushAfter(log, async () => {
      throw new Error("on purpose");
    });
    await expect(failing()).rejects.toThrow("on purpose");
    expect(order).toEqual(["flush 100", "flush undefined"]);
  });

  it("keeps the process alive until a slow sink is done, even without anything else to wait for", async () => {
    const path = logPath();
    const ended = await run(
      "mjs",
      `import { appendFileSync } from "node:fs";
      import { createLogger, flushAfter } from "taffrail";
      const sink = {
        manifest: { name: "slow", kind: "sink", apiVersion: 1 },
        write: (batch) => new Promise((resolve) => {
          setTimeout(() => { appendFileSync(${JSON.stringify(path)}, batch.text()); resolve({ outcome: "ok" }); }, 200).unref();
        }),
        async close() {},
      };
      const log = createLogger({ sinks: [sink], signals: [] });
      const handler = flushAfter(log, () => { log.info("x", { n: 1, who: "handler" }); return 7; });
      process.exitCode = await handler();`,
    );
    expect(ended.code, ended.stderr).toBe(7);
    expect(linesOf(path).length).toBe(1);
  });
});
