import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataDir } from "./data-dir.ts";
import type { Format } from "./version.ts";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "taffrail-data-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const open = (path: string, format?: Format) =>
  openDataDir({ path, clock: systemClock, ...(format ? { format } : {}) });
const coded = (code: string, details = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });
const modeOf = (path: string): number => statSync(path).mode & 0o777;

const killedHolder = `
import Database from "libsql";
import { writeFileSync } from "node:fs";
const [dir] = process.argv.slice(1);
new Database(dir + "/LOCK").exec("BEGIN EXCLUSIVE");
writeFileSync(dir + "/OWNER", JSON.stringify({ pid: process.pid }));
process.kill(process.pid, "SIGKILL");
`;

describe("the data directory", () => {
  it("is made with modes that keep others out, and stamped", () => {
    const dataDir = open(join(base, "deep", "er"));
    for (const path of [dataDir.path, dataDir.journal, dataDir.audit]) expect(modeOf(path)).toBe(0o700);
    expect(modeOf(join(dataDir.path, "OWNER"))).toBe(0o600);
    expect(modeOf(join(dataDir.path, "VERSION"))).toBe(0o600);
    expect(readFileSync(join(dataDir.path, "VERSION"), "utf8")).toBe("1\n");
    dataDir.release();
  });

  it("closes a directory that others could read", () => {
    chmodSync(base, 0o755);
    open(base).release();
    expect(modeOf(base)).toBe(0o700);
  });

  it("refuses a second owner and names the first, until it is released", () => {
    const first = open(base);
    expect(() => open(base)).toThrowError(coded("data_dir_owned", { dir: base, pid: String(process.pid) }));
    first.release();
    open(base).release();
  });

  it("takes over from an owner that was killed", () => {
    open(base).release();
    const killed = spawnSync(process.execPath, ["--input-type=module", "-e", killedHolder, base], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    });
    expect(killed.signal, killed.stderr).toBe("SIGKILL");
    open(base).release();
    expect(JSON.parse(readFileSync(join(base, "OWNER"), "utf8")).pid).toBe(process.pid);
  });

  it("refuses what a newer version wrote and changes nothing", () => {
    open(base).release();
    writeFileSync(join(base, "VERSION"), "7\n");
    expect(() => open(base)).toThrowError(coded("data_dir_newer", { found: 7, known: 1 }));
    expect(readFileSync(join(base, "VERSION"), "utf8")).toBe("7\n");
    writeFileSync(join(base, "VERSION"), "1\n");
    open(base).release();
  });

  it("refuses a VERSION that is no number", () => {
    open(base).release();
    writeFileSync(join(base, "VERSION"), "one\n");
    expect(() => open(base)).toThrowError(coded("data_dir_unusable"));
  });

  it("copies the settings aside before it migrates an older one, step by step", () => {
    open(base).release();
    writeFileSync(join(base, "settings.db"), "old settings");
    const ran: number[] = [];
    const step = (to: number) => ({
      to,
      run: (dir: string) => {
        ran.push(to);
        writeFileSync(join(dir, "settings.db"), `settings ${to}`);
      },
    });
    const format: Format = { version: 3, steps: [step(3), step(2)] };
    const dataDir = open(base, format);
    expect(ran).toEqual([2, 3]);
    expect(dataDir.change).toMatchObject({ from: 1, to: 3 });
    const copy = dataDir.change?.snapshot ?? "";
    expect(readFileSync(join(copy, "settings.db"), "utf8")).toBe("old settings");
    expect(readFileSync(join(copy, "VERSION"), "utf8")).toBe("1\n");
    expect(readFileSync(join(base, "VERSION"), "utf8")).toBe("3\n");
    dataDir.release();
    expect(open(base, format).change).toBeUndefined();
    expect(ran).toEqual([2, 3]);
  });

  it("goes on after a migration that failed half-way", () => {
    open(base).release();
    const failing: Format = {
      version: 3,
      steps: [
        { to: 2, run: () => undefined },
        {
          to: 3,
          run: () => {
            throw new Error("disk");
          },
        },
      ],
    };
    expect(() => open(base, failing)).toThrowError(coded("data_dir_unusable"));
    expect(readFileSync(join(base, "VERSION"), "utf8")).toBe("2\n");
    open(base, { version: 3, steps: [{ to: 3, run: () => undefined }] }).release();
    expect(readdirSync(join(base, "snapshots"))).toHaveLength(2);
  });

  it("does not move into a directory of something else", () => {
    writeFileSync(join(base, "thesis.txt"), "mine");
    chmodSync(base, 0o755);
    expect(() => open(base)).toThrowError(coded("data_dir_unusable"));
    expect(modeOf(base)).toBe(0o755);
    expect(existsSync(join(base, "LOCK"))).toBe(false);
  });

  it("says why a path cannot be used", () => {
    writeFileSync(join(base, "file"), "");
    expect(() => open(join(base, "file", "data"))).toThrowError(coded("data_dir_unusable"));
    expect(() => open("/proc/taffrail")).toThrowError(coded("data_dir_unusable"));
  });

  it("says so when it may not write", () => {
    const dir = join(base, "readonly");
    mkdirSync(dir, { mode: 0o555 });
    chmodSync(base, 0o755);
    // Root may write anywhere, so the check is made as nobody.
    const root = process.getuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    try {
      expect(() => open(dir)).toThrowError(coded("data_dir_unusable", { dir }));
    } finally {
      if (root) process.seteuid?.(0);
    }
  });
});
