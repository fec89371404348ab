import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startIngestServer } from "../sinks/testdata/ingest-server.ts";
import { copyLibrary, linkLibrary } from "./testdata/library-copy.ts";

const folderOfSource = fileURLToPath(new URL("..", import.meta.url));
const program = join(folderOfSource, "testdata/exit-child.mjs");
const count = 10_000;
vi.setConfig({ testTimeout: 90_000 });
let folder: string;
let files = 0;

beforeAll(() => {
  const built = join(folderOfSource, "../dist/index.js");
  if (!existsSync(built)) throw new Error(`${built} is missing: run npx tsc -b packages/taffrail`);
  folder = mkdtempSync(join(tmpdir(), "taffrail-exit-"));
  linkLibrary(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ending> {
  const child = spawn(process.execPath, [...args], {
    cwd: folderOfSource,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const chunks: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += String(chunk);
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout: Buffer.concat(chunks).toString(), stderr }));
  });
}

const runProgram = (source: string): Promise<Ending> => run(["--input-type=module", "-e", source]);

/** Every line is there, once, in order. */
function expectAll(lines: readonly string[]): void {
  expect(lines.length).toBe(count);
  const wrong = lines.findIndex((line, index) => (JSON.parse(line) as { sequence: number }).sequence !== index);
  expect(wrong, lines[wrong]).toBe(-1);
}

const linesOf = (text: string): string[] => text.split("\n").slice(0, -1);

/** How a process ends in each way without a logger: it must end the same with one. */
const endings: Readonly<Record<string, Pick<Ending, "code" | "signal">>> = {
  natural: { code: 0, signal: null },
  exit: { code: 7, signal: null },
  throw: { code: 1, signal: null },
  reject: { code: 1, signal: null },
  SIGTERM: { code: null, signal: "SIGTERM" },
  SIGINT: { code: null, signal: "SIGINT" },
};
const rows = (paces: readonly string[]): (readonly [string, string])[] =>
  paces.flatMap((pace) => Object.keys(endings).map((ending) => [ending, pace] as const));

describe("10,000 of 10,000 lines, in order, and the exit code unchanged", () => {
  it.each(rows(["first", "burst", "busy", "paced"]))("file sink: %s after %s", async (ending, pace) => {
    const path = join(folder, `${files++}.log`);
    const { code, signal } = await run([program, "file", ending, pace, `${count}`, path]);
    expect({ code, signal }).toEqual(endings[ending]);
    expectAll(linesOf(readFileSync(path, "utf8")));
  });

  it.each(rows(["first", "burst", "busy"]))("console sink: %s after %s", async (ending, pace) => {
    const { code, signal, stdout } = await run([program, "console", ending, pace, `${count}`]);
    expect({ code, signal }).toEqual(endings[ending]);
    expectAll(linesOf(stdout));
  });

  it.each(rows(["first", "burst", "busy"]))("HTTP sink: %s after %s", async (ending, pace) => {
    const server = await startIngestServer();
    const { code, signal } = await run([program, "http", ending, pace, `${count}`, server.url]);
    await server.stop();
    expect({ code, signal }).toEqual(endings[ending]);
    // A request under way may be sent twice: what counts is that nothing is missing.
    expect(new Set(server.lines.map((line) => (JSON.parse(line) as { sequence: number }).sequence)).size).toBe(count);
  });
});

const setUp = (path: string, options = ""): string => `
  import { createLogger, fileSink } from "taffrail";
  const log = createLogger({ sinks: [fileSink({ path: ${JSON.stringify(path)} })] ${options} });
`;

describe("signals", () => {
  it("leave the decision to a handler of the application", async () => {
    const path = join(folder, "handler.log");
    const ending = await runProgram(`${setUp(path)}
      process.on("SIGTERM", () => { log.info("stopping"); setTimeout(() => { log.info("stopped"); process.exit(3); }, 50); });
      setTimeout(() => {}, 10_000);
      process.kill(process.pid, "SIGTERM");
    `);
    expect(ending).toMatchObject({ code: 3, signal: null });
    expect(linesOf(readFileSync(path, "utf8")).length).toBe(2);
  });

  it("end the process at once when they come twice", async () => {
    // Longer than a program of these tests may run at all: one that waits is killed, and has ended by another signal.
    const ending = await runProgram(`
      import { createServer } from "node:net";
      import { createLogger } from "taffrail";
      const server = createServer(() => {}).listen(0, "127.0.0.1", () => {
        const log = createLogger({ sinks: [], server: "http://127.0.0.1:" + server.address().port, exitTimeoutMs: 75_000 });
        log.info("x");
        process.kill(process.pid, "SIGINT");
        setTimeout(() => process.kill(process.pid, "SIGINT"), 100);
      });
    `);
    expect(ending.signal, ending.stderr).toBe("SIGINT");
  });

  it("are left alone when the logger is told so, or is closed", async () => {
    for (const options of [", signals: []", ""]) {
      const { stdout } = await runProgram(`${setUp(join(folder, "none.log"), options)}
        if (${options === ""}) await log.close();
        process.stdout.write(String(process.listenerCount("SIGTERM") + process.listenerCount("SIGINT")));
      `);
      expect(stdout).toBe("0");
    }
  });

  it("are not kept from ending the process by the listeners of signal-exit or of a second copy of this package", async () => {
    const path = join(folder, "courteous.log");
    const ending = await runProgram(`${setUp(path)}
      const copy = await import(${JSON.stringify(copyLibrary(folder))});
      copy.createLogger({ sinks: [copy.fileSink({ path: ${JSON.stringify(`${path}2`)} })] }).info("from the copy");
      // What signal-exit does: it counts its own listeners in a global, and steps aside when there are no others.
      globalThis[Symbol.for("signal-exit emitter")] = { count: 1 };
      const listener = () => {
        if (process.listenerCount("SIGTERM") > 1) return;
        process.removeListener("SIGTERM", listener);
        process.kill(process.pid, "SIGTERM");
      };
      process.on("SIGTERM", listener);
      log.info("x");
      setTimeout(() => {}, 10_000);
      process.kill(process.pid, "SIGTERM");
    `);
    expect(ending.signal).toBe("SIGTERM");
    expect(linesOf(readFileSync(path, "utf8")).length).toBe(1);
    expect(linesOf(readFileSync(`${path}2`, "utf8")).length).toBe(1);
  });
});

describe("the end of a process", () => {
  it("keeps lines that are logged by exit listeners, also by late ones", async () => {
    const path = join(folder, "listeners.log");
    await runProgram(`${setUp(path)}
      process.on("exit", () => { log.info("first"); log.info("second"); });
    `);
    expect(linesOf(readFileSync(path, "utf8")).length).toBe(2);
  });

  it.each(["natural", "SIGTERM"])("tries a server that is away again: %s", async (ending) => {
    const away = { status: 503, headers: { "retry-after": "60" } };
    const server = await startIngestServer([away, away, away]);
    const ended = await runProgram(`
      import { createLogger, httpSink } from "taffrail";
      const sink = httpSink({ url: ${JSON.stringify(server.url)}, lastEffortMs: 0 });
      createLogger({ sinks: [sink], exitTimeoutMs: 30_000 }).info("x");
      if (${ending === "SIGTERM"}) process.kill(process.pid, "SIGTERM");
    `);
    await server.stop();
    expect(ended).toMatchObject(endings[ending] ?? {});
    expect({ requests: server.requests.length, lines: server.lines.length }).toEqual({ requests: 4, lines: 1 });
  });

  it.each(["natural", "SIGTERM"])("comes all the same when the server stays away: %s", async (ending) => {
    // What is logged meanwhile must not begin the time again.
    const ended = await runProgram(`
      import { createLogger } from "taffrail";
      const log = createLogger({ sinks: [], server: "http://127.0.0.1:9", exitTimeoutMs: 300 });
      log.info("x");
      setInterval(() => log.info("y"), 100).unref();
      if (${ending === "SIGTERM"}) process.kill(process.pid, "SIGTERM");
    `);
    expect(ended).toMatchObject(endings[ending] ?? {});
    expect(ended.stderr).toContain("dropped (deadline) at http");
  });

  it("sends what is left by blocking, unless it is told not to", async () => {
    for (const lastEffortMs of [0, 10_000]) {
      const server = await startIngestServer();
      const { code } = await runProgram(`
        import { createLogger, httpSink } from "taffrail";
        const log = createLogger({ sinks: [httpSink({ url: ${JSON.stringify(server.url)}, lastEffortMs: ${lastEffortMs} })] });
        log.info("x");
        process.exit(5);
      `);
      await server.stop();
      expect({ code, lines: server.lines.length }).toEqual({ code: 5, lines: lastEffortMs === 0 ? 0 : 1 });
    }
  });

  it("waits no longer than it is told for a server that hangs", async () => {
    const times = await Promise.all(
      [50, 1500].map(async (exitTimeoutMs) => {
        const { stdout } = await runProgram(`
          import { createServer } from "node:net";
          import { createLogger } from "taffrail";
          const server = createServer((socket) => socket.unref()).listen(0, "127.0.0.1", () => {
            server.unref();
            createLogger({ sinks: [], server: "http://127.0.0.1:" + server.address().port, exitTimeoutMs: ${exitTimeoutMs} }).info("x");
            const start = performance.now();
            process.on("exit", () => process.stdout.write(String(performance.now() - start)));
          });
        `);
        return Number(stdout);
      }),
    );
    expect(times[1]).toBeGreaterThanOrEqual(1500);
    expect(times[0]).toBeLessThan(times[1] ?? 0);
  });
});
