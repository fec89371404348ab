import { randomBytes } from "node:crypto";
import { currentContext, withContext } from "taffrail";

const pattern = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/**
 * Runs a request inside its trace: the caller's, named by the W3C `traceparent` header, or a new one. Every line logged inside carries the ids.
 *
 * @example await inTrace(request.headers.traceparent, { "http.route": "/checkout" }, () => handle(request));
 */
export function inTrace<T>(traceparent: string | undefined, fields: object, work: () => T): T {
  const [, traceId, parentId] = pattern.exec(traceparent ?? "") ?? [];
  const ids = {
    trace_id: traceId ?? randomBytes(16).toString("hex"),
    span_id: randomBytes(8).toString("hex"),
    ...(parentId === undefined ? {} : { parent_span_id: parentId }),
  };
  return withContext({ ...ids, ...fields }, work);
}

/** The `traceparent` header for a call to another service, from the running request. */
export function traceparent(): string {
  const { trace_id, span_id } = currentContext();
  return `00-${String(trace_id)}-${String(span_id)}-01`;
}
