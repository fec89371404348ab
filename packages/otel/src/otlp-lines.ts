import { JsonMetricsSerializer, JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";

const decoder = new TextDecoder();

/**
 * JSON writes half of a surrogate pair as an escape, which is no text in most databases: U+FFFD stands instead. Every escape is looked at, so
 * that a backslash that was written before the letters ud83d is not mistaken for one.
 */
function mendSurrogates(json: string): string {
  return json.includes("\\ud")
    ? json.replace(/\\(ud[89a-f][0-9a-f]{2}|.)/g, (all, kind) => (kind.length > 1 ? "\\ufffd" : all))
    : json;
}

/** Cuts the only item out of `{"<name>":[item]}`: the request around it belongs to the transport, not to the line. */
function itemOf(name: string, bytes: Uint8Array | undefined): string {
  const text = decoder.decode(bytes);
  const start = `{"${name}":[`;
  if (!text.startsWith(start) || !text.endsWith("]}")) throw new Error(`the serializer gave no ${name}`);
  return `${mendSurrogates(text.slice(start.length, -2))}\n`;
}

/**
 * Encodes one ended span as a line: an OTLP/JSON `ResourceSpans` object. One span a line, so that a ledger of lines is one of spans.
 * Throws when the serializer does.
 */
export function lineOfSpan(span: ReadableSpan): string {
  return itemOf("resourceSpans", JsonTraceSerializer.serializeRequest([span]));
}

/** The metrics of a collection one by one, each with its resource and scope: one metric a line, whatever the number of its points. */
export function splitMetrics({ resource, scopeMetrics }: ResourceMetrics): readonly ResourceMetrics[] {
  return scopeMetrics.flatMap(({ scope, metrics }) =>
    metrics.map((metric) => ({ resource, scopeMetrics: [{ scope, metrics: [metric] }] })),
  );
}

/** Encodes one metric as a line: an OTLP/JSON `ResourceMetrics` object. Throws when the serializer does. */
export function lineOfMetric(metric: ResourceMetrics): string {
  return itemOf("resourceMetrics", JsonMetricsSerializer.serializeRequest(metric));
}
