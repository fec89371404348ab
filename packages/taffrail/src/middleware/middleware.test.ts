import { request as httpRequest } from "node:http";
import { ledgerFault } from "@taffrail/contracts";
import { type RecordedLine, recorder } from "@taffrail/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger, type Logger } from "../logger.ts";
import { type App, type AppOptions, apps } from "./testdata/apps.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
const ids = { hex: (bytes: number) => "ef".repeat(bytes) };

let recorded = recorder();
let log: Logger;
let app: App | undefined;
beforeEach(() => {
  recorded = recorder();
  log = createLogger({ service: "test", sinks: [recorded], signals: [] });
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
  expect(ledgerFault(await log.close())).toBe(undefined);
});

/** The records of one request, once its own has come. The order of writing is the order of the lines. */
async function records(count: number): Promise<readonly RecordedLine[]> {
  await vi.waitFor(async () => {
    await log.flush();
    expect(recorded.records.length).toBeGreaterThanOrEqual(count);
  }, 5000);
  // A second record for the same request would come with the same event; give it the chance.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await log.flush();
  expect(recorded.records.length).toBe(count);
  return recorded.records;
}

describe.each(apps)("%s", (_name, start, hasRoutes) => {
  const open = async (options: Partial<AppOptions> = {}): Promise<App> => {
    app = await start({ log, ids, ...options });
    return app;
  };
  const route = (path: string): object => (hasRoutes ? { "http.route": path } : {});

  it("puts id and trace on every line of the request, and writes one record of it", async () => {
    const { url } = await open();
    const headers = { traceparent, "x-request-id": "r-17" };
    const answer = await fetch(`${url}/orders/7?token=secret`, { headers });
    expect([answer.status, answer.headers.get("x-request-id"), await answer.json()]).toEqual([
      200,
      "r-17",
      { id: "7" },
    ]);
    const common = { requestId: "r-17", trace_id: traceId, span_id: "ef".repeat(8) };
    const [inside, completed] = await records(2);
    expect(inside).toMatchObject({ msg: "inside", ...common });
    expect(completed).toEqual({
      time: expect.any(String),
      level: "info",
      service: "test",
      msg: "request completed",
      ...common,
      ...route("/orders/:id"),
      "http.request.method": "GET",
      "url.path": "/orders/7",
      "http.response.status_code": 200,
      "http.response.body.size": 10,
      duration_ms: expect.any(Number),
    });
    expect(completed?.duration_ms).toBeGreaterThan(1);
    expect(recorded.lines.join("")).not.toContain("secret");
  });

  it("makes an id where none is sent, or one that may do harm", async () => {
    const { url } = await open();
    for (const sent of [undefined, "a b", "x".repeat(129), '"}{"']) {
      const answer = await fetch(`${url}/healthz`, { headers: sent === undefined ? {} : { "x-request-id": sent } });
      expect(answer.headers.get("x-request-id")).toBe("ef".repeat(16));
    }
    expect((await records(4)).map(({ requestId }) => requestId)).toEqual(Array(4).fill("ef".repeat(16)));
  });

  it("keeps the context while the body is read, whose parts come later from the connection", async () => {
    const { url } = await open();
    const headers = { "x-request-id": "r-18", "content-type": "text/plain" };
    const body = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(`${url}/echo`, { method: "POST", headers }, (response) => {
        response.setEncoding("utf8");
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.once("end", () => resolve(text));
      });
      request.once("error", reject);
      request.flushHeaders();
      setTimeout(() => request.end("x".repeat(5000)), 30);
    });
    expect(body).toBe("x".repeat(5000));
    const [inside, completed] = await records(2);
    expect(inside).toMatchObject({ msg: "inside", requestId: "r-18", trace_id: "ef".repeat(16) });
    expect(completed).toMatchObject({ "http.request.method": "POST", "http.response.body.size": 5000 });
  });

  it("counts what is streamed, and nothing where no body may be", async () => {
    const { url } = await open();
    expect(await (await fetch(`${url}/stream`)).text()).toBe("chunk ä chunk 2");
    await fetch(`${url}/empty`);
    expect((await records(2)).map((record) => record["http.response.body.size"])).toEqual([16, 0]);
  });

  it("takes the level from the status, and keeps the error", async () => {
    const { url } = await open();
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    expect((await fetch(`${url}/boom`)).status).toBe(500);
    const [missing, failed] = await records(2);
    expect(missing).toMatchObject({ level: "warn", "http.response.status_code": 404, "url.path": "/nowhere" });
    expect(missing?.["http.route"]).toBe(undefined);
    expect(failed).toMatchObject({ level: "error", "http.response.status_code": 500, ...route("/boom") });
    if (hasRoutes) expect(JSON.stringify(failed)).toContain("boom");
  });

  it("records a request whose client went away", async () => {
    const { url } = await open();
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${url}/slow`, (response) => {
        response.on("error", () => resolve());
        response.once("data", () => request.destroy(new Error("gone")));
      });
      request.on("error", () => resolve());
      request.end();
    });
    const [record] = await records(1);
    expect(record).toMatchObject({
      msg: "request aborted",
      level: "warn",
      aborted: true,
      "url.path": "/slow",
      requestId: "ef".repeat(16),
      "http.response.status_code": 200,
    });
  });

  it("keeps requests apart that run at once", async () => {
    const { url } = await open();
    const names = Array.from({ length: 40 }, (_, n) => `r-${n}`);
    await Promise.all(
      names.map(async (name) => {
        await (await fetch(`${url}/orders/${name}`, { headers: { "x-request-id": name } })).text();
      }),
    );
    const all = await records(80);
    for (const name of names) {
      const own = all.filter(({ requestId }) => requestId === name);
      expect(own.map((record) => record["url.path"])).toEqual([undefined, `/orders/${name}`]);
    }
  });
});
