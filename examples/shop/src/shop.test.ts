import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom } from "@taffrail/testkit";
import type { LogLedger } from "taffrail";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startShop } from "./shop.ts";
import { runTraffic } from "./traffic.ts";

const cli = fileURLToPath(new URL("../../../apps/cli/bin/taffrail.mjs", import.meta.url));
const seed = Number(process.env.TAFFRAIL_SEED ?? 7);
let folder: string;
let server: ChildProcess;
let url: string;

/** Starts a real server on a free port and waits for the address that it prints. */
async function startServer(): Promise<string> {
  server = spawn(process.execPath, [cli, "up", "--listen", "127.0.0.1:0", "--data", folder], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const addresses = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += String(chunk);
      const address = /ready at (http:\/\/[\d.:]+)/.exec(output)?.[1];
      if (address !== undefined) resolve(address);
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
  return addresses;
}

interface Found {
  readonly body: string;
  readonly service: string;
  readonly traceId: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}

async function ask<T>(path: string, parameters: Record<string, string>): Promise<T> {
  const response = await fetch(`${url}/api/v1/logs/${path}?${new URLSearchParams({ since: "15m", ...parameters })}`);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
const count = async (query: string): Promise<number> => (await ask<{ count: number }>("count", { query })).count;
const search = async (query: string): Promise<readonly Found[]> =>
  (await ask<{ records: readonly Found[] }>("search", { query, limit: "1000" })).records;

/** Records are visible a moment after they are acknowledged. */
async function countReaches(query: string, expected: number): Promise<number> {
  const end = Date.now() + 10_000;
  let found = await count(query);
  while (found < expected && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    found = await count(query);
  }
  return found;
}

describe(`the shop, against a real server (seed ${seed})`, () => {
  let statuses: Readonly<Record<number, number>>;
  let ledgers: Readonly<Record<string, LogLedger>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "taffrail-shop-"));
    url = await startServer();
    const { next: random } = createRandom(seed);
    const shop = await startShop({ taffrail: url, console: false, port: 0, random });
    const { signal } = new AbortController();
    statuses = await runTraffic({ url: shop.url, requests: 400, perSecond: 200, random, signal });
    ledgers = await shop.close();
  }, 60_000);

  afterAll(async () => {
    if (server.exitCode === null) {
      server.kill("SIGTERM");
      await new Promise((resolve) => server.once("exit", resolve));
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it("serves shoppers, most of them well", () => {
    expect(Object.values(statuses).reduce((sum, times) => sum + times, 0)).toBe(400);
    expect(statuses[0]).toBe(undefined);
    expect(statuses[201]).toBeGreaterThan(250);
  });

  it("delivers every line of every service, and the server has exactly these", async () => {
    for (const [service, ledger] of Object.entries(ledgers)) {
      expect(ledger).toMatchObject({ delivered: ledger.accepted, dropped: {}, pending: 0 });
      expect(await countReaches(`service:${service}`, ledger.accepted), service).toBe(ledger.accepted);
    }
  });

  it("counts the same orders as the shoppers did", async () => {
    expect(await count('service:orders "order placed"')).toBe(statuses[201]);
  });

  it("keeps errors with their causes, and one trace through all services", async () => {
    const [failure] = await search('service:payments level:error "request failed"');
    expect(failure?.attributes).toMatchObject({
      "err.message": "payment could not be made",
      "err.cause.type": "CardNetworkError",
      "err.cause.code": "TIMEOUT",
    });
    const trace = await search(`trace_id:${failure?.traceId}`);
    expect(new Set(trace.map(({ service }) => service))).toEqual(new Set(["storefront", "orders", "payments"]));
    const spans = new Map(trace.map(({ service, attributes }) => [service, attributes.parent_span_id]));
    expect([...spans.values()].filter((parent) => parent === undefined).length).toBe(1);
  });

  it("keeps numbers and nested fields", async () => {
    const [order] = await search('service:orders "order placed"');
    expect(order?.attributes).toMatchObject({
      quantity: expect.any(Number),
      "customer.id": expect.stringMatching(/^c-/),
    });
  });
});
