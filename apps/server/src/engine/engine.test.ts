import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock, TaffrailError } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { entryPath } from "../entry-path.ts";
import { killEngine } from "../store/testdata/test-store.ts";
import type { Engine, QueryAnswer, QueryOptions } from "./engine.ts";
import { identifyProcess } from "./process-identity.ts";
import { type EngineDeps, startEngine } from "./start-engine.ts";

const endless = "SELECT sum(cityHash64(number)) AS sum FROM numbers(1000000000000)";
let dir: string;
let engine: Engine;

async function start(more: Partial<EngineDeps> = {}): Promise<void> {
  engine = startEngine({ dataDir: dir, clock: systemClock, ...more });
  await engine.ready();
}

const ask = (sql: string, more: Partial<QueryOptions> = {}): Promise<QueryAnswer> =>
  engine.query(sql, { lane: "interactive", timeoutMs: 20_000, ...more });

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => "none",
    (reason: unknown) => reason,
  );
  return error instanceof TaffrailError ? error.code : String(error);
};

const runningQueries = async (): Promise<number> =>
  Number(
    (
      await ask(
        "SELECT count() AS n FROM system.processes WHERE query LIKE '%1000000000000%' AND query NOT LIKE '%system.processes%'",
      )
    ).rows[0]?.n,
  );

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "taffrail-engine-"));
});
afterEach(async () => {
  await engine.close();
  await rm(dir, { recursive: true, force: true });
});

describe("answers", () => {
  it("come as objects, with 64-bit integers as text and what they cost", async () => {
    await start();
    const answer = await ask(
      "SELECT number AS n, toUInt64(18446744073709551615) AS big, map('a', 1.5) AS m, '🚢/\\'' AS s FROM numbers(2)",
    );
    expect(answer.rows).toEqual([
      { n: "0", big: "18446744073709551615", m: { a: 1.5 }, s: "🚢/'" },
      { n: "1", big: "18446744073709551615", m: { a: 1.5 }, s: "🚢/'" },
    ]);
    expect(answer.rowsRead).toBe(2);
    expect(engine.status()).toMatchObject({ state: "ready", restarts: 0, version: expect.stringMatching(/^\d+\./) });
  });

  it("never hold the remains of a statement that failed before in the same session", async () => {
    await start();
    const failing = "SELECT number, throwIf(number = 90000, 'enough'), 'secret' FROM numbers(100000)";
    for (let time = 0; time < 3; time += 1) {
      expect(await codeOf(ask(failing))).toBe("query_failed");
      expect((await ask("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    }
  });

  it("are refused when they would be too large", async () => {
    await start();
    expect(await codeOf(ask("SELECT repeat('x', 1000) AS x FROM numbers(40000)"))).toBe("answer_too_large");
    expect(await codeOf(ask("SELECT repeat(toString(number), 200) AS x FROM numbers(40000)"))).toBe("answer_too_large");
    expect((await ask("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });

  it("are given in UTC whatever the server's time zone is", async () => {
    await start();
    expect((await ask("SELECT timezone() AS zone, toString(toDateTime64(0, 9)) AS epoch")).rows).toEqual([
      { zone: "UTC", epoch: "1970-01-01 00:00:00.000000000" },
    ]);
  });

  it("cannot change anything from the interactive lane", async () => {
    await start();
    await engine.execute("CREATE TABLE default.t (x Int8) ENGINE = MergeTree ORDER BY x", {
      lane: "ingest",
      timeoutMs: 5000,
    });
    expect(await codeOf(ask("DROP TABLE default.t"))).toBe("query_failed");
    expect(await codeOf(ask("INSERT INTO default.t VALUES (1)"))).toBe("query_failed");
  });
});

describe("limits", () => {
  it("end a query that runs too long", async () => {
    await start();
    expect(await codeOf(ask(endless, { timeoutMs: 300 }))).toBe("query_timeout");
    await expect.poll(runningQueries).toBe(0);
  });

  it("end a query that needs too much memory, and the engine lives on", async () => {
    await start();
    const greedy = "SELECT groupArray(toString(number)) AS x FROM numbers(100000000)";
    const { pid } = engine.status();
    expect(await codeOf(ask(greedy, { memoryBytesMax: 50_000_000 }))).toBe("query_memory");
    expect(await codeOf(ask(greedy, { memoryBytesMax: 0 }))).toBe("query_memory");
    expect((await ask("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    expect(engine.status().pid).toBe(pid);
  });

  it("end a query that reads too many rows", async () => {
    await start();
    expect(
      await codeOf(ask("SELECT count() FROM (SELECT number FROM numbers(1000000))", { rowsToReadMax: 1000 })),
    ).toBe("query_rows");
  });
});

describe("an abort", () => {
  it("kills the query in the engine and frees its session", async () => {
    await start();
    const stop = new AbortController();
    const work = ask(endless, { signal: stop.signal });
    await expect.poll(runningQueries).toBe(1);
    stop.abort(new Error("nobody waits"));
    await expect(work).rejects.toThrow("nobody waits");
    await expect.poll(runningQueries).toBe(0);
  });

  it("takes a waiting query out of the queue", async () => {
    await start();
    const stop = new AbortController();
    const first = codeOf(engine.query(endless, { lane: "ingest", timeoutMs: 20_000, signal: stop.signal }));
    const waiting = codeOf(
      engine.query("SELECT 1", { lane: "ingest", timeoutMs: 20_000, signal: AbortSignal.timeout(100) }),
    );
    expect(await waiting).toMatch(/TimeoutError/);
    stop.abort(new Error("over"));
    expect(await first).toMatch(/over/);
    expect((await engine.query("SELECT 2 AS two", { lane: "ingest", timeoutMs: 20_000 })).rows).toEqual([{ two: 2 }]);
  });
});

describe("lanes", () => {
  it("do not wait for each other", async () => {
    await start();
    const stop = new AbortController();
    const busy = (["ingest", "background", "interactive", "interactive"] as const).map((lane) =>
      codeOf(engine.query(endless, { lane, timeoutMs: 60_000, signal: stop.signal })),
    );
    expect((await ask("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    expect(await codeOf(engine.query("SELECT 1", { lane: "ingest", timeoutMs: 200 }))).toBe("query_timeout");
    stop.abort(new Error("over"));
    await Promise.all(busy);
    expect((await engine.query("SELECT 1 AS one", { lane: "ingest", timeoutMs: 20_000 })).rows).toEqual([{ one: 1 }]);
  });
});

describe("the death of the engine", () => {
  it("rejects what ran, and the engine is back with its data", async () => {
    await start();
    await engine.execute("CREATE TABLE default.t (x Int8) ENGINE = MergeTree ORDER BY x", {
      lane: "ingest",
      timeoutMs: 5000,
    });
    await engine.execute("INSERT INTO default.t VALUES (1), (2)", { lane: "ingest", timeoutMs: 5000 });
    const states: string[] = [];
    engine.onState((status) => states.push(status.state));
    const work = codeOf(ask(endless));
    await expect.poll(runningQueries).toBe(1);
    killEngine(engine);
    expect(await work).toBe("engine_unavailable");
    expect(await codeOf(ask("SELECT 1"))).toBe("engine_unavailable");
    await engine.ready();
    expect((await ask("SELECT count() AS n FROM default.t")).rows).toEqual([{ n: "2" }]);
    expect(states).toEqual(["restarting", "ready"]);
    expect(engine.status()).toMatchObject({ restarts: 1, reason: "the engine was ended by SIGKILL" });
  });

  it("twice under one shape of query puts that shape, and no other, into quarantine", async () => {
    await start();
    for (let time = 0; time < 2; time += 1) {
      const killer = codeOf(ask(endless, { fingerprint: "killer" }));
      const innocent = time === 0 ? undefined : codeOf(ask(`${endless} `, { fingerprint: "innocent" }));
      await expect.poll(runningQueries).toBe(innocent === undefined ? 1 : 2);
      killEngine(engine);
      expect(await killer).toBe("engine_unavailable");
      await innocent;
      await engine.ready();
    }
    expect(await codeOf(ask("SELECT 1", { fingerprint: "killer" }))).toBe("query_quarantined");
    expect(await codeOf(ask("SELECT 1", { fingerprint: "innocent" }))).toBe("none");
  });

  it("by a crash in the middle of a query is survived", async () => {
    await start({ failpoints: "engine.query.before:kill@3" });
    expect(await codeOf(ask("SELECT 1"))).toBe("none");
    expect(await codeOf(ask("SELECT 1"))).toBe("none");
    expect(await codeOf(ask("SELECT 1"))).toBe("engine_unavailable");
    await engine.ready();
    expect(await codeOf(ask("SELECT 1"))).toBe("none");
  });

  it("while it opens is told with its reason, again and again, and close still ends it", async () => {
    engine = startEngine({ dataDir: dir, clock: systemClock, failpoints: "engine.open.before:throw" });
    await expect.poll(() => engine.status().restarts, { timeout: 10_000 }).toBeGreaterThan(1);
    expect(engine.status().reason).toBe("the store cannot be opened: failpoint engine.open.before");
    expect(await codeOf(ask("SELECT 1"))).toBe("engine_unavailable");
    const ready = codeOf(engine.ready());
    await engine.close();
    expect(await ready).toBe("engine_unavailable");
  });
});

describe("processes", () => {
  it("of the engine end with the server, even inside a query", async () => {
    const script = `
      import { startEngine } from ${JSON.stringify(entryPath(import.meta.url, "./start-engine.js"))};
      const clock = { now: () => Date.now(), monotonic: () => performance.now() };
      const engine = startEngine({ dataDir: process.argv[1], clock });
      await engine.ready();
      engine.query(${JSON.stringify(endless)}, { lane: "interactive", timeoutMs: 60000 }).catch(() => {});
      console.log(engine.status().pid);
    `;
    const server = spawn(process.execPath, ["--input-type=module", "-e", script, dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = Number(await new Promise((resolve) => server.stdout.once("data", resolve)));
    expect(identifyProcess(pid)).toBeDefined();
    await sleep(200);
    server.kill("SIGKILL");
    await expect.poll(() => identifyProcess(pid), { timeout: 5000 }).toBeUndefined();
    await start();
  });

  it("left over by a server are ended at start; a stranger with the same number is not", async () => {
    const leftOver = spawn("sleep", ["60"]);
    const stranger = spawn("sleep", ["60"]);
    const pidFile = join(dir, "engine.pid");
    writeFileSync(pidFile, JSON.stringify(identifyProcess(leftOver.pid ?? 0)));
    await start();
    await expect.poll(() => leftOver.signalCode).toBe("SIGKILL");
    expect(JSON.parse(readFileSync(pidFile, "utf8"))).toEqual(identifyProcess(engine.status().pid ?? 0));
    await engine.close();
    expect(existsSync(pidFile)).toBe(false);
    writeFileSync(pidFile, JSON.stringify({ pid: stranger.pid, started: "another time" }));
    await start();
    expect(stranger.exitCode).toBeNull();
    expect(stranger.signalCode).toBeNull();
    stranger.kill("SIGKILL");
  });

  it("keep their files to their owner", async () => {
    await start();
    const modes = execFileSync(
      "stat",
      ["-c", "%a %n", ...["engine", "engine.xml", "engine.pid", "backups"].map((name) => join(dir, name))],
      { encoding: "utf8" },
    );
    expect(
      modes
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual(["700", "600", "600", "700"]);
  });
});
