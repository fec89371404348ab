/** The part of OpenTelemetry's context that is used; see active-trace.ts for how it is found. */
interface OpenTelemetryContext {
  setValue(key: symbol, value: unknown): OpenTelemetryContext;
}
interface OpenTelemetryApi {
  readonly context?: {
    active(): OpenTelemetryContext;
    with<T>(context: OpenTelemetryContext, fn: () => T): T;
  };
}

const apiKey = Symbol.for("opentelemetry.js.api.1");
const suppressKey = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/**
 * Runs `fn` so that instrumentation makes no spans of what it does. For deliveries: with instrumented HTTP every delivery of a span would be a
 * span of its own, and so on without end.
 *
 * @example await withoutTracing(() => sink.write(batch, signal));
 */
export function withoutTracing<T>(fn: () => T): T {
  const context = (globalThis as { readonly [apiKey]?: OpenTelemetryApi })[apiKey]?.context;
  if (context === undefined) return fn();
  return context.with(context.active().setValue(suppressKey, true), fn);
}
