import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliBench, startCliBench } from "./testdata/cli-bench.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
let bench: CliBench;

/** Records a second apart, the last one now. */
function linesOf(service: string, count: number): string {
  const now = Date.now();
  const line = (index: number): string =>
    JSON.stringify({
      time: new Date(now - (count - index) * 10).toISOString(),
      level: index % 2 === 0 ? "info" : "error",
      service,
      msg: `number ${index}`,
      index,
    });
  return `${Array.from({ length: count }, (_, index) => line(index)).join("\n")}\n`;
}

/** Waits until a search sees what was shipped. */
async function searchable(query: string, count: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const found = await bench.json(["search", query, "--all", "--fields", "id", "--json"]);
    if (found.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${query} never found ${count} records`);
}

beforeAll(async () => {
  bench = await startCliBench();
  const shipped = await bench.run(["ship", "-", "--json"], { input: linesOf("first", 2_500) });
  expect(JSON.parse(shipped.stdout)).toMatchObject({
    read: 2_500,
    shipped: 2_500,
    rejected: 0,
    skipped: 0,
    pending: 0,
  });
  expect(shipped.code).toBe(0);
  await searchable("service:first", 2_500);
});
afterAll(() => bench.close());

describe("search", () => {
  it("prints one JSON record a line, newest first, a hundred unless told", async () => {
    const records = await bench.json(["search", "--since", "1h", "--json", "service:first"]);
    expect(records.map(({ body }) => body)).toEqual(
      Array.from({ length: 100 }, (_, index) => `number ${2_499 - index}`),
    );
    expect(records[0]).toMatchObject({
      level: "error",
      service: "first",
      source: "ship",
      attributes: { index: 2_499 },
    });
  });

  it("pages through everything, each record once, in either order", async () => {
    const all = await bench.json(["search", "service:first", "--all", "--json", "--fields", "index"]);
    expect(all.map(({ index }) => Number(index))).toEqual(Array.from({ length: 2_500 }, (_, index) => 2_499 - index));
    const oldest = await bench.json([
      "search",
      "service:first level:error",
      "--order",
      "oldest",
      "--limit",
      "1500",
      "--json",
    ]);
    expect(oldest).toHaveLength(1_250);
    expect(oldest[0]?.body).toBe("number 1");
  });

  it("prints plain lines into a pipe, without colours, and says on standard error that there is more", async () => {
    const { stdout, stderr, code } = await bench.run(["search", "service:first", "--limit", "2"]);
    expect(stdout).toMatch(/^\S+Z ERROR first number 2499 index=2499\n\S+Z INFO {2}first number 2498 index=2498\n$/);
    expect(stderr).toContain("more than 2 records");
    expect(code).toBe(0);
  });

  it("points into a query that is not understood, with exit code 2", async () => {
    const { stdout, stderr, code } = await bench.run(["search", "service:first AND (level:error"]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    const [head = "", query = "", caret = ""] = stderr.split("\n");
    const column = Number(/column (\d+)/.exec(head)?.[1]);
    expect(head).toMatch(/^error query_syntax: /);
    expect(query).toBe("  service:first AND (level:error");
    expect(caret.indexOf("^")).toBe(column + 1);
    const json = await bench.run(["search", "((", "--json"]);
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: { code: "query_syntax", details: { column: expect.any(Number) } },
    });
  });

  it("finds nothing without complaint", async () => {
    expect(await bench.json(["search", "service:nobody", "--json"])).toEqual([]);
    const { stderr, code } = await bench.run(["search", "service:nobody"]);
    expect(stderr).toContain("no record matches");
    expect(code).toBe(0);
  });

  it("ends quietly when its reader goes away", async () => {
    const script = `"$0" "$@" | head -n 1; echo "code \${PIPESTATUS[0]}"`;
    const bin = join(root, "apps/cli/bin/taffrail.mjs");
    const piped = bench.start([], {
      command: ["bash", "-c", script, process.execPath, bin, "search", "service:first", "--all"],
    });
    const { stdout, stderr } = await piped.done;
    expect(stdout.split("\n").slice(1)).toEqual(["code 0", ""]);
    expect(stderr).toBe("");
  });
});

describe("on a terminal", () => {
  const onTerminal = async (args: string, env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const bin = join(root, "apps/cli/bin/taffrail.mjs");
    const script = bench.start([], {
      command: ["script", "-qec", `${process.execPath} ${bin} ${args}`, "/dev/null"],
      env,
      input: "",
    });
    return (await script.done).stdout;
  };

  it("colours records, unless NO_COLOR is set", async () => {
    expect(await onTerminal("search service:first --limit 1")).toContain("\u001b[31mERROR\u001b[39m");
    expect(await onTerminal("search service:first --limit 1", { NO_COLOR: "1" })).not.toContain("\u001b[");
    expect(await onTerminal("search service:first --limit 1 --json")).not.toContain("\u001b[");
  });
});

describe("status and doctor", () => {
  it("status says ready, for people and for programs", async () => {
    const { stdout, code } = await bench.run(["status"]);
    expect(stdout).toMatch(/^Taffrail at http:\/\/127\.0\.0\.1:\d+ is ready\n/);
    expect(stdout).toMatch(/storage +\d+ records in /);
    expect(code).toBe(0);
    const [status] = await bench.json(["status", "--json"]);
    expect(status).toMatchObject({ ready: true, dataDir: join(bench.dir, "data") });
  });

  it("doctor finds no fault in the server, with the evidence of each check", async () => {
    const { stdout } = await bench.run(["doctor", "--deep", "--json"]);
    const report = JSON.parse(stdout) as {
      results: { id: string; verdict: string; summary: string; evidence: object }[];
    };
    // What depends on this machine and not on the server: its disk, its limits, who holds the default port.
    const machine = ["open-files", "disk-free", "default-port"];
    const faults = report.results.filter(({ id, verdict }) => verdict === "fail" && !machine.includes(id));
    expect(faults).toEqual([]);
    expect(report.results.find(({ id }) => id === "canary")?.verdict).toBe("pass");
    for (const { id, evidence } of report.results) expect(Object.keys(evidence).length, id).toBeGreaterThan(0);
  });

  it("without a server: status cannot run (2), doctor says no (1)", async () => {
    const env = { TAFFRAIL_URL: "http://127.0.0.1:9" };
    expect(await bench.run(["status", "--json"], { env })).toMatchObject({ code: 2, stdout: "" });
    const doctor = await bench.run(["doctor"], { env });
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toContain("FAIL  A Taffrail server answers");
  });

  it("status of a server that is not ready: exit code 1", async () => {
    const [status] = await bench.json(["status", "--json"]);
    const starting = createServer((_, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ ...status, ready: false }));
    });
    await new Promise<void>((resolve) => starting.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(starting.address() as AddressInfo).port}`;
    const { code, stdout } = await bench.run(["status", "--server", url]);
    expect(stdout).toContain("is not ready");
    expect(code).toBe(1);
    starting.closeAllConnections();
    starting.close();
  });

  it("doctor ends although the server takes requests and never answers", async () => {
    const mute = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const { code, stdout } = await bench.run(["doctor", "--server", url]);
    expect(code).toBe(1);
    expect(stdout).toContain("said nothing for 5 s");
    mute.closeAllConnections();
    mute.close();
  });
});

describe("tail", () => {
  it("prints what comes, and ends by a signal with exit code 0", async () => {
    const tail = bench.start(["tail", "service:live level:error", "--json"]);
    const ready = async (): Promise<void> => {
      for (let turn = 0; !tail.output.stdout.includes("probe"); turn += 1) {
        const input = `${JSON.stringify({ level: "error", service: "live", msg: `probe ${turn}` })}\n`;
        await bench.run(["ship", "-"], { input });
      }
    };
    await ready();
    await bench.run(["ship", "-"], { input: linesOf("live", 4) });
    await tail.saw("number 3");
    tail.process.kill("SIGINT");
    const { code, stdout, stderr } = await tail.done;
    const bodies = stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => String((JSON.parse(line) as { body: string }).body));
    expect(bodies.filter((body) => body.startsWith("number"))).toEqual(["number 1", "number 3"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("ends by itself after --for, refuses a bad query, and a server that is not there", async () => {
    expect(await bench.run(["tail", "service:none", "--for", "300ms"])).toMatchObject({ code: 0, stdout: "" });
    expect((await bench.run(["tail", "(("])).stderr).toContain("error query_syntax");
    const away = await bench.run(["tail", "--server", "http://127.0.0.1:9"]);
    expect(away.code).toBe(2);
    expect(away.stderr).toContain("error server_unreachable: No server answers at http://127.0.0.1:9");
  });
});

describe("up", () => {
  it("refuses a data directory and a port that are in use, with exit code 2", async () => {
    const owned = await bench.run(["up", "--listen", "127.0.0.1:0", "--data", join(bench.dir, "data")]);
    expect(owned.code).toBe(2);
    expect(owned.stderr).toContain("error data_dir_owned");
    const port = new URL(bench.url).port;
    const held = await bench.run(["up", "--listen", `127.0.0.1:${port}`, "--data", join(bench.dir, "other")]);
    expect(held.code).toBe(2);
    expect(held.stderr).toContain("error port_in_use");
  });

  it("started by npx, drains and ends when npx gets SIGTERM", async () => {
    const args = ["taffrail", "up", "--listen", "127.0.0.1:0", "--data", join(bench.dir, "npx")];
    const npx = bench.start(args, { command: ["npx"], cwd: root });
    await npx.saw(/^Taffrail is ready at http:\/\/127\.0\.0\.1:\d+\n/);
    const url = /http:\S+/.exec(npx.output.stdout)?.[0] ?? "";
    expect((await bench.run(["status", "--server", url])).code).toBe(0);
    npx.process.kill("SIGTERM");
    expect((await npx.done).stdout).toContain("Taffrail stopped.");
    expect((await bench.run(["status", "--server", url])).code).toBe(2);
  });

  it("drains when one act signals twice, to the process and to its group", async () => {
    const server = bench.start(["up", "--listen", "127.0.0.1:0", "--data", join(bench.dir, "twice")]);
    await server.saw("Taffrail is ready");
    server.process.kill("SIGTERM");
    server.process.kill("SIGINT");
    expect(await server.done).toMatchObject({ code: 0, stdout: expect.stringContaining("Taffrail stopped.") });
  });
});

describe("wrong usage", () => {
  const rows: readonly (readonly [string[], string])[] = [
    [[], "Usage: taffrail"],
    [["serch"], "error usage: unknown command 'serch' (Did you mean search?)"],
    [["search", "a", "b"], "error usage: search takes one query"],
    [["search", "--since", "yesterday"], "error time_range_invalid"],
    [["status", "extra"], "error usage: status takes no arguments"],
    [["status", "--server", "localhost"], "error usage: --server localhost is not a URL"],
    [["--server", "http://127.0.0.1:1", "up"], "error usage: up asks no server"],
    [["up", "--listen", "0.0.0.0:4318"], "error listen_needs_login"],
    [["ship"], "error usage: missing required argument 'file'"],
    [["ship", "--once", "--state", "/dev/null/x", "/dev/zero"], "error state_unusable"],
    [["ship", "--once", "/dev/zero"], "error file_unreadable: /dev/zero cannot be read: it is not a regular file"],
    [["ship", "--once", "/gone/*.log"], "error nothing_to_ship: No file matches /gone/*.log"],
  ];
  for (const [args, message] of rows)
    it(`${args.join(" ") || "(nothing)"}: exit code 2`, async () => {
      const { code, stdout, stderr } = await bench.run(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(message);
    });

  it("is told as JSON with --json", async () => {
    const { code, stderr } = await bench.run(["search", "--nonsense", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "usage", remedy: "See --help." } });
  });

  it("help and version are no errors", async () => {
    expect((await bench.run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await bench.run(["help", "search"]);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("Usage: taffrail search");
  });
});
