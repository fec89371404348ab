import type { IncomingMessage, ServerResponse } from "node:http";
import type { LogHealth } from "./health.ts";
import { metricsContentType, renderMetrics } from "./prometheus.ts";
import type { LoggerStats } from "./stats.ts";

export { metricsContentType, renderMetrics } from "./prometheus.ts";

/** What the handlers need of a logger. */
export interface Observable {
  stats(): LoggerStats;
  health(): LogHealth;
}

/** An answer, for any framework. */
export interface HealthAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type HealthPage = "live" | "ready" | "status" | "metrics";

type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Addresses and details of errors may carry a user, a password or a token in a query. */
function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^\s/]*@/g, "//").replace(/\?[^\s"')]*/g, "");
}

function json(status: number, value: object): HealthAnswer {
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return { status, headers, body: `${JSON.stringify(value)}\n` };
}

function statusPage(stats: LoggerStats, health: LogHealth): object {
  return {
    status: health.status,
    reasons: health.reasons.map(withoutSecrets),
    service: stats.service,
    level: stats.level,
    ledger: stats.ledger,
    pressure: stats.pressure,
    sinks: stats.sinks.map(({ name, ledger, breaker, queue, retries, bytes }) => {
      return { name, status: health.sinks[name]?.status, ledger, breaker, queue, retries, bytes };
    }),
    plugins: stats.plugins.map(({ name, kind, calls, filtered, suspended }) => {
      return { name, kind, status: health.plugins[name]?.status, calls, filtered, suspended };
    }),
    ...(stats.spool === undefined ? {} : { spool: stats.spool }),
  };
}

/**
 * Answers for the four pages, without a framework. `live`: 200 as long as the process answers. `ready`: 503 while the logger is unhealthy. `status`:
 * its account as JSON. `metrics`: Prometheus text. None carries a log record, an option or a credential.
 *
 * @example answerHealth(log, "ready").status // 200
 */
export function answerHealth(log: Observable, page: HealthPage): HealthAnswer {
  if (page === "live") return json(200, { status: "live" });
  if (page === "metrics") {
    const headers = { "content-type": metricsContentType, "cache-control": "no-store" };
    return { status: 200, headers, body: renderMetrics(log.stats()) };
  }
  const health = log.health();
  if (page === "ready") return json(health.status === "unhealthy" ? 503 : 200, { status: health.status });
  return json(200, statusPage(log.stats(), health));
}

function nodeHandler(log: Observable, page: HealthPage): NodeHandler {
  return (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    const { status, headers, body } = answerHealth(log, page);
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
    response.end(request.method === "HEAD" ? undefined : body);
  };
}

/**
 * Handlers for node:http and Express.
 *
 * @example
 * const health = healthHandlers(log);
 * app.get("/livez", health.live);
 * app.get("/metrics", health.metrics);
 */
export function healthHandlers(log: Observable): Readonly<Record<HealthPage, NodeHandler>> {
  return {
    live: nodeHandler(log, "live"),
    ready: nodeHandler(log, "ready"),
    status: nodeHandler(log, "status"),
    metrics: nodeHandler(log, "metrics"),
  };
}

/** The part of Fastify's reply that is used. */
interface Reply {
  code(status: number): Reply;
  headers(headers: Record<string, string>): Reply;
  send(body: string): unknown;
}

/**
 * Handlers for Fastify's routes.
 *
 * @example fastify.get("/readyz", fastifyHealthHandlers(log).ready);
 */
export function fastifyHealthHandlers(log: Observable) {
  const handler = (page: HealthPage) => (_request: unknown, reply: Reply) => {
    const { status, headers, body } = answerHealth(log, page);
    return reply
      .code(status)
      .headers({ ...headers })
      .send(body);
  };
  return { live: handler("live"), ready: handler("ready"), status: handler("status"), metrics: handler("metrics") };
}

/**
 * Handlers for Hono, and for whatever takes a function that gives a `Response`.
 *
 * @example app.get("/readyz", fetchHealthHandlers(log).ready);
 */
export function fetchHealthHandlers(log: Observable) {
  const handler = (page: HealthPage) => (): Response => {
    const { status, headers, body } = answerHealth(log, page);
    return new Response(body, { status, headers: { ...headers } });
  };
  return { live: handler("live"), ready: handler("ready"), status: handler("status"), metrics: handler("metrics") };
}
