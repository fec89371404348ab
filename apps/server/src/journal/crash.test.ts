import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ledgerFault } from "@taffrail/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryPath } from "../entry-path.ts";
import { journalFailpoints } from "./failpoints.ts";

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "taffrail-crash-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** Runs the small server until it ends by itself or by its failpoint; answers the code or the signal. */
async function run(prefix: string, mode: "work" | "verify", failpoints = ""): Promise<string> {
  const child = fileURLToPath(new URL("./testdata/crash-child.mjs", import.meta.url));
  const dist = dirname(dirname(entryPath(import.meta.url, "./open-journal.js")));
  const server = spawn(process.execPath, [child, dist, dataDir, prefix, mode], {
    env: { ...process.env, TAFFRAIL_FAILPOINTS: failpoints },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code, signal] = await once(server, "exit");
  return String(signal ?? code);
}

/** What must be armed so that the failpoint is reached at all; by default it is armed alone, at its second passing where there are many. */
function arming(name: string): string {
  if (name === "journal.abandon.before") return "journal.fsync.before:throw@2,journal.abandon.before:kill";
  const passedOften = /\.(write|fsync|ack|insert|count)\./.test(name) && name.startsWith("journal.");
  return `${name}:kill@${passedOften ? 2 : 1}`;
}

async function segmentFiles(suffix: string): Promise<string[]> {
  const folder = join(dataDir, "journal");
  return (await readdir(folder)).filter((name) => name.endsWith(suffix)).map((name) => join(folder, name));
}

/** Leaves on disk what the next start needs to reach its failpoint. */
async function prepare(name: string): Promise<void> {
  if (name === "journal.recover.cut") {
    expect(await run("leaves-open", "work", "journal.ack.before:kill@4")).toBe("SIGKILL");
    expect(await segmentFiles(".open")).not.toEqual([]);
  }
  if (name === "journal.recover.rewrite") {
    expect(await run("leaves-closed", "work", "journal.insert.before:kill@1")).toBe("SIGKILL");
    const [closed] = await segmentFiles(".seg");
    await appendFile(closed ?? "", "damage behind the last frame");
  }
}

async function acknowledged(): Promise<Map<string, string>> {
  const text = await readFile(join(dataDir, "acknowledged"), "utf8");
  const pairs = text.split("\n").filter((line) => line.includes(" "));
  return new Map(pairs.map((line): [string, string] => [line.split(" ")[0] ?? "", line.split(" ")[1] ?? ""]));
}

describe("kill -9 at every failpoint of the journal", () => {
  it("stores each acknowledged record exactly once, under the Seq that was acknowledged", {
    timeout: 280_000,
  }, async () => {
    for (const name of journalFailpoints) {
      await prepare(name);
      expect(await run(name, "work", arming(name)), `${name} was not reached`).toBe("SIGKILL");
    }
    expect(await run("last", "verify")).toBe("0");
    const { rows, ledger } = JSON.parse(await readFile(join(dataDir, "stored.json"), "utf8"));
    const stored = new Map<string, string[]>();
    for (const { Body, seq } of rows) stored.set(Body, [...(stored.get(Body) ?? []), seq]);
    const promised = await acknowledged();
    expect(promised.size).toBeGreaterThan(journalFailpoints.length * 20);
    for (const [id, seq] of promised) expect(stored.get(id), id).toEqual([seq]);
    for (const [id, seqs] of stored) expect(seqs, id).toHaveLength(1);
    expect(ledgerFault(ledger)).toBeUndefined();
    expect(ledger.pending).toBe(0);
  });
});
