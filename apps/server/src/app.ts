import { type IdSource, limits, type TaffrailError } from "@taffrail/contracts";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { Handlers } from "./api/handler.ts";
import { registerRoutes } from "./api/register-routes.ts";
import type { RouteDefinition } from "./api/route.ts";
import { routes } from "./api/routes/table.ts";
import { compileValidator } from "./api/validate.ts";
import { addAccessHooks } from "./http/access-hooks.ts";
import { sendError, toTaffrailError } from "./http/error-answer.ts";
import { type KnownRoute, notFoundFault } from "./http/not-found.ts";
import type { Assets } from "./page/assets.ts";
import { registerPage } from "./page/page.ts";

export interface AppDeps {
  readonly handlers: Handlers;
  readonly assets: Assets;
  readonly ids: IdSource;
  /** Called with errors that are the server's own fault (5xx that nobody foresaw); the edge logs them once. */
  readonly onFailure: (fault: TaffrailError, operation: string) => void;
  /** Called once an answer is out. Seconds. */
  readonly onAnswer: (operation: string, status: number, seconds: number) => void;
}

const knownRoutes: readonly KnownRoute[] = [
  { method: "GET", path: "/" },
  ...Object.values<RouteDefinition>(routes).flatMap((route) =>
    [route.path, ...(route.aliases ?? [])].map((path) => ({ method: route.method, path })),
  ),
];

const operationOf = (request: FastifyRequest): string => request.routeOptions.config?.operation ?? "unmatched";

function answerErrors(app: FastifyInstance, deps: AppDeps): void {
  app.setErrorHandler((error, request, reply) => {
    const fault = toTaffrailError(error, deps.ids, request.headers["content-type"]);
    if (fault.code === "internal") deps.onFailure(fault, operationOf(request));
    return sendError(reply, fault);
  });
  app.setNotFoundHandler((request, reply) => {
    const fault = notFoundFault(knownRoutes, request.method, request.url);
    if (fault.code === "method_not_allowed") reply.header("allow", String(fault.details.allowed));
    return sendError(reply, fault);
  });
}

/**
 * Puts the application together: routes, access, validation, errors, page. It opens no port; its `routing` is the listener to put behind the front.
 *
 * @example const app = await createApp(deps); createServer(createFront(app.routing).listener)
 */
export async function createApp(deps: AppDeps): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    // JSON bodies carry settings and orders, never records.
    bodyLimit: limits.jsonBody.value,
    requestIdHeader: false,
    // The listeners close first; what still runs then is finished.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (error, _request, reply) => {
      sendError(reply, toTaffrailError(error, deps.ids));
    },
  });
  app.setValidatorCompiler(compileValidator);
  app.removeContentTypeParser("text/plain");
  addAccessHooks(app);
  app.addHook("onResponse", async (request, reply) => {
    deps.onAnswer(operationOf(request), reply.statusCode, reply.elapsedTime / 1000);
  });
  answerErrors(app, deps);
  registerRoutes(app, deps.handlers);
  registerPage(app, deps.assets);
  await app.ready();
  return app;
}
