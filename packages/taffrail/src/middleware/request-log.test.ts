import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { ledgerFault } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import fastify from "fastify";
import { afterEach, describe, expect, it, vi } from "vitest";
import { currentContext } from "../context.ts";
import { createLogger, type Logger } from "../logger.ts";
import { lifeOf } from "../propagation/context-end.ts";
import { expressLogger, fastifyLogger, honoLogger, loggedHandler, type RequestLogOptions } from "./index.ts";
import { clientAddressOf, isRequestId, isSkipped, pathOf, queryOf } from "./request-parts.ts";
import { honoApp } from "./testdata/apps.ts";

const recorded = recorder();
const logs: Logger[] = [];
const open = (): Logger => {
  const log = createLogger({ service: "test", sinks: [recorded], signals: [] });
  logs.push(log);
  return log;
};
afterEach(async () => {
  recorded.clear();
  for (const log of logs.splice(0)) expect(ledgerFault(await log.close())).toBe(undefined);
});

/** Serves one request and gives back its records. */
async function serve(listener: RequestListener, path = "/"): Promise<Response | undefined> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`).catch(() => undefined);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("parts of a request", () => {
  it.each([
    ["/a/b?token=x", "/a/b"],
    ["/a#part", "/a"],
    ["http://user:password@host/a?b", "/a"],
    ["http://host", "/"],
    ["*", "*"],
    [`/${"x".repeat(2000)}`, `/${"x".repeat(1023)}…`],
  ])("path of %s", (target, path) => {
    expect(pathOf(target)).toBe(path);
  });

  it("the query has named parameters only", () => {
    expect(queryOf("/a?page=2&token=x&page=3", ["page"])).toBe("page=2&page=3");
    expect([queryOf("/a?token=x", ["page"]), queryOf("/a", ["page"]), queryOf("/a?page=1", [])]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("client addresses come from entries that proxies of our own wrote", () => {
    const forwarded = "6.6.6.6, 203.0.113.9, 10.0.0.2";
    expect(clientAddressOf("10.0.0.1", forwarded, 0)).toBe("10.0.0.1");
    expect(clientAddressOf("10.0.0.1", forwarded, 1)).toBe("10.0.0.2");
    expect(clientAddressOf("10.0.0.1", forwarded, 2)).toBe("203.0.113.9");
    expect(clientAddressOf("10.0.0.1", "203.0.113.9", 5)).toBe("203.0.113.9");
    expect(clientAddressOf("10.0.0.1", undefined, 1)).toBe("10.0.0.1");
    expect(clientAddressOf("10.0.0.1", " , ", 1)).toBe("10.0.0.1");
  });

  it("whole paths are skipped, or beginnings", () => {
    expect(["/live", "/live/x", "/assets/a.js"].map((path) => isSkipped(path, ["/live", "/assets/*"]))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("ids are taken over that are safe anywhere", () => {
    expect(["r-1", "a/b=c@d+e:f", "4bf9-2f35"].every(isRequestId)).toBe(true);
    expect([undefined, "", "a b", "a\nb", "é", "<script>", "x".repeat(129)].some(isRequestId)).toBe(false);
  });
});

describe("a handler that throws", () => {
  /** What the handler throws goes on; here it is caught where Node would end the process. */
  const caught = (options: RequestLogOptions, handler: RequestListener) => {
    const thrown: unknown[] = [];
    const wrapped = loggedHandler(options, handler);
    const listener: RequestListener = async (request, response) => {
      try {
        await wrapped(request, response);
      } catch (error) {
        thrown.push(error);
        response.destroy();
      }
    };
    return { thrown, listener };
  };

  it.each([
    [
      "at once",
      () => {
        throw new Error("broken");
      },
    ],
    [
      "later",
      async () => {
        await null;
        throw new Error("broken");
      },
    ],
  ])("%s: one record, and the error goes on", async (_, handler) => {
    const log = open();
    const { thrown, listener } = caught({ log }, handler);
    await serve(listener, "/x");
    await log.flush();
    expect(thrown).toMatchObject([{ message: "broken" }]);
    expect(recorded.records).toMatchObject([{ level: "error", "url.path": "/x", msg: "request completed" }]);
    expect(recorded.lines[0]).toContain("broken");
    expect(recorded.records[0]?.["http.response.status_code"]).toBe(undefined);
  });

  it("is recorded on a skipped path too", async () => {
    const log = open();
    const { listener } = caught({ log, skip: ["/*"] }, () => {
      throw new Error("broken");
    });
    await serve(listener);
    await log.flush();
    expect(recorded.records.length).toBe(1);
  });
});

describe("the wrapper", () => {
  it("hands the handler its own request and response, and is transparent inside another", async () => {
    const log = open();
    const inner = loggedHandler({ log }, (_request, response) => response.end("inner"));
    const answer = await serve(loggedHandler({ log }, inner));
    expect(await answer?.text()).toBe("inner");
    await log.flush();
    expect(recorded.records.length).toBe(1);
  });

  it("levels: of failures and aborted requests", async () => {
    const log = open();
    const levels = { serverError: "fatal", aborted: "error" } as const;
    await serve(loggedHandler({ log, levels }, (_, response) => response.writeHead(503).end()));
    await serve(
      loggedHandler({ log, levels }, (_, response) => {
        response.write("begun");
        response.destroy();
      }),
    );
    await log.flush();
    expect(recorded.records).toMatchObject([{ level: "fatal" }, { level: "error", aborted: true }]);
  });

  it("ends the life of the request's context", async () => {
    const log = open();
    const ended = vi.fn();
    const contexts = new Set<object>();
    await serve(
      loggedHandler({ log }, (_request, response) => {
        lifeOf()?.onEnd(ended);
        contexts.add(currentContext());
        response.once("finish", () => contexts.add(currentContext()));
        response.end();
      }),
    );
    expect([ended.mock.calls.length, contexts.size]).toEqual([1, 1]);
  });

  it("survives a logger that throws", async () => {
    const log = {
      log: () => {
        throw new Error("no");
      },
    };
    const answer = await serve(loggedHandler({ log }, (_request, response) => response.end("fine")));
    expect(await answer?.text()).toBe("fine");
  });
});

describe("Fastify without a socket", () => {
  it("records requests that are injected", async () => {
    const log = open();
    const app = fastify();
    await app.register(fastifyLogger({ log, clientAddress: true }));
    app.get("/orders/:id", async () => "found");
    const answer = await app.inject({ url: "/orders/7?token=secret", headers: { "x-request-id": "r-1" } });
    expect([answer.statusCode, answer.body, answer.headers["x-request-id"]]).toEqual([200, "found", "r-1"]);
    await app.close();
    await log.flush();
    expect(recorded.records).toMatchObject([
      { "http.route": "/orders/:id", requestId: "r-1", "client.address": "127.0.0.1" },
    ]);
  });
});

describe("Hono without node:http", () => {
  it("writes the record when the handler is through", async () => {
    const log = open();
    const app = honoApp({ log });
    const answer = await app.request("/orders/7?token=secret", { headers: { "x-request-id": "r-1" } });
    expect([answer.headers.get("x-request-id"), await answer.json()]).toEqual(["r-1", { id: "7" }]);
    await app.request("/boom");
    await app.request("/nowhere");
    await log.flush();
    const [inside, completed, failed, missing] = recorded.records;
    expect(inside).toMatchObject({ msg: "inside", requestId: "r-1" });
    expect(completed).toMatchObject({ "url.path": "/orders/7", "http.route": "/orders/:id", requestId: "r-1" });
    expect(failed).toMatchObject({ level: "error", "http.response.status_code": 500, "http.route": "/boom" });
    expect(missing).toMatchObject({ level: "warn", "http.response.status_code": 404 });
    expect([missing?.["http.route"], recorded.records.length]).toEqual([undefined, 4]);
  });
});

describe("options that are wrong", () => {
  const log = { log: () => {} };
  it.each([
    [{}, "log"],
    [{ log: {} }, "log"],
    [{ log, requestIdHeader: "x y" }, "requestIdHeader"],
    [{ log, trustClient: 1 }, "trustClient"],
    [{ log, fields: "all" }, "fields"],
    [{ log, skip: ["live"] }, "skip"],
    [{ log, skip: ["/a*b"] }, "skip"],
    [{ log, levels: { ok: "loud" } }, "levels"],
    [{ log, levels: { good: "info" } }, "levels"],
    [{ log, requestHeaders: [1] }, "requestHeaders"],
    [{ log, responseHeaders: "all" }, "responseHeaders"],
    [{ log, query: [""] }, "query"],
    [{ log, clientAddress: "yes" }, "clientAddress"],
    [{ log, trustedProxies: -1 }, "trustedProxies"],
    [{ log, clock: 1 }, "clock"],
    [{ log, ids: 1 }, "ids"],
    [{ log, skipp: [] }, "skipp"],
  ])("%j", (options, key) => {
    const expected = expect.objectContaining({
      code: expect.stringMatching(/^option_/),
      details: expect.objectContaining({ key }),
    });
    for (const make of [expressLogger, honoLogger]) expect(() => make(options as RequestLogOptions)).toThrow(expected);
  });
});
