import { lightTrace, type TraceContext } from "./light-trace.ts";
import { areTraceIds } from "./trace-parent.ts";
import { parseTraceState } from "./trace-state.ts";

/** The parts of the OpenTelemetry API that are used. It publishes itself under a registered symbol, so no import is needed. */
interface OpenTelemetrySpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly traceState?: { serialize(): string };
}
interface OpenTelemetryApi {
  readonly context?: {
    active(): { getValue(key: symbol): { spanContext(): OpenTelemetrySpanContext } | undefined };
  };
}

const apiKey = Symbol.for("opentelemetry.js.api.1");
const spanKey = Symbol.for("OpenTelemetry Context Key SPAN");

function openTelemetryTrace(): TraceContext | undefined {
  const api = (globalThis as { readonly [apiKey]?: OpenTelemetryApi })[apiKey];
  const span = api?.context?.active().getValue(spanKey)?.spanContext();
  if (span === undefined || !areTraceIds(span.traceId, span.spanId)) return undefined;
  const { traceId, spanId, traceFlags, traceState } = span;
  return { traceId, spanId, flags: traceFlags, state: parseTraceState(traceState?.serialize() ?? "") };
}

/**
 * The trace that is running: the active OpenTelemetry span, else the light trace of the context, else undefined.
 *
 * @example activeTrace()?.traceId
 */
export function activeTrace(): TraceContext | undefined {
  return openTelemetryTrace() ?? lightTrace();
}
