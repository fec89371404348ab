import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@taffrail/client";
import { ledgerFault, TaffrailError } from "@taffrail/contracts";
import { encodeStatus } from "@taffrail/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { entryPath } from "./entry-path.ts";
import { type RunningServer, runServer } from "./main.ts";
import { startPostgres } from "./settings/testdata/postgres-cluster.ts";
import { eventually, makeTestDir, send, startTestServer, type TestDir } from "./testdata/test-server.ts";

let dir: TestDir;
const running: RunningServer[] = [];
beforeEach(() => {
  dir = makeTestDir();
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
  dir.remove();
});

async function start(flags: Record<string, string> = {}): Promise<RunningServer> {
  const server = await startTestServer(dir.path, { flags });
  running.push(server);
  return server;
}

const attempt = (flags: Record<string, string>) =>
  runServer({ env: {}, flags: { data: dir.path, listen: "127.0.0.1:0", logLevel: "fatal", ...flags } }).catch(
    (error: unknown) => error,
  );
const lines = (count: number, service: string): string =>
  Array.from({ length: count }, (_, index) => `${JSON.stringify({ msg: `line ${index}`, service })}\n`).join("");
const probe = async (server: RunningServer, path: string): Promise<number> =>
  (await send(`${server.url}${path}`)).status;

describe("the start", () => {
  it("answers probes while the engine starts", async () => {
    const server = await runServer({ env: {}, flags: { data: dir.path, listen: "localhost:0", logLevel: "fatal" } });
    running.push(server);
    expect(await probe(server, "/livez")).toBe(200);
    expect(await probe(server, "/readyz")).toBe(503);
    expect(await probe(server, "/startupz")).toBe(503);
    const early = await send(`${server.url}/api/v1/logs/search?since=1h`);
    expect([early.status, early.headers["retry-after"]]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    await server.ready();
    for (const path of ["/livez", "/readyz", "/startupz", "/status"]) expect(await probe(server, path)).toBe(200);
    for (const address of server.addresses) expect((await send(`http://${address}/livez`)).status).toBe(200);
  });

  it("answers exporters in their own form while it starts", async () => {
    // With a file where a directory is to be, the parts behind the port never open.
    mkdirSync(dir.path, { recursive: true });
    writeFileSync(join(dir.path, "VERSION"), "1\n");
    writeFileSync(join(dir.path, "dead-letters"), "");
    const server = await runServer({ env: {}, flags: { data: dir.path, listen: "127.0.0.1:0", logLevel: "fatal" } });
    running.push(server);
    await expect(server.ready()).rejects.toThrow();
    const post = (type: string) =>
      fetch(`${server.url}/v1/logs`, { method: "POST", headers: { "content-type": type }, body: new Uint8Array(2) });
    const starting = new TaffrailError("server_starting", { reason: "the journal is being read" });
    const message = `${starting.message} ${starting.remedy}`;
    const protobuf = await post("application/x-protobuf");
    expect([protobuf.status, protobuf.headers.get("content-type")]).toEqual([503, "application/x-protobuf"]);
    expect(protobuf.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(Buffer.from(await protobuf.arrayBuffer())).toEqual(Buffer.from(encodeStatus(14, message)));
    const json = await post("application/json");
    expect([json.status, await json.json()]).toEqual([503, { code: 14, message }]);
    const lines = await fetch(`${server.url}/api/v1/ingest/lines`, { method: "POST", body: "x" });
    expect(await lines.json()).toMatchObject({ error: { code: "server_starting" } });
    expect(lines.headers.get("retry-after")).toBe(protobuf.headers.get("retry-after"));
  });

  it("makes nothing that others can read", async () => {
    const server = await start();
    await createClient({ baseUrl: server.url }).ingestLines({ body: lines(10, "modes") });
    await eventually(async () =>
      expect((await createClient({ baseUrl: server.url }).getStatus()).ingest.pending).toBe(0),
    );
    const open: string[] = [];
    const walk = (path: string): void => {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (!stats) return;
      if ((stats.mode & 0o077) !== 0) open.push(`${path} ${(stats.mode & 0o777).toString(8)}`);
      if (stats.isDirectory()) for (const name of readdirSync(path)) walk(join(path, name));
    };
    walk(dir.path);
    expect(open).toEqual([]);
  });

  it("refuses a second owner of the data directory, and the first goes on", async () => {
    const first = await start();
    expect(await attempt({})).toMatchObject({
      code: "data_dir_owned",
      details: { dir: dir.path, pid: String(process.pid) },
    });
    expect(await probe(first, "/readyz")).toBe(200);
  });

  it.each(["127.0.0.1", "::1"])("names who holds its port at %s, and holds nothing itself", async (host) => {
    const stranger = createServer().listen(0, host);
    await once(stranger, "listening");
    const address = stranger.address();
    const port = typeof address === "object" && address ? address.port : 0;
    expect(await attempt({ listen: `localhost:${port}` })).toMatchObject({
      code: "port_in_use",
      message: expect.stringContaining(`(process ${process.pid}, `),
    });
    stranger.close();
    await start();
  });

  it("refuses what a newer version wrote", async () => {
    await (await start()).close();
    writeFileSync(join(dir.path, "VERSION"), "2\n");
    expect(await attempt({})).toMatchObject({ code: "data_dir_newer", details: { found: 2, known: 1 } });
  });

  it.each([
    [{ data: "/proc/none" }, "data_dir_unusable"],
    [{ listen: "0.0.0.0:0" }, "listen_needs_login"],
    [{ listen: "nonsense" }, "config_invalid"],
    [{ nope: "1" }, "config_invalid"],
    [{ settingsUrl: "postgres://taffrail@127.0.0.1:1/none" }, "settings_unavailable"],
  ])("refuses %j as %s", async (flags, code) => {
    expect(await attempt(flags as Record<string, string>)).toMatchObject({ code });
  });

  it("ends a start that failed with its error and not a word about records", async () => {
    const server = pathToFileURL(entryPath(import.meta.url, "./index.js")).href;
    const flags = { data: dir.path, listen: "127.0.0.1:0", settingsUrl: "postgres://taffrail@127.0.0.1:1/none" };
    const script = `import { runServer } from ${JSON.stringify(server)};
      await runServer({ env: {}, flags: ${JSON.stringify(flags)} }).catch(({ code }) => console.log(code));`;
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    const { stdout, stderr } = await run;
    expect(stdout).toBe("settings_unavailable\n");
    expect(stderr).toContain("starting");
    expect(stderr).not.toMatch(/stored|dropped|sink/);
  });

  it("keeps its settings in PostgreSQL when told so", async (context) => {
    const cluster = await startPostgres();
    if (typeof cluster === "string") return context.skip(cluster);
    try {
      for (const days of [30, 12]) {
        const server = await start({ settingsUrl: cluster.url });
        const client = createClient({ baseUrl: server.url });
        expect((await client.getSettings()).settings[0]?.value).toBe(days);
        await client.putSetting({ key: "retention.days", value: 12 });
        await server.close();
      }
    } finally {
      await cluster.stop();
    }
  });
});

describe("the stop", () => {
  it("drains: what was accepted is stored, and found after the next start", async () => {
    const server = await start();
    await createClient({ baseUrl: server.url }).ingestLines({ body: lines(1000, "drain") });
    const [ledger, again] = await Promise.all([server.close(), server.close()]);
    expect(ledger).toBe(again);
    expect(ledgerFault(ledger)).toBeUndefined();
    expect(ledger).toMatchObject({ pending: 0, dropped: {} });
    expect(ledger.delivered).toBeGreaterThanOrEqual(1000);
    await expect(fetch(`${server.url}/livez`)).rejects.toThrow();
    const next = createClient({ baseUrl: (await start()).url });
    expect((await next.countLogs({ query: "service:drain", since: "1h" })).count).toBe(1000);
  });

  it("finishes a body that is on its way, and ends the tails", async () => {
    const server = await start();
    const tail = fetch(`${server.url}/api/v1/logs/tail`).then((response) => response.text());
    const body = lines(2, "slow");
    const headers = { "content-type": "application/x-ndjson", "content-length": Buffer.byteLength(body) };
    const outgoing = request(`${server.url}/api/v1/ingest/lines`, { method: "POST", headers });
    outgoing.write(body.slice(0, 10));
    await eventually(async () => expect((await send(`${server.url}/metrics`)).text).toMatch(/bodies_in_flight 1\n/));
    const closed = server.close();
    await expect.poll(() => probe(server, "/livez").catch(() => "closed")).toBe("closed");
    outgoing.end(body.slice(10));
    const [response] = await once(outgoing, "response");
    expect(response.statusCode).toBe(200);
    response.resume();
    expect((await closed).pending).toBe(0);
    expect(await tail).toContain("event: hello");
  });

  it("may come before the server is ready", async () => {
    const server = await runServer({ env: {}, flags: { data: dir.path, listen: "127.0.0.1:0", logLevel: "fatal" } });
    const ready = server.ready().then(
      () => "ready",
      (error: unknown) => error,
    );
    await server.close();
    expect(["ready", "shutting_down"]).toContain(((await ready) as { code?: string }).code ?? "ready");
    await start();
  });
});

describe("the engine's end", () => {
  it("shows in the probes and passes by itself, while records are taken in", async () => {
    const server = await start();
    const client = createClient({ baseUrl: server.url });
    const { engine } = await client.getStatus();
    process.kill(engine.pid ?? 0, "SIGKILL");
    await eventually(async () => expect(await probe(server, "/readyz")).toBe(503));
    expect(await client.ingestLines({ body: lines(5, "away") })).toMatchObject({ accepted: 5 });
    expect(await probe(server, "/livez")).toBe(200);
    expect(await probe(server, "/startupz")).toBe(200);
    await eventually(async () => expect(await probe(server, "/readyz")).toBe(200));
    await eventually(async () =>
      expect((await client.countLogs({ query: "service:away", since: "1h" })).count).toBe(5),
    );
    const status = await client.getStatus();
    expect(status.engine.restarts).toBe(1);
    expect(status.engine.pid).not.toBe(engine.pid);
  });
});

describe("the server's own records", () => {
  it("are in its own store, and neither idling nor requests make more", async () => {
    const server = await start({ logLevel: "info" });
    const client = createClient({ baseUrl: server.url });
    const own = async () => (await client.countLogs({ query: "service:taffrail", since: "1h" })).count;
    await eventually(async () => {
      const { records } = await client.searchLogs({ query: "service:taffrail ready", since: "1h" });
      expect(records.map(({ body, source }) => [body, source])).toContainEqual(["ready", "taffrail"]);
    });
    const before = await own();
    const seconds = 4;
    const end = Date.now() + seconds * 1000;
    let requests = 0;
    for (; Date.now() < end; requests += 1) {
      await client.searchLogs({ query: "nothing", since: "1h" });
      await client.ingestLines({ body: lines(1, "busy") });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(requests).toBeGreaterThan(seconds);
    expect((await own()) - before).toBeLessThanOrEqual(seconds);
    expect((await client.getStatus()).self.dropped).toEqual({});
  });
});
