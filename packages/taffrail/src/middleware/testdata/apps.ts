import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { stream } from "hono/streaming";
import type { Logger } from "../../logger.ts";
import { expressErrors, expressLogger, fastifyLogger, honoLogger, loggedHandler, type RequestLogOptions } from "../index.ts";

/** Express 4 has no types beside those of 5; what is used of it here is the same. */
const require = createRequire(import.meta.url);
const express4 = require("express4") as typeof express;

/** An app that runs. All apps have the same routes. */
export interface App {
  readonly url: string;
  stop(): Promise<void>;
}
export type AppOptions = RequestLogOptions & { readonly log: Logger };
export type StartApp = (options: AppOptions) => Promise<App>;

async function listen(server: Server): Promise<App> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));
const chunks = ["chunk ä ", "chunk 2"];

/** What a server of its own does; without routes, and with listeners on the request. */
const startNode: StartApp = (options) => {
  const { log } = options;
  const handler = loggedHandler(options, async (request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (path.startsWith("/orders/")) {
      await pause();
      log.info("inside");
      response.setHeader("x-answer", "42");
      response.end(JSON.stringify({ id: path.slice(8) }));
    } else if (path === "/echo") {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
        log.info("inside");
      });
      request.on("end", () => response.end(body));
    } else if (path === "/stream") {
      for (const chunk of chunks) response.write(chunk);
      response.end();
    } else if (path === "/empty") response.writeHead(204).end();
    else if (path === "/boom") {
      // An answer before the throw: an unhandled rejection would end the test's process.
      response.statusCode = 500;
      response.end("sorry");
    } else if (path === "/slow") response.write("begun");
    else if (path === "/healthz") response.end("ok");
    else response.writeHead(404).end("nothing here");
  });
  return listen(createServer(handler));
};

const startExpress =
  (make: typeof express): StartApp =>
  (options) => {
    const { log } = options;
    const app = make();
    app.use(expressLogger(options));
    app.use(expressLogger(options));
    const orders = make.Router();
    orders.get("/:id", async (request, response) => {
      await pause();
      log.info("inside");
      response.set("x-answer", "42").json({ id: request.params.id });
    });
    app.use("/orders", orders);
    app.post("/echo", make.text({ type: "*/*" }), (request, response) => {
      log.info("inside");
      response.end(request.body);
    });
    app.get("/stream", (_request, response) => {
      for (const chunk of chunks) response.write(chunk);
      response.end();
    });
    app.get("/empty", (_request, response) => {
      response.status(204).end();
    });
    app.get("/boom", () => {
      throw new Error("boom");
    });
    app.get("/slow", (_request, response) => {
      response.write("begun");
    });
    app.get("/healthz", (_request, response) => {
      response.end("ok");
    });
    app.use(expressErrors());
    app.use((_error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      response.status(500).end("sorry");
    });
    return listen(createServer(app));
  };

const startFastify: StartApp = async (options) => {
  const { log } = options;
  const app = fastify();
  await app.register(fastifyLogger(options));
  await app.register(fastifyLogger(options));
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.get("/orders/:id", async (request, reply) => {
    await pause();
    log.info("inside");
    reply.header("x-answer", "42");
    return { id: (request.params as { id: string }).id };
  });
  app.post("/echo", async (request) => {
    log.info("inside");
    return request.body;
  });
  app.get("/stream", (_request, reply) => {
    reply.hijack();
    for (const chunk of chunks) reply.raw.write(chunk);
    reply.raw.end();
  });
  app.get("/empty", (_request, reply) => {
    reply.code(204).send();
  });
  app.get("/boom", async () => {
    throw new Error("boom");
  });
  app.get("/slow", (_request, reply) => {
    reply.hijack();
    reply.raw.write("begun");
  });
  app.get("/healthz", async () => "ok");
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    url,
    stop: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
};

/** The Hono app; with node:http below it, or on its own. */
export function honoApp(options: AppOptions): Hono {
  const { log } = options;
  const app = new Hono();
  app.use(honoLogger(options));
  app.use(honoLogger(options));
  app.get("/orders/:id", async (c) => {
    await pause();
    log.info("inside");
    c.header("x-answer", "42");
    return c.json({ id: c.req.param("id") });
  });
  app.post("/echo", async (c) => {
    const body = await c.req.text();
    log.info("inside");
    return c.body(body);
  });
  app.get("/stream", (c) =>
    stream(c, async (out) => {
      for (const chunk of chunks) await out.write(chunk);
    }),
  );
  app.get("/empty", (c) => c.body(null, 204));
  app.get("/boom", () => {
    throw new Error("boom");
  });
  app.get("/slow", (c) =>
    stream(c, async (out) => {
      await out.write("begun");
      await new Promise<void>((resolve) => out.onAbort(resolve));
    }),
  );
  app.get("/healthz", (c) => c.text("ok"));
  app.onError((_error, c) => c.text("sorry", 500));
  return app;
}

const startHono: StartApp = (options) => {
  const app = honoApp(options);
  return listen(createServer(getRequestListener(app.fetch)));
};

export const apps: readonly (readonly [name: string, start: StartApp, hasRoutes: boolean])[] = [
  ["node:http", startNode, false],
  ["Express 5", startExpress(express), true],
  ["Express 4", startExpress(express4), true],
  ["Fastify", startFastify, true],
  ["Hono on node:http", startHono, true],
];
