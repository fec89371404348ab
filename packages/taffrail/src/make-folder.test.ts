import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

const library = fileURLToPath(new URL("../dist/index.js", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "taffrail-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program that must end by itself; a program that hangs is killed, and its signal tells. */
const runProgram = (program: string) => {
  const args = [
    "--input-type=module",
    "-e",
    `import { createLogger, fileSink, httpSink } from ${JSON.stringify(library)};${program}`,
  ];
  const { status, signal, stdout } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: 15_000,
    killSignal: "SIGKILL",
  });
  return { status, signal, stdout: stdout.trim() };
};

describe("makeFolder", () => {
  it("makes what is missing above too, with its mode, and leaves what exists", () => {
    const path = join(folder, "a/b/c");
    makeFolder(path, 0o700);
    makeFolder(path, 0o755);
    expect([statSync(path).mode & 0o777, statSync(join(folder, "a")).mode & 0o777]).toEqual([0o700, 0o700]);
  });

  it("throws where a file stands, at the end of the path and within it", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => makeFolder(join(folder, "file"), 0o700)).toThrow("EEXIST");
    expect(() => makeFolder(join(folder, "file/a/b"), 0o700)).toThrow("ENOTDIR");
  });

  it.runIf(existsSync("/proc/self"))(
    "keeps no program waiting under /proc",
    () => {
      const caught = (call: string) => `try { ${call} } catch (error) { console.log(error.code ?? error.name); }`;
      const file = runProgram(caught('fileSink({ path: "/proc/nope/x.log" }); console.log("made");'));
      expect(file).toMatchObject({ status: 0, signal: null });
      const logging = runProgram(`
      const log = createLogger({ sinks: [fileSink({ path: "/proc/nope/x.log" })], onProblem() {} });
      log.info("a"); const ledger = await log.close({ deadlineMs: 200 }); console.log(ledger.accepted);`);
      expect(logging).toMatchObject({ status: 0, signal: null, stdout: "1" });
      const durable = runProgram(
        caught(`const log = createLogger({ durable: { dir: "/proc/x" }, sinks: [httpSink({ url: "http://127.0.0.1:1" })], onProblem() {} });
      log.info("a"); await log.close({ deadlineMs: 200 }); console.log("made");`),
      );
      expect(durable).toMatchObject({ status: 0, signal: null });
      expect(durable.stdout).not.toBe("");
    },
    60_000,
  );
});
