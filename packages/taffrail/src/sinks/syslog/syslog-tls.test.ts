import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createBatch, type Sink, type WriteResult } from "@taffrail/contracts";
import { afterEach, describe, expect, it } from "vitest";
import { syslogSink } from "../syslog-sink.ts";
import type { SyslogTlsOptions } from "./syslog-options.ts";
import { withAuthority } from "./testdata/certificates.ts";
import { listenStream, type SyslogServer } from "./testdata/syslog-server.ts";

const { ours, receiver, client } = withAuthority("ours", (authority) => ({
  ours: authority.cert,
  receiver: authority.certify("logs.internal"),
  client: authority.certify("shop.internal"),
}));
const stranger = withAuthority("theirs", (authority) => ({
  ca: authority.cert,
  ...authority.certify("shop.internal"),
}));
/** A receiver that takes known clients only. */
const mutual = { ...receiver, ca: ours, requestCert: true, rejectUnauthorized: true };
const known = { ca: ours, servername: "logs.internal" };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
async function serve(tls: object = receiver): Promise<SyslogServer> {
  const server = await listenStream({ tls });
  cleanups.push(() => server.stop());
  return server;
}
function open(port: number, tls?: SyslogTlsOptions): Sink {
  const sink = syslogSink({ transport: "tls", host: "127.0.0.1", port, ...(tls && { tls }) });
  cleanups.push(() => sink.close(AbortSignal.timeout(1000)));
  return sink;
}
const batchOf = (...names: string[]) =>
  createBatch(names.map((name) => ({ level: "info", line: `{"msg":"${name}"}\n` })));
const write = (sink: Sink): Promise<WriteResult> => sink.write(batchOf("a", "b"), AbortSignal.timeout(8000));

/** A receiver that goes on while this thread is blocked. Tells its port, and when it is asked how many messages have come. */
const elsewhere = `
const { parentPort, workerData } = require("node:worker_threads");
let received = "";
const server = require("node:tls").createServer(workerData, (socket) => {
  socket.on("error", () => {});
  socket.on("data", (chunk) => (received += chunk));
});
parentPort.on("message", () => setTimeout(() => parentPort.postMessage(received.split("msg").length - 1), 20));
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

/** What became of two messages; those of them came that count as delivered, and no others. */
async function outcome(server: SyslogServer, tls?: SyslogTlsOptions): Promise<[outcome: string, reason: string]> {
  const sink = open(server.port, tls);
  const result = await write(sink);
  await sink.close(AbortSignal.timeout(1000));
  await server.quiet();
  expect(server.messages.length).toBe(result.outcome === "ok" ? 2 : 0);
  return [result.outcome, "reason" in result ? result.reason : ""];
}

describe("syslog over TLS", () => {
  it("transport, tls, ca: an authority of one's own, which nobody knows otherwise", async () => {
    expect(await outcome(await serve(), known)).toEqual(["ok", ""]);
    const expected = ["retry", expect.stringMatching(/certificate|issuer/)];
    expect(await outcome(await serve(), { servername: "logs.internal" })).toEqual(expected);
    expect(await outcome(await serve(), { ...known, ca: stranger.ca })).toEqual(expected);
  });

  it("servername: the name that the certificate must have", async () => {
    expect(await outcome(await serve(), known)).toEqual(["ok", ""]);
    const expected = ["retry", expect.stringContaining("altnames")];
    expect(await outcome(await serve(), { ca: ours })).toEqual(expected);
    expect(await outcome(await serve(), { ...known, servername: "other.internal" })).toEqual(expected);
  });

  it("rejectUnauthorized: false takes any certificate", async () => {
    expect(await outcome(await serve(), { rejectUnauthorized: false })).toEqual(["ok", ""]);
    expect((await outcome(await serve(), { rejectUnauthorized: true }))[0]).toBe("retry");
  });

  it("cert, key: the receiver knows us by them, and takes no others", async () => {
    expect(await outcome(await serve(mutual), { ...known, ...client })).toEqual(["ok", ""]);
    expect((await outcome(await serve(mutual), known))[0]).toBe("retry");
    expect((await outcome(await serve(mutual), { ...known, cert: stranger.cert, key: stranger.key }))[0]).toBe("retry");
  });

  it.each<[string, SyslogTlsOptions, number]>([
    ["a receiver that knows us", { ...known, ...client }, 2],
    ["a receiver that we do not know", client, 0],
    ["a receiver that does not know us", known, 0],
  ])("last words to %s", async (_, tls, expected) => {
    const worker = new Worker(elsewhere, { eval: true, workerData: mutual });
    cleanups.push(() => worker.terminate());
    const [port]: number[] = await once(worker, "message");
    expect(open(port ?? 0, tls).writeSync?.(batchOf("a", "b"), undefined)).toBe(expected);
    worker.postMessage("how many?");
    expect(await once(worker, "message")).toEqual([expected]);
  });

  it("refuses what it does not know", () => {
    const options = { ...known, authority: ours } as SyslogTlsOptions;
    expect(() => open(1, options)).toThrow(expect.objectContaining({ code: "option_unknown" }));
  });
});
