import type { IncomingMessage, ServerResponse } from "node:http";
import { trackNodeRequest } from "./node-request.ts";
import { type RequestLogOptions, resolveRequestOptions } from "./request-options.ts";
import type { RequestTracker } from "./request-tracker.ts";

type Handler<Q, S> = (request: Q, response: S) => unknown;

/** What happens to an unanswered request after this is up to the process; the record must not wait for it. */
function recordThrow(tracker: RequestTracker, response: ServerResponse, error: unknown): void {
  tracker.fail(error);
  tracker.end({ status: response.headersSent ? response.statusCode : undefined });
}

/**
 * Wraps a handler of node:http: context, request id and trace around it, one record when the response is sent. What the handler throws, now or
 * later, is recorded and goes on as before. Throws `option_unknown` and `option_invalid`.
 *
 * @example createServer(loggedHandler({ log }, (request, response) => response.end("hello"))).listen(8080);
 */
export function loggedHandler<Q extends IncomingMessage, S extends ServerResponse>(
  options: RequestLogOptions,
  handler: Handler<Q, S>,
): Handler<Q, S> {
  const resolved = resolveRequestOptions("loggedHandler", options);
  return (request, response) => {
    const tracker = trackNodeRequest(request, response, resolved);
    if (tracker === undefined) return handler(request, response);
    return tracker.run(() => {
      try {
        const result = handler(request, response);
        if (!(result instanceof Promise)) return result;
        return result.catch((error: unknown) => {
          recordThrow(tracker, response, error);
          throw error;
        });
      } catch (error) {
        recordThrow(tracker, response, error);
        throw error;
      }
    });
  };
}
