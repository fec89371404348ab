import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Batch, createBatch, type Sink, type WriteResult } from "@taffrail/contracts";
import { afterEach, describe, expect, it } from "vitest";
import { syslogSink } from "../syslog-sink.ts";
import type { SyslogSinkOptions } from "./syslog-options.ts";
import { listenDatagrams, listenStream, type SyslogServer } from "./testdata/syslog-server.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "taffrail-syslog-"));
  cleanups.push(() => rmSync(made, { recursive: true }));
  return made;
}

function open(options: SyslogSinkOptions): Sink {
  const sink = syslogSink({ host: "127.0.0.1", ...options });
  cleanups.push(() => sink.close(AbortSignal.timeout(1000)));
  return sink;
}

async function serve(starting: Promise<SyslogServer>): Promise<SyslogServer> {
  const server = await starting;
  cleanups.push(() => server.stop());
  return server;
}

const lineOf = (n: number, text = ""): string =>
  JSON.stringify({ time: "2026-11-22T09:00:00.123Z", level: "info", service: "shop", msg: "x", n, text });
const batchOf = (from: number, count: number, text = ""): Batch =>
  createBatch(
    Array.from({ length: count }, (_, index) => ({ level: "info", line: `${lineOf(from + index, text)}\n` })),
  );
const write = (sink: Sink, batch: Batch): Promise<WriteResult> => sink.write(batch, AbortSignal.timeout(8000));
const numberOf = (message: string): number => (JSON.parse(message.slice(message.indexOf("{"))) as { n: number }).n;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 8000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("not so after 8 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("syslogSink", () => {
  it("transport: tcp, in order, over one connection, with octet counting", async () => {
    const server = await serve(listenStream());
    const sink = open({ transport: "tcp", port: server.port });
    for (let from = 0; from < 3000; from += 1000)
      expect(await write(sink, batchOf(from, 1000))).toEqual({ outcome: "ok" });
    await until(() => server.messages.length === 3000);
    expect(server.messages.map(numberOf)).toEqual(upTo(3000));
    expect(server.connections()).toBe(1);
  });

  it("transport: udp, one datagram each", async () => {
    const server = await serve(listenDatagrams());
    const sink = open({ transport: "udp", port: server.port });
    for (let from = 0; from < 100; from += 20) {
      await write(sink, batchOf(from, 20));
      await until(() => server.messages.length === from + 20);
    }
    expect(server.messages.map(numberOf)).toEqual(upTo(100));
  });

  it("transport, path: a stream socket of the machine", async () => {
    const path = join(folder(), "log.sock");
    const server = await serve(listenStream({ path, framing: "newline" }));
    await write(open({ transport: "unix", path }), batchOf(0, 10));
    await until(() => server.messages.length === 10);
    expect(server.messages.map(numberOf)).toEqual(upTo(10));
  });

  it("framing: newline on TCP", async () => {
    const server = await serve(listenStream({ framing: "newline" }));
    await write(open({ transport: "tcp", port: server.port, framing: "newline" }), batchOf(0, 10));
    await until(() => server.messages.length === 10);
    expect(server.messages.map(numberOf)).toEqual(upTo(10));
  });

  it("format, content, facility, appName, hostname: stand in the message", async () => {
    const server = await serve(listenStream());
    const base = { transport: "tcp", port: server.port } as const;
    await write(open({ ...base, facility: "local3", appName: "app", hostname: "box" }), batchOf(0, 1));
    await until(() => server.messages.length === 1);
    expect(server.messages[0]).toMatch(/^<158>1 2026-11-22T09:00:00.123Z box app \d+ - - \{/);
    await write(open({ ...base, format: "rfc3164", facility: 4, hostname: "box" }), batchOf(0, 1));
    await until(() => server.messages.length === 2);
    expect(server.messages[1]).toMatch(/^<38>Nov 2\d \d\d:\d\d:\d\d box shop\[\d+\]: \{/);
    await write(open({ ...base, content: "structured-data" }), batchOf(0, 1, "t"));
    await until(() => server.messages.length === 3);
    expect(server.messages[2]).toMatch(/ \[taffrail@32473 n="0" text="t"\] x$/);
  });

  it("maxBytes: cuts a datagram, with a mark", async () => {
    const server = await serve(listenDatagrams());
    await write(open({ port: server.port, maxBytes: 500 }), batchOf(0, 1, "y".repeat(1000)));
    await until(() => server.messages.length === 1);
    expect(server.messages[0]?.length).toBeLessThanOrEqual(500);
    expect(server.messages[0]).toContain("… [cut, ");
  });

  it("host, port: says when nobody listens, and connects again by itself", async () => {
    const first = await listenStream();
    await first.stop();
    const sink = open({ transport: "tcp", port: first.port });
    const batch = batchOf(0, 10);
    expect(await write(sink, batch)).toMatchObject({
      outcome: "retry",
      reason: expect.stringContaining("ECONNREFUSED"),
    });
    expect(sink.health?.().status).toBe("degraded");
    const second = await serve(listenStream({ port: first.port }));
    expect(await write(sink, batch)).toEqual({ outcome: "ok" });
    expect(sink.health?.().status).toBe("healthy");
    await until(() => second.messages.length === 10);
    second.hangUp();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await write(sink, batchOf(10, 10))).toEqual({ outcome: "ok" });
    await until(() => second.messages.length === 20);
    expect(second.messages.map(numberOf)).toEqual(upTo(20));
    expect(second.connections()).toBe(2);
  });

  it("says when nobody listens for datagrams, once the system knows", async () => {
    const gone = await listenDatagrams();
    await gone.stop();
    const sink = open({ transport: "udp", port: gone.port });
    const outcomes = new Set<string>();
    for (let turn = 0; turn < 50 && !outcomes.has("retry"); turn++) {
      const result = await write(sink, batchOf(0, 3));
      outcomes.add(result.outcome);
      if (result.outcome === "retry") expect(result.reason).toContain("ECONNREFUSED");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(outcomes).toContain("retry");
  });

  it("timeoutMs: asks for a retry when the receiver does not read", async () => {
    const server = await serve(listenStream());
    const stalled = open({ transport: "tcp", port: server.port, timeoutMs: 150 });
    // No turn of the loop is given to the receiver's side: a connection that is paused from its first byte.
    const { createServer } = await import("node:net");
    const deaf = createServer({ pauseOnConnect: true }, () => {});
    await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
    cleanups.push(() => deaf.close());
    const port = (deaf.address() as { port: number }).port;
    const sink = open({ transport: "tcp", port, timeoutMs: 150 });
    expect(await write(sink, batchOf(0, 3000, "z".repeat(5000)))).toMatchObject({
      outcome: "retry",
      reason: expect.stringContaining("not taken in 150 ms"),
    });
    expect(await write(stalled, batchOf(0, 1))).toEqual({ outcome: "ok" });
  });

  it("lastEffortMs: sends last words, or none with 0", async () => {
    const server = await serve(listenStream());
    const sink = open({ transport: "tcp", port: server.port });
    expect(sink.writeSync?.(batchOf(0, 100), undefined)).toBe(100);
    await until(() => server.messages.length === 100);
    expect(server.messages.map(numberOf)).toEqual(upTo(100));
    const silent = open({ transport: "tcp", port: server.port, lastEffortMs: 0 });
    expect(silent.writeSync?.(batchOf(0, 100), undefined)).toBe(0);
    const datagrams = await serve(listenDatagrams());
    expect(open({ port: datagrams.port }).writeSync?.(batchOf(0, 20), undefined)).toBe(20);
    await until(() => datagrams.messages.length === 20);
  });

  it.each([
    [{ transport: "http" }, "transport"],
    [{ host: "" }, "host"],
    [{ port: 0 }, "port"],
    [{ transport: "unix" }, "path"],
    [{ transport: "tcp", path: "/dev/log" }, "path"],
    [{ tls: true }, "tls"],
    [{ transport: "tcp", tls: {} }, "tls"],
    [{ transport: "tls", tls: { ca: "ca.pem" } }, "tls.ca"],
    [{ transport: "tls", tls: { cert: Buffer.alloc(1) } }, "tls.cert"],
    [{ transport: "tls", tls: { key: "" } }, "tls.key"],
    [{ transport: "tls", tls: { servername: "" } }, "tls.servername"],
    [{ transport: "tls", tls: { rejectUnauthorized: "no" } }, "tls.rejectUnauthorized"],
    [{ format: "rfc1" }, "format"],
    [{ content: "xml" }, "content"],
    [{ facility: "local9" }, "facility"],
    [{ facility: 24 }, "facility"],
    [{ appName: 5 }, "appName"],
    [{ hostname: "" }, "hostname"],
    [{ framing: "none" }, "framing"],
    [{ maxBytes: 10 }, "maxBytes"],
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ lastEffortMs: -1 }, "lastEffortMs"],
  ])("refuses %j", (options, key) => {
    expect(() => syslogSink(options as SyslogSinkOptions)).toThrow(`syslogSink: option ${key} is not valid`);
  });
});

const daemon = "/usr/sbin/rsyslogd";
const withDaemon = existsSync(daemon) ? it : it.skip;
describe(`rsyslogd${existsSync(daemon) ? "" : " (skipped: not installed; apt-get install rsyslog)"}`, () => {
  withDaemon("reads what is sent over TCP and UDP, in both forms", async () => {
    const at = folder();
    const free = await listenStream();
    await free.stop();
    const out = join(at, "out.log");
    const config = [
      'module(load="imtcp")',
      'module(load="imudp")',
      'template(name="parts" type="string" string="%syslogfacility-text%|%syslogseverity-text%|%app-name%|%hostname%|%procid%|%msg%\\n")',
      `ruleset(name="all") { action(type="omfile" file="${out}" template="parts") }`,
      `input(type="imtcp" port="${free.port}" address="127.0.0.1" ruleset="all")`,
      `input(type="imudp" port="${free.port}" address="127.0.0.1" ruleset="all")`,
      `global(workDirectory="${at}" maxMessageSize="16k")`,
    ];
    writeFileSync(join(at, "rsyslog.conf"), `${config.join("\n")}\n`);
    const child = spawn(daemon, ["-n", "-f", join(at, "rsyslog.conf"), "-i", join(at, "pid")], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.on("close", resolve));
    cleanups.push(() => {
      child.kill("SIGKILL");
      return ended;
    });
    const base = { port: free.port, facility: "local4", hostname: "box" } as const;
    const tcp = open({ ...base, transport: "tcp" });
    let result: WriteResult;
    do result = await write(tcp, batchOf(0, 500, "ü 😀"));
    while (result.outcome !== "ok" && !(await new Promise((resolve) => setTimeout(resolve, 20, false))));
    await write(open({ ...base, transport: "udp" }), batchOf(500, 20));
    await write(open({ ...base, transport: "tcp", format: "rfc3164", framing: "newline" }), batchOf(520, 20));
    const lines = (): string[] => (existsSync(out) ? readFileSync(out, "utf8").split("\n").slice(0, -1) : []);
    await until(() => lines().length === 540);
    expect(
      lines()
        .map(numberOf)
        .sort((a, b) => a - b),
    ).toEqual(upTo(540));
    expect(new Set(lines().map((line) => line.slice(0, line.indexOf("{")).trimEnd()))).toEqual(
      new Set([`local4|info|shop|box|${process.pid}|`]),
    );
    expect(lines().find((line) => numberOf(line) === 7)).toContain(lineOf(7, "ü 😀"));
  });
});
