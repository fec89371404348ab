import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createLogger, type Logger, type LogLedger } from "taffrail";
import { inTrace } from "./trace.ts";

/** What a handler answers. */
export interface Reply {
  readonly status: number;
  readonly body: object;
}

export interface ServiceOptions {
  readonly name: string;
  /** Address of the Taffrail server. */
  readonly taffrail: string;
  /** Print lines on the console too. */
  readonly console: boolean;
  /** 0 takes a free port. */
  readonly port: number;
}

/** A running service. */
export interface Service {
  readonly url: string;
  /** Stops taking requests, then drains the log. */
  close(): Promise<LogLedger>;
}

export type Handler = (body: Readonly<Record<string, unknown>>, log: Logger) => Promise<Reply>;

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > 100_000) throw new Error("the body is too large");
  }
  return JSON.parse(text === "" ? "{}" : text) as Readonly<Record<string, unknown>>;
}

async function answer(request: IncomingMessage, response: ServerResponse, log: Logger, handler: Handler) {
  const started = performance.now();
  let reply: Reply;
  try {
    reply = await handler(await readJson(request), log);
  } catch (error) {
    log.error("request failed", error instanceof Error ? error : new Error(String(error)));
    reply = { status: 500, body: { error: "internal error" } };
  }
  response.writeHead(reply.status, { "content-type": "application/json" }).end(JSON.stringify(reply.body));
  const fields = { "http.response.status_code": reply.status, duration_ms: Math.round(performance.now() - started) };
  if (reply.status >= 500) log.warn("request answered with an error", fields);
  else log.info("request answered", fields);
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/**
 * Starts a JSON service whose requests each run inside a trace.
 *
 * @example const payments = await startService({ name: "payments", taffrail, console: true, port: 0 }, { "/payments": pay });
 */
export async function startService(
  options: ServiceOptions,
  routes: Readonly<Record<string, Handler>>,
): Promise<Service> {
  const { name, taffrail } = options;
  const log = createLogger({ service: name, server: taffrail, ...(options.console ? {} : { sinks: [] }) });
  const server = createServer((request, response) => {
    const { method = "GET", url = "/", headers } = request;
    const fields = { "http.request.method": method, "http.route": url };
    const handler = routes[url];
    if (handler === undefined) response.writeHead(404).end();
    else void inTrace(headers.traceparent as string | undefined, fields, () => answer(request, response, log, handler));
  });
  const url = await listen(server, options.port);
  log.info("service started", { url });
  return {
    url,
    async close() {
      await new Promise((resolve) => server.close(resolve));
      log.info("service stopped");
      return log.close();
    },
  };
}
