import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import { scopeOf } from "../access/authorize.ts";
import { type Call, type Handlers, sent } from "./handler.ts";
import type { RouteDefinition } from "./route.ts";
import { type OperationId, routes } from "./routes/table.ts";

type AnyHandler = (call: Call<RouteDefinition>) => unknown;

/** OpenAPI writes `{id}`, the router `:id`. */
const routerPath = (path: string): string => path.replace(/\{(\w+)\}/g, ":$1");

/** Aborts when the connection closes before the answer was complete. */
function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort(new Error("the client went away"));
  });
  return controller.signal;
}

function callOf(request: FastifyRequest, reply: FastifyReply): Call<RouteDefinition> {
  return {
    principal: request.principal,
    scope: scopeOf(request.principal),
    params: request.params as never,
    query: request.query as never,
    body: request.body as never,
    signal: signalOf(reply),
    request,
    reply,
  };
}

function optionsOf(route: RouteDefinition, path: string, handler: AnyHandler): RouteOptions {
  const noQuery = { type: "object", properties: {}, additionalProperties: false };
  return {
    method: route.method === "GET" && route.media !== "text/event-stream" ? ["GET", "HEAD"] : route.method,
    url: routerPath(path),
    config: { access: { action: route.action, resource: route.resource }, operation: route.operationId },
    schema: {
      querystring: route.querystring ?? noQuery,
      ...(route.params ? { params: route.params } : {}),
      ...(route.body ? { body: route.body } : {}),
    },
    handler: async (request, reply) => {
      const answer = await handler(callOf(request, reply));
      if (answer === sent) return reply;
      reply.header("cache-control", "no-store");
      return reply.send(answer);
    },
  };
}

/** Bodies that are not JSON reach their handler as the raw stream, unread and still compressed. */
function registerRaw(app: FastifyInstance, register: (scope: FastifyInstance) => void): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, parsed) => parsed(null, payload));
    register(scope);
    done();
  });
}

/**
 * Registers every route of the table with its handler, its access and its schemas.
 *
 * @example registerRoutes(app, handlers)
 */
export function registerRoutes(app: FastifyInstance, handlers: Handlers): void {
  for (const [id, route] of Object.entries<RouteDefinition>(routes)) {
    const handler = handlers[id as OperationId] as AnyHandler;
    const register = (scope: FastifyInstance): void => {
      for (const path of [route.path, ...(route.aliases ?? [])]) scope.route(optionsOf(route, path, handler));
    };
    if (route.rawBody) registerRaw(app, register);
    else register(app);
  }
}
