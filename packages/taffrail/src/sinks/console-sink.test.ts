import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
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
const json = /^\{"time":"[^"]+","level":"info","service":"shop","msg":"hello","a":1\}\n$/;
const pretty = /^\d\d:\d\d:\d\d\.\d{3} INFO {2}shop hello a=1\r?\n$/;
const escapeCode = "\u001b[";

describe("consoleSink", () => {
  it("writes JSON to a pipe and pretty lines to a terminal", async () => {
    expect((await run(hello())).stdout).toMatch(json);
    const terminal = await run(hello(), {}, true);
    expect(terminal.stdout).toContain(`${escapeCode}32mINFO `);
    expect((await run(hello(), { NO_COLOR: "1" }, true)).stdout).toMatch(pretty);
  });

  it("does what its options say", async () => {
    expect((await run(hello('{ format: "pretty" }'))).stdout).toMatch(pretty);
    expect((await run(hello('{ format: "pretty" }'), { FORCE_COLOR: "1" })).stdout).toContain(escapeCode);
    expect((await run(hello('{ format: "json" }'), {}, true)).stdout.replace("\r", "")).toMatch(json);
    const second = await run(hello("{ descriptor: 2 }"));
    expect(second.stdout).toBe("");
    expect(second.stderr).toMatch(json);
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
