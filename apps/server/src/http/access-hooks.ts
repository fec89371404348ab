import { TaffrailError } from "@taffrail/contracts";
import type { FastifyInstance, RouteOptions } from "fastify";
import { authorize } from "../access/authorize.ts";
import { type Action, localPrincipal, type Principal, type Resource } from "../access/scope.ts";

/** What a route does, and to what. */
interface RouteAccess {
  readonly action: Action;
  readonly resource: Resource;
}

declare module "fastify" {
  interface FastifyContextConfig {
    readonly access?: RouteAccess;
    /** Name of the route in metrics. */
    readonly operation?: string;
  }
  interface FastifyRequest {
    principal: Principal;
  }
}

function refuseUndeclared(route: RouteOptions): void {
  if (route.config?.access) return;
  throw new Error(`route ${String(route.method)} ${route.url} declares no action and resource`);
}

/**
 * Makes access part of routing: a route that does not declare its action and resource cannot be registered, and each request is checked against
 * them before its body is read. Call it before any route is registered.
 *
 * @example addAccessHooks(app)
 */
export function addAccessHooks(app: FastifyInstance): void {
  app.decorateRequest("principal");
  app.addHook("onRoute", refuseUndeclared);
  app.addHook("onRequest", async (request) => {
    // Without a login there is one principal: whoever reaches the loopback address and passed the guards.
    request.principal = localPrincipal;
    const access = request.routeOptions.config.access;
    if (access) authorize(request.principal, access.action, access.resource);
    else if (!request.is404) throw new TaffrailError("forbidden", { action: "use", resource: request.url });
  });
}
