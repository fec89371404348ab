import { type Family, type Labels, metricFamilies, type Point } from "./families.ts";
import { latencyBounds } from "./latency.ts";
import type { LoggerStats } from "./stats.ts";

export interface OtlpMetricsOptions {
  /** Attributes of the resource: `service.name`, `service.instance.id` and so on. */
  readonly resource: Readonly<Record<string, string | number | boolean>>;
  /** When the counters began and when they were read, in ms since 1970. */
  readonly startTime: number;
  readonly time: number;
}

const cumulative = 2;

/** Milliseconds as nanoseconds, in the text form that OTLP/JSON has for 64 bits. */
const nanos = (milliseconds: number): string => `${Math.trunc(milliseconds)}000000`;

function attributeValue(value: string | number | boolean): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function attributes(values: Readonly<Record<string, string | number | boolean>>): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: attributeValue(value) }));
}

/** The service stands in the resource already. */
function pointLabels({ service: _, ...labels }: Labels): object[] {
  return attributes(labels);
}

function dataPoint({ labels, value }: Point, { startTime, time }: OtlpMetricsOptions): object {
  const common = { attributes: pointLabels(labels), startTimeUnixNano: nanos(startTime), timeUnixNano: nanos(time) };
  if (typeof value === "number") {
    return { ...common, ...(Number.isInteger(value) ? { asInt: String(value) } : { asDouble: value }) };
  }
  const bucketCounts = value.buckets.map(String);
  return { ...common, count: String(value.count), sum: value.sum, bucketCounts, explicitBounds: latencyBounds };
}

function metric(family: Family, options: OtlpMetricsOptions): object {
  const { name, kind, unit, help, points } = family;
  const dataPoints = points.map((point) => dataPoint(point, options));
  const head = { name, description: help, unit };
  if (kind === "counter") {
    return { ...head, sum: { dataPoints, aggregationTemporality: cumulative, isMonotonic: true } };
  }
  if (kind === "histogram") return { ...head, histogram: { dataPoints, aggregationTemporality: cumulative } };
  return { ...head, gauge: { dataPoints } };
}

/**
 * The metrics of a logger as one line: an OTLP/JSON `ResourceMetrics` object, for `log.emit("metrics", line)`.
 *
 * @example otlpMetrics(log.stats(), { resource: { "service.name": "checkout" }, startTime, time: Date.now() })
 */
export function otlpMetrics(stats: LoggerStats, options: OtlpMetricsOptions): string {
  const families = metricFamilies([stats]).filter(({ points }) => points.length > 0);
  const metrics = families.map((family) => metric(family, options));
  const resource = { attributes: attributes({ "service.name": stats.service, ...options.resource }) };
  return `${JSON.stringify({ resource, scopeMetrics: [{ scope: { name: "taffrail" }, metrics }] })}\n`;
}
