import type { IncomingMessage, ServerResponse } from "node:http";
import { trackerOf, trackNodeRequest } from "./node-request.ts";
import { type RequestLogOptions, resolveRequestOptions } from "./request-options.ts";

interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly routeOptions?: { readonly url?: string | undefined };
}
interface FastifyReplyLike {
  readonly raw: ServerResponse;
}
type Done = () => void;

/** The part of Fastify that the plugin uses. */
interface FastifyLike {
  addHook(
    name: "onRequest" | "preValidation",
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: Done) => void,
  ): unknown;
  addHook(
    name: "onError",
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, error: unknown, done: Done) => void,
  ): unknown;
}

/**
 * Plugin for Fastify: context, request id and trace around hooks and handlers, one record a request. It reaches all routes, also those of other
 * plugins. Throws `option_unknown` and `option_invalid`.
 *
 * @example await app.register(fastifyLogger({ log }));
 */
export function fastifyLogger(options: RequestLogOptions): (app: FastifyLike, unused: unknown, done: Done) => void {
  const resolved = resolveRequestOptions("fastifyLogger", options);
  const plugin = (app: FastifyLike, _unused: unknown, done: Done): void => {
    app.addHook("onRequest", (request, reply, next) => {
      const tracker = trackNodeRequest(request.raw, reply.raw, resolved, () => request.routeOptions?.url);
      if (tracker === undefined) next();
      else tracker.run(next);
    });
    // Between the two hooks Fastify reads the body, from events of the connection.
    app.addHook("preValidation", (request, _reply, next) => {
      const tracker = trackerOf(request.raw);
      if (tracker === undefined) next();
      else tracker.run(next);
    });
    app.addHook("onError", (request, _reply, error, next) => {
      trackerOf(request.raw)?.fail(error);
      next();
    });
    done();
  };
  // Fastify's own marks: hooks reach beyond the plugin, and the plugin has a name in its messages.
  return Object.assign(plugin, {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: "taffrail",
  });
}
