import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { afterEach, describe, expect, it } from "vitest";
import {
  answerHealth,
  fastifyHealthHandlers,
  fetchHealthHandlers,
  type HealthPage,
  healthHandlers,
  type Observable,
} from "./handlers.ts";
import { healthOf } from "./health.ts";
import { sinkStats, stats } from "./testdata/stats.ts";

const detail = "https://user:hunter2@s@example.com/in?token=abc refused; see http://h/?key=k2";
const sick = { ...stats, sinks: [{ ...sinkStats, health: { status: "unhealthy", detail } as const }] };
const well: Observable = {
  stats: () => ({ ...stats, sinks: [sinkStats] }),
  health: () => healthOf({ ...stats, sinks: [sinkStats] }),
};
const ill: Observable = { stats: () => sick, health: () => healthOf(sick) };

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
function listen(server: Server): Promise<string> {
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(urlOf(server)));
  });
}

const pages: readonly HealthPage[] = ["live", "ready", "status", "metrics"];

/** Starts a real server of each framework with the four pages below /live, /ready and so on. */
const frameworks: Readonly<Record<string, (log: Observable) => Promise<string>>> = {
  "node:http": (log) => {
    const handlers = healthHandlers(log);
    return listen(
      createServer((request, response) => handlers[request.url?.slice(1) as HealthPage](request, response)),
    );
  },
  express: (log) => {
    const app = express();
    const handlers = healthHandlers(log);
    for (const page of pages) app.use(`/${page}`, handlers[page]);
    return listen(createServer(app));
  },
  fastify: async (log) => {
    const app = Fastify();
    const handlers = fastifyHealthHandlers(log);
    for (const page of pages) app.get(`/${page}`, handlers[page]);
    closers.push(() => app.close());
    return app.listen({ port: 0, host: "127.0.0.1" });
  },
  hono: (log) => {
    const app = new Hono();
    const handlers = fetchHealthHandlers(log);
    for (const page of pages) app.get(`/${page}`, handlers[page]);
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () =>
        resolve(urlOf(server as Server)),
      );
      closers.push(() => new Promise((done) => server.close(done)));
    });
  },
};

describe.each(Object.entries(frameworks))("health pages under %s", (_, start) => {
  const get = async (url: string, page: HealthPage, method = "GET") => {
    const response = await fetch(`${url}/${page}`, { method });
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };

  it("answer what a healthy logger is", async () => {
    const url = await start(well);
    expect(await get(url, "live")).toMatchObject({ status: 200, text: '{"status":"live"}\n' });
    expect(await get(url, "ready")).toMatchObject({ status: 200, text: '{"status":"healthy"}\n' });
    const status = await get(url, "status");
    expect(JSON.parse(status.text)).toMatchObject({
      status: "healthy",
      service: "checkout",
      ledger: { accepted: 100 },
    });
    const metrics = await get(url, "metrics");
    expect(metrics.type).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(metrics.text).toContain('taffrail_records_accepted_total{service="checkout"} 100\n');
  });

  it("answer what an unhealthy one is, without secrets", async () => {
    const url = await start(ill);
    expect(await get(url, "live")).toMatchObject({ status: 200 });
    expect(await get(url, "ready")).toMatchObject({ status: 503, text: '{"status":"unhealthy"}\n' });
    const { status, text } = await get(url, "status");
    expect([status, JSON.parse(text).reasons]).toEqual([
      200,
      ["sink http is unhealthy: https://example.com/in refused; see http://h/"],
    ]);
    const all = await Promise.all(pages.map((page) => get(url, page)));
    expect(all.map((page) => page.text).join("")).not.toMatch(/hunter2|s@|abc|k2/);
  });

  it("answer HEAD without a body", async () => {
    const url = await start(well);
    expect(await get(url, "metrics", "HEAD")).toMatchObject({ status: 200, text: "" });
  });
});

it("node handlers refuse other methods", async () => {
  const url = await frameworks["node:http"]?.(well);
  const response = await fetch(`${url}/live`, { method: "POST" });
  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

it("answers are not cached", () => {
  for (const page of pages) expect(answerHealth(well, page).headers["cache-control"]).toBe("no-store");
});
