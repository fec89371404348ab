import { type IdSource, systemIds } from "@taffrail/contracts";
import { currentContext } from "../context.ts";
import { formatTraceParent, type TraceParent } from "./trace-parent.ts";

/** A trace that is passed on: ids, flags, and what other tracing systems keep in `tracestate`. */
export interface TraceContext extends TraceParent {
  /** A valid `tracestate` list, or "". */
  readonly state: string;
}

/** Our own trace context, for processes without OpenTelemetry: one span id for each request or job, no spans recorded. */
export interface LightTrace extends TraceContext {
  /** `,"trace_id":"…","span_id":"…"`, ready for a line. */
  readonly text: string;
}

/** Symbols never appear in lines; registered ones work when the module is loaded twice. The context reads `text` under it. */
const traceKey = Symbol.for("taffrail.context.trace");

const sampled = 1;

/**
 * Makes the trace context of a request or job: the caller's trace when there is one, else a new one, with a span id of its own. A new trace is
 * marked as sampled, since services behind us that follow the caller's decision would otherwise record nothing.
 *
 * @example startTrace(undefined).traceId // 32 hex digits
 */
export function startTrace(parent: TraceContext | undefined, ids: IdSource = systemIds): LightTrace {
  const traceId = parent?.traceId ?? ids.hex(16);
  const spanId = ids.hex(8);
  const text = `,"trace_id":"${traceId}","span_id":"${spanId}"`;
  return { traceId, spanId, flags: parent?.flags ?? sampled, state: parent?.state ?? "", text };
}

/** Context fields that make a trace the running one, to be given to `withContext`. */
export function traceFields(trace: LightTrace): object {
  return { [traceKey]: trace };
}

/** The light trace of the running context. An active OpenTelemetry span stands above it. */
export function lightTrace(): LightTrace | undefined {
  return (currentContext() as { readonly [traceKey]?: LightTrace })[traceKey];
}

/** The headers of a trace: `traceparent`, and `tracestate` when there is one. */
export function headersOfTrace(trace: TraceContext): Record<string, string> {
  const traceparent = formatTraceParent(trace);
  return trace.state === "" ? { traceparent } : { traceparent, tracestate: trace.state };
}
