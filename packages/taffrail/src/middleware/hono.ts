import type { IncomingMessage, ServerResponse } from "node:http";
import { trackNodeRequest } from "./node-request.ts";
import { type RequestLogOptions, type ResolvedRequestOptions, resolveRequestOptions } from "./request-options.ts";
import { type RequestTracker, trackRequest } from "./request-tracker.ts";

/** The part of Hono's context that the middleware uses. */
interface HonoContextLike {
  readonly req: {
    readonly method: string;
    readonly url: string;
    readonly raw: { readonly headers: Headers };
    readonly routePath?: string;
  };
  readonly env: unknown;
  readonly error?: unknown;
  readonly res: { readonly status: number; readonly headers: Headers };
  header(name: string, value: string): void;
}
type Next = () => Promise<void>;

/** With `@hono/node-server` the objects of node:http are at hand, and with them aborted requests and the bytes that were sent. */
interface NodeBindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

const trackerKey = Symbol.for("taffrail.request");

function nodeBindings(env: unknown): NodeBindings | undefined {
  const { incoming, outgoing } = (env ?? {}) as Partial<NodeBindings>;
  return incoming?.headers && typeof outgoing?.once === "function" ? { incoming, outgoing } : undefined;
}

/** Begins a request where only the fetch API is known (Bun, Deno, workers, tests): it ends when the handler is through. */
function trackFetchRequest(c: HonoContextLike, options: ResolvedRequestOptions): RequestTracker | undefined {
  const { raw } = c.req;
  if (Object.hasOwn(raw, trackerKey)) return undefined;
  const header = (name: string): string | undefined => raw.headers.get(name) ?? undefined;
  const start = { method: c.req.method, target: c.req.url, headers: raw.headers, header, socketAddress: undefined };
  const tracker = trackRequest(start, options);
  Object.defineProperty(raw, trackerKey, { value: tracker });
  return tracker;
}

function endFetchRequest(c: HonoContextLike, tracker: RequestTracker, route: string | undefined): void {
  const length = c.res.headers.get("content-length");
  const bytes = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  const responseHeader = (name: string): string | undefined => c.res.headers.get(name) ?? undefined;
  tracker.end({ status: c.res.status, route, bytes, responseHeader });
}

/**
 * Middleware for Hono: context, request id and trace around what is mounted after it, one record a request. Mount it first.
 * Throws `option_unknown` and `option_invalid`.
 *
 * @example
 * const app = new Hono();
 * app.use(honoLogger({ log }));
 */
export function honoLogger(options: RequestLogOptions): (c: HonoContextLike, next: Next) => Promise<void> {
  const resolved = resolveRequestOptions("honoLogger", options);
  return async (c, next) => {
    const node = nodeBindings(c.env);
    let route: string | undefined;
    const tracker = node
      ? trackNodeRequest(node.incoming, node.outgoing, resolved, () => route)
      : trackFetchRequest(c, resolved);
    if (tracker === undefined) return next();
    const own = c.req.routePath;
    try {
      await tracker.run(next);
    } catch (error) {
      tracker.fail(error);
      tracker.end({ status: 500, route: c.req.routePath });
      throw error;
    }
    // Where no route matched, the last thing that ran is middleware.
    route = c.req.routePath === own ? undefined : c.req.routePath;
    if (c.error !== undefined) tracker.fail(c.error);
    if (node) return;
    if (resolved.requestIdHeader !== false && tracker.requestId !== undefined) {
      c.header(resolved.requestIdHeader, tracker.requestId);
    }
    endFetchRequest(c, tracker, route);
  };
}
