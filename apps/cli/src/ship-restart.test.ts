import { appendFile, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliBench, startCliBench } from "./testdata/cli-bench.ts";

let bench: CliBench;
beforeAll(async () => {
  bench = await startCliBench();
});
afterAll(() => bench.close());

/** A busy machine is slow, not wrong. */
const timeout = 120_000;
const start = Date.now() - 60_000;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Access-log lines as nginx writes them; each names its number. */
function accessLog(from: number, to: number, agent = "bench/1.0"): string {
  return Array.from({ length: to - from }, (_, index) => {
    const time = new Date(start + (from + index)).toISOString();
    const [year, month, day] = time.slice(0, 10).split("-");
    const at = `${day}/${months[Number(month) - 1]}/${year}:${time.slice(11, 19)} +0000`;
    return `10.0.0.${index % 250} - - [${at}] "GET /item/${from + index} HTTP/1.1" 200 512 "-" "${agent}"\n`;
  }).join("");
}

/** Every number that is stored for a service, in order. */
async function stored(service: string): Promise<number[]> {
  const records = await bench.json([
    "search",
    `service:${service}`,
    "--since",
    "1h",
    "--all",
    "--json",
    "--fields",
    "url.path",
  ]);
  return records.map((record) => Number(String(record["url.path"]).slice("/item/".length))).toSorted((a, b) => a - b);
}

async function ingested(): Promise<{ accepted: number; pending: number }> {
  const [status = {}] = await bench.json(["status", "--json"]);
  return status.ingest as { accepted: number; pending: number };
}

/** Waits until the store has taken all that was acknowledged. */
async function settled(): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if ((await ingested()).pending === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("records stay pending");
}

const numbers = (to: number): number[] => Array.from({ length: to }, (_, index) => index);

/** The places that were kept, by path. */
async function places(): Promise<{ path: string; offset: number }[]> {
  const dir = join(bench.dir, "state", "taffrail", "ship");
  const names = await readdir(dir, { recursive: true }).catch(() => []);
  const texts = await Promise.all(
    names.filter((name) => name.endsWith(".json")).map((name) => readFile(join(dir, name), "utf8")),
  );
  return texts.map((text) => JSON.parse(text) as { path: string; offset: number });
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 3_000; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never: ${what}`);
}

describe("ship against a real server", () => {
  it("stores each line of an access log with a rotation in the middle exactly once", { timeout }, async () => {
    const log = join(bench.dir, "access.log");
    await writeFile(log, accessLog(0, 6_000));
    const ship = bench.start(["ship", log, "--service", "rotated", "--json"]);
    await until("a place is kept", async () => (await places()).some(({ path, offset }) => path === log && offset > 0));
    await appendFile(log, accessLog(6_000, 8_000));
    await rename(log, `${log}.1`);
    await writeFile(log, accessLog(8_000, 12_000));
    await appendFile(`${log}.1`, "");
    await until("everything is read", async () => (await ingested()).accepted >= 12_000);
    ship.process.kill("SIGTERM");
    const { code, stdout, stderr } = await ship.done;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      lines: 12_000,
      read: 12_000,
      shipped: 12_000,
      rejected: 0,
      skipped: 0,
      pending: 0,
    });
    await settled();
    expect(await stored("rotated")).toEqual(numbers(12_000));
  });

  it("killed with -9 midway and started again, loses nothing; only what was under way may come twice", {
    timeout,
  }, async () => {
    const log = join(bench.dir, "killed.log");
    const count = 12_000;
    // Long lines: a dozen batches from few records.
    const text = accessLog(0, count, `bench/${"x".repeat(2_000)}`);
    const size = Buffer.byteLength(text);
    await writeFile(log, text);
    const first = bench.start(["ship", log, "--service", "killed"]);
    await until("a place is kept", async () => (await places()).some(({ path, offset }) => path === log && offset > 0));
    first.process.kill("SIGKILL");
    await first.done;
    const kept = (await places()).find(({ path }) => path === log)?.offset ?? 0;
    expect(kept, "killed too late to mean anything").toBeLessThan(size);
    const second = await bench.run(["ship", "--once", log, "--service", "killed", "--json"]);
    expect(second.code, second.stderr).toBe(0);
    const { read, shipped } = JSON.parse(second.stdout) as { read: number; shipped: number };
    expect(shipped).toBe(read);
    expect(read).toBeLessThan(count);
    await settled();
    const found = await stored("killed");
    expect([...new Set(found)]).toEqual(numbers(count));
    // Three requests of two megabytes may have been under way.
    expect(found.length - count).toBeLessThanOrEqual((3 * 2.1 * 1024 * 1024) / (size / count));
    const third = await bench.run(["ship", "--once", log, "--service", "killed", "--json"]);
    expect(JSON.parse(third.stdout)).toMatchObject({ read: 0 });
  });

  it("stores a stack trace as one error, with its time and lines", { timeout }, async () => {
    const log = join(bench.dir, "app.log");
    const time = new Date(start).toISOString();
    await writeFile(
      log,
      `${time} INFO before\n${time} ERROR job failed\nTypeError: x is not a function\n    at run (job.js:3:9)\n    at main (job.js:9:1)\n${time} INFO after\n`,
    );
    const { stdout } = await bench.run(["ship", "--once", log, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ lines: 6, joined: 3, read: 3, shipped: 3 });
    await settled();
    const records = await bench.json(["search", "service:app", "--json"]);
    const trace = records.find(({ body }) => String(body).includes("job failed"));
    expect(trace?.body).toMatch(
      /job failed\nTypeError: x is not a function\n {4}at run \(job\.js:3:9\)\n {4}at main \(job\.js:9:1\)$/,
    );
    expect(trace).toMatchObject({
      level: "error",
      time: `${time.slice(0, -1)}000000Z`,
    });
  });

  it("ships what is there beside a name that matches nothing, with a note and exit code 1", { timeout }, async () => {
    const log = join(bench.dir, "there.log");
    await writeFile(log, "one\n");
    const { code, stdout, stderr } = await bench.run(["ship", "--once", join(bench.dir, "nosuch.log"), log]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `note: No file matches ${join(bench.dir, "nosuch.log")}.\n` });
    expect(stdout).toContain("1 shipped, 0 rejected");
  });

  it("ended while the server is away, prints what is pending, with exit code 1", { timeout }, async () => {
    const log = join(bench.dir, "away.log");
    await writeFile(log, "one\ntwo\n");
    const ship = bench.start(["ship", log, "--server", "http://127.0.0.1:9"]);
    await new Promise((resolve) => ship.process.stderr?.once("data", resolve));
    ship.process.kill("SIGTERM");
    const { code, stdout, stderr } = await ship.done;
    expect(code).toBe(1);
    expect(stdout).toContain("0 shipped, 0 rejected, 0 skipped, 2 not acknowledged (the place is kept");
    expect(stderr).not.toContain("error");
  });

  it("counts lines that the server refuses, ends with exit code 1, and keeps the good ones", { timeout }, async () => {
    const log = join(bench.dir, "mixed.log");
    await writeFile(
      log,
      Buffer.concat([Buffer.from("good one\n"), Buffer.from([0x62, 0xff, 0xfe, 10]), Buffer.from("good two\n")]),
    );
    const { code, stdout, stderr } = await bench.run(["ship", "--once", log]);
    expect(code).toBe(1);
    expect(stdout).toContain("2 shipped, 1 rejected, 0 skipped");
    expect(stderr).toContain("not valid UTF-8");
  });
});
