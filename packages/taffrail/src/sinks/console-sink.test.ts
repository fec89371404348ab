import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createBatch, systemClock } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { type ConsoleSinkOptions, consoleSink } from "./console-sink.ts";

/** Runs a program that logs through the built package; gives what came out of it. */
async function run(program: string, env: Record<string, string> = {}, terminal = false) {
  const command = `${JSON.stringify(process.execPath)} --input-type=module -e "$PROGRAM"`;
  const args = terminal ? ["script", ["-qec", command, "/dev/null"]] : ["sh", ["-c", command]];
  const child = spawn(args[0] as string, args[1] as string[], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { PATH: process.env.PATH, TZ: "UTC", TERM: "xterm", ...env, PROGRAM: program },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    out.stdout += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    out.stderr += String(chunk);
  });
  await new Promise((resolve) => child.on("close", resolve));
  return out;
}

const hello = (options = "{}"): string => `
  import { consoleSink, createLogger } from "taffrail";
  createLogger({ service: "shop", sinks: [consoleSink(${options})] }).info("hello", { a: 1 });
`;
const json = /^\{"time":"[^"]+","level":"info","service":"shop","a":1,"msg":"hello"\}\n$/;
const pretty = /^\d\d:\d\d:\d\d\.\d{3} INFO {2}shop hello a=1\r?\n$/;
const escapeCode = "\u001b[";

describe("consoleSink", () => {
  it("format: auto writes JSON to a pipe and pretty lines to a terminal", async () => {
    expect((await run(hello())).stdout).toMatch(json);
    const terminal = await run(hello(), {}, true);
    expect(terminal.stdout).toContain(`${escapeCode}32mINFO `);
    expect((await run(hello(), { NO_COLOR: "1" }, true)).stdout).toMatch(pretty);
  });

  it("format, descriptor: do what they say", async () => {
    expect((await run(hello('{ format: "pretty" }'))).stdout).toMatch(pretty);
    expect((await run(hello('{ format: "pretty" }'), { FORCE_COLOR: "1" })).stdout).toContain(escapeCode);
    expect((await run(hello('{ format: "json" }'), {}, true)).stdout.replace("\r", "")).toMatch(json);
    const second = await run(hello("{ descriptor: 2 }"));
    expect(second.stdout).toBe("");
    expect(second.stderr).toMatch(json);
  });

  it("format: logfmt, or a formatter of one's own", async () => {
    expect((await run(hello('{ format: "logfmt" }'))).stdout).toMatch(
      /^time=\S+ level=info service=shop msg=hello a=1\n$/,
    );
    const own = `{ format: { manifest: { name: "own", kind: "formatter", apiVersion: 1 }, format: (record) => record.level + "!" } }`;
    expect((await run(hello(own))).stdout).toBe("info!\n");
  });

  it("writes JSON where a formatter fails, and tells", async () => {
    const at = mkdtempSync(join(tmpdir(), "taffrail-format-"));
    const descriptor = openSync(join(at, "out"), "a");
    const problems: string[] = [];
    let turn = 0;
    const format = (): string => {
      turn += 1;
      if (turn === 1) throw new Error("no");
      return turn === 2 ? "" : "third";
    };
    const manifest = { name: "own", kind: "formatter", apiVersion: 1 } as const;
    const sink = consoleSink({ format: { manifest, format }, descriptor });
    await sink.start?.({ clock: systemClock, problem: (text) => problems.push(text), emit: () => {} });
    await sink.write(
      createBatch([1, 2, 3].map((n) => ({ level: "info", line: `{"n":${n}}\n` }))),
      AbortSignal.timeout(1000),
    );
    await sink.close(AbortSignal.timeout(1000));
    closeSync(descriptor);
    expect(readFileSync(join(at, "out"), "utf8")).toBe('{"n":1}\n{"n":2}\nthird\n');
    expect(problems).toEqual([
      expect.stringContaining("own failed: Error: no"),
      expect.stringContaining("gave no text"),
    ]);
    rmSync(at, { recursive: true });
  });

  it("refuses a formatter of another contract", () => {
    const manifest = { name: "own", kind: "formatter", apiVersion: 99 } as const;
    expect(() => consoleSink({ format: { manifest, format: () => "" } })).toThrow("contract version 99");
  });

  it("does not hold the process up when its pipe is slow, and loses nothing", async () => {
    const program = `
      import { consoleSink, createLogger } from "taffrail";
      const log = createLogger({ sinks: [consoleSink({ format: "json" })] });
      for (let n = 0; n < 5000; n++) log.info("x".repeat(100), { n });
      let turns = 0;
      const timer = setInterval(() => { turns += 1; }, 5);
      setTimeout(async () => { clearInterval(timer); await log.close(); process.stderr.write(String(turns)); }, 400);
    `;
    const { stdout, stderr } = await run(
      `import { execFileSync } from "node:child_process";
       const command = '"$NODE" --input-type=module -e "$PROGRAM" | (sleep 1; cat)';
       process.stdout.write(execFileSync("sh", ["-c", command], { env: { ...process.env, PROGRAM: process.env.INNER }, maxBuffer: 1e8, stdio: ["ignore", "pipe", "inherit"] }));`,
      { INNER: program, NODE: process.execPath },
    );
    const numbers = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { n: number }).n);
    expect(numbers).toEqual(Array.from({ length: 5000 }, (_, n) => n));
    expect(Number(stderr)).toBeGreaterThan(10);
  });

  it("ends quietly when its reader goes away", async () => {
    const program = `
      import { consoleSink, createLogger } from "taffrail";
      const log = createLogger({ sinks: [consoleSink()] });
      for (let n = 0; n < 20000; n++) log.info("line", { n });
      const ledger = await log.close();
      process.stderr.write(JSON.stringify(ledger.dropped) + process.exitCode);
    `;
    const command = `"${process.execPath}" --input-type=module -e "$PROGRAM" | head -n 1`;
    const { stdout, stderr } = await run(
      `import { execFileSync } from "node:child_process";
       process.stdout.write(execFileSync("sh", ["-c", ${JSON.stringify(command)}], { env: { ...process.env, PROGRAM: process.env.INNER } }));`,
      { INNER: program },
    );
    expect(stdout.split("\n").length).toBe(2);
    expect(stderr).toContain("EPIPE");
    expect(stderr).toContain("sink-refused");
  });

  it.each([[{ format: "xml" }], [{ descriptor: 0 }]])("refuses %j", (options) => {
    expect(() => consoleSink(options as ConsoleSinkOptions)).toThrow("is not valid");
  });
});
