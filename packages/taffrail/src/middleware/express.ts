import type { IncomingMessage, ServerResponse } from "node:http";
import { trackerOf, trackNodeRequest } from "./node-request.ts";
import { type RequestLogOptions, resolveRequestOptions } from "./request-options.ts";

type Next = (error?: unknown) => void;

/** What Express adds to a request once a route has matched. */
interface Routed {
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
}

function routeOf(request: IncomingMessage & Routed): string | undefined {
  const path = request.route?.path;
  return typeof path === "string" ? `${request.baseUrl ?? ""}${path}` : undefined;
}

/**
 * Middleware for Express 4 and 5: context, request id and trace around everything that is mounted after it, one record a request.
 * Mount it first. Throws `option_unknown` and `option_invalid`.
 *
 * @example
 * app.use(expressLogger({ log }));
 * app.get("/orders/:id", handler);
 * app.use(expressErrors());
 */
export function expressLogger(
  options: RequestLogOptions,
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  const resolved = resolveRequestOptions("expressLogger", options);
  return (request, response, next) => {
    const tracker = trackNodeRequest(request, response, resolved, () => routeOf(request));
    if (tracker === undefined) next();
    else tracker.run(() => next());
  };
}

/**
 * Error middleware for Express: puts the error that a route threw or passed on into the request's record, and passes it on. Mount it after the
 * routes and before error handlers of your own.
 *
 * @example app.use(expressErrors());
 */
export function expressErrors(): (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: Next,
) => void {
  // Express knows error middleware by its four parameters.
  return (error, request, _response, next) => {
    trackerOf(request)?.fail(error);
    next(error);
  };
}
