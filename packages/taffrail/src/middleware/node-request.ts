import type { IncomingMessage, ServerResponse } from "node:http";
import { bindEmitter } from "./bind-emitter.ts";
import { countBody } from "./count-body.ts";
import type { ResolvedRequestOptions } from "./request-options.ts";
import type { HeaderReader } from "./request-parts.ts";
import { type RequestTracker, trackRequest } from "./request-tracker.ts";

const trackerKey = Symbol.for("taffrail.request");

interface Tracked {
  readonly [trackerKey]?: RequestTracker;
}

const single = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return value.join(", ");
  return value === undefined ? undefined : String(value);
};

/** The tracker of a request that some middleware of ours has already begun. */
export function trackerOf(request: object): RequestTracker | undefined {
  return (request as Tracked)[trackerKey];
}

function isStatusSent(response: ServerResponse): boolean {
  return response.headersSent;
}

/**
 * Begins a request of node:http (which Express and Fastify use too): sets the header with the request's id, and writes the record when the
 * response is sent or the client is gone. A request that is tracked already is left alone: undefined.
 * `route` is asked at the end, when the framework knows it.
 */
export function trackNodeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: ResolvedRequestOptions,
  route: () => string | undefined = () => undefined,
): RequestTracker | undefined {
  if (trackerOf(request) !== undefined) return undefined;
  const header: HeaderReader = (name) => single(request.headers[name]);
  // Express shortens `url` in routers that are mounted below a path.
  const { originalUrl } = request as { readonly originalUrl?: string };
  const tracker = trackRequest(
    {
      method: request.method ?? "GET",
      target: originalUrl ?? request.url ?? "/",
      headers: request.headers,
      header,
      socketAddress: request.socket.remoteAddress,
    },
    options,
  );
  Object.defineProperty(request, trackerKey, { value: tracker });
  if (options.requestIdHeader !== false && tracker.requestId !== undefined && !response.headersSent) {
    response.setHeader(options.requestIdHeader, tracker.requestId);
  }
  const body = countBody(response);
  const end = (isAborted: boolean): void =>
    tracker.end({
      isAborted,
      route: route(),
      status: isStatusSent(response) ? response.statusCode : undefined,
      bytes: isStatusSent(response) ? body.bytes() : undefined,
      responseHeader: (name) => single(response.getHeader(name)),
    });
  response.once("finish", () => end(false));
  response.once("close", () => end(!response.writableFinished));
  bindEmitter(request, tracker);
  bindEmitter(response, tracker);
  return tracker;
}
