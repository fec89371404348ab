/** The parts of the OpenTelemetry API that are used; the API publishes itself under a well-known symbol, so no import is needed. */
interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
}
interface Span {
  spanContext(): SpanContext;
}
interface OpenTelemetryApi {
  readonly context?: { active(): { getValue(key: symbol): Span | undefined } };
}

const apiKey = Symbol.for("opentelemetry.js.api.1");
const spanKey = Symbol.for("OpenTelemetry Context Key SPAN");
const traceIdPattern = /^(?!0{32})[0-9a-f]{32}$/;
const spanIdPattern = /^(?!0{16})[0-9a-f]{16}$/;

function idsOf(span: Span): string {
  const { traceId, spanId } = span.spanContext();
  if (!traceIdPattern.test(traceId) || !spanIdPattern.test(spanId)) return "";
  return `,"trace_id":"${traceId}","span_id":"${spanId}"`;
}

/**
 * Makes a reader of the active OpenTelemetry span's ids. Without the OpenTelemetry API in the process, or without an active span, it gives
 * nothing. Ids are written once for each span. Never throws: a broken OpenTelemetry set-up must not cost a record.
 *
 * @example createSpanReader()() // ',"trace_id":"…","span_id":"…"'
 */
export function createSpanReader(): () => string {
  const known = new WeakMap<Span, string>();
  // The object stays the same once it is there, whatever is registered in it later; a look at the global object is the dearest part of a reading.
  let found: OpenTelemetryApi | undefined;
  let last: Span | undefined;
  let lastIds = "";

  const remember = (span: Span): string => {
    const ids = known.get(span) ?? idsOf(span);
    known.set(span, ids);
    last = span;
    lastIds = ids;
    return ids;
  };
  return () => {
    found ??= (globalThis as { readonly [apiKey]?: OpenTelemetryApi })[apiKey];
    if (found === undefined) return "";
    try {
      const span = found.context?.active().getValue(spanKey);
      if (span === undefined || span === null) return "";
      return span === last ? lastIds : remember(span);
    } catch {
      return "";
    }
  };
}
