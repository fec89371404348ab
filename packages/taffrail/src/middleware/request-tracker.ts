import type { Level } from "@taffrail/contracts";
import { withContext } from "../context.ts";
import { bindContext } from "../propagation/bind-context.ts";
import type { Carrier } from "../propagation/carrier.ts";
import { createLife, lifeFields } from "../propagation/context-end.ts";
import { fieldsOfIncoming, readContext } from "../propagation/incoming.ts";
import type { ResolvedRequestOptions } from "./request-options.ts";
import {
  clientAddressOf,
  type HeaderReader,
  headerFields,
  isRequestId,
  isSkipped,
  pathOf,
  queryOf,
} from "./request-parts.ts";

/** A request as it came in, whatever the framework. */
export interface RequestStart {
  readonly method: string;
  /** Path and query, or a whole URL, as the client sent it. */
  readonly target: string;
  readonly headers: Carrier;
  readonly header: HeaderReader;
  readonly socketAddress: string | undefined;
}

/** How a request ended. What is not known is left out of the record. */
export interface RequestEnd {
  /** Status code, when one was sent. */
  readonly status?: number | undefined;
  /** Bytes of the response's body. */
  readonly bytes?: number | undefined;
  /** The route's pattern, such as `/orders/:id`. */
  readonly route?: string | undefined;
  /** The client went away first. */
  readonly isAborted?: boolean;
  readonly responseHeader?: HeaderReader;
}

/** One request on its way: its context, and its one record at the end. */
export interface RequestTracker {
  readonly requestId: string | undefined;
  /** Runs a function inside the request's context, now or later. */
  run<T>(fn: () => T): T;
  /** Keeps an error for the record; of several the first. */
  fail(error: unknown): void;
  /** Writes the record; only the first call counts. Never throws. */
  end(end: RequestEnd): void;
}

function requestIdOf(start: RequestStart, options: ResolvedRequestOptions): string | undefined {
  const { requestIdHeader, trustClient, ids } = options;
  if (requestIdHeader === false) return undefined;
  const sent = trustClient ? start.header(requestIdHeader) : undefined;
  return isRequestId(sent) ? sent : ids.hex(16);
}

function levelOf(end: RequestEnd, hasFailed: boolean, { levels }: ResolvedRequestOptions): Level {
  const { status = 0, isAborted = false } = end;
  // An error that a handler turned into a 4xx is the client's; only one without an answer, or with a 5xx, is ours.
  if (status >= 500 || (hasFailed && status < 400)) return levels.serverError;
  if (isAborted) return levels.aborted;
  return status >= 400 ? levels.clientError : levels.ok;
}

function startFields(start: RequestStart, path: string, options: ResolvedRequestOptions): object {
  const query = queryOf(start.target, options.query);
  const address = options.clientAddress
    ? clientAddressOf(start.socketAddress, start.header("x-forwarded-for"), options.trustedProxies)
    : undefined;
  return {
    "http.request.method": start.method,
    "url.path": path,
    ...(query === undefined ? {} : { "url.query": query }),
    ...(address === undefined ? {} : { "client.address": address }),
    ...headerFields("http.request.header", options.requestHeaders, start.header),
  };
}

function endFields(end: RequestEnd, durationMs: number, { responseHeaders }: ResolvedRequestOptions): object {
  return {
    ...(end.route === undefined ? {} : { "http.route": end.route }),
    ...(end.status === undefined ? {} : { "http.response.status_code": end.status }),
    ...(end.bytes === undefined ? {} : { "http.response.body.size": end.bytes }),
    // Microseconds are as fine as a request's time is true.
    duration_ms: Math.round(durationMs * 1000) / 1000,
    ...(end.isAborted ? { aborted: true } : {}),
    ...(end.responseHeader ? headerFields("http.response.header", responseHeaders, end.responseHeader) : {}),
  };
}

/**
 * Begins a request: reads its id and trace, and makes the context that its lines carry.
 *
 * @example
 * const tracker = trackRequest(start, options);
 * tracker.run(() => handle(request));
 * tracker.end({ status: 200 });
 */
export function trackRequest(start: RequestStart, options: ResolvedRequestOptions): RequestTracker {
  const { log, clock, ids, trustClient } = options;
  const startedAt = clock.monotonic();
  const path = pathOf(start.target);
  const requestId = requestIdOf(start, options);
  const life = createLife();
  const incoming = readContext(trustClient ? start.headers : {}, options.fields);
  const named = requestId === undefined ? {} : { requestId };
  const fields = { ...fieldsOfIncoming(incoming, ids), ...lifeFields(life), ...named };
  // One context object for the whole request: whoever keys state by it finds the same one in every callback.
  const run = withContext(fields, () => bindContext((fn: () => unknown) => fn())) as <T>(fn: () => T) => T;
  let failure: { readonly error: unknown } | undefined;
  let isOver = false;
  const write = (end: RequestEnd): void => {
    const message = end.isAborted ? "request aborted" : "request completed";
    log.log(levelOf(end, failure !== undefined, options), message, {
      ...startFields(start, path, options),
      ...endFields(end, clock.monotonic() - startedAt, options),
      ...(failure === undefined ? {} : { err: failure.error }),
    });
  };
  return {
    requestId,
    run,
    fail(error) {
      failure ??= { error };
    },
    end(end) {
      if (isOver) return;
      isOver = true;
      try {
        if (!isSkipped(path, options.skip) || failure !== undefined) run(() => write(end));
      } catch {
        // Our loggers never throw; a foreign one that does must not cost the response.
      }
      life.end();
    },
  };
}
