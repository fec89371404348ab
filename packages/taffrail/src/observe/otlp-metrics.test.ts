import { manualClock } from "@taffrail/testkit";
import { describe, expect, it, vi } from "vitest";
import { pushMetrics } from "./metrics-push.ts";
import { otlpMetrics } from "./otlp-metrics.ts";
import { stats } from "./testdata/stats.ts";

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface DataPoint {
  readonly attributes: readonly Attribute[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asInt?: string;
  readonly asDouble?: number;
  readonly count?: string;
  readonly sum?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
}
interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: {
    readonly dataPoints: readonly DataPoint[];
    readonly aggregationTemporality: number;
    readonly isMonotonic: boolean;
  };
  readonly gauge?: { readonly dataPoints: readonly DataPoint[] };
  readonly histogram?: { readonly dataPoints: readonly DataPoint[]; readonly aggregationTemporality: number };
}
interface ResourceMetrics {
  readonly resource: { readonly attributes: readonly Attribute[] };
  readonly scopeMetrics: readonly { readonly scope: { readonly name: string }; readonly metrics: readonly Metric[] }[];
}

const options = { resource: { "service.instance.id": "i-1", "process.pid": 7 }, startTime: 1000, time: 2500 };
const parsed = (line: string): ResourceMetrics => JSON.parse(line) as ResourceMetrics;
const metricsOf = (line: string): ReadonlyMap<string, Metric> =>
  new Map(parsed(line).scopeMetrics[0]?.metrics.map((metric) => [metric.name, metric]));

describe("the metrics as OTLP", () => {
  const line = otlpMetrics(stats, options);
  it("are one line, with the service and the instance in the resource only", () => {
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(parsed(line).resource.attributes).toEqual([
      { key: "service.name", value: { stringValue: "checkout" } },
      { key: "service.instance.id", value: { stringValue: "i-1" } },
      { key: "process.pid", value: { intValue: "7" } },
    ]);
    expect(line.match(/checkout/g)?.length).toBe(1);
  });

  it("have counters as cumulative, monotonic sums with times in nanoseconds", () => {
    expect(metricsOf(line).get("taffrail.records.accepted")).toEqual({
      name: "taffrail.records.accepted",
      description: "Records that the logger took in.",
      unit: "{record}",
      sum: {
        dataPoints: [{ attributes: [], startTimeUnixNano: "1000000000", timeUnixNano: "2500000000", asInt: "100" }],
        aggregationTemporality: 2,
        isMonotonic: true,
      },
    });
  });

  it("have gauges, whole and broken numbers apart", () => {
    const metrics = metricsOf(line);
    expect(metrics.get("taffrail.buffer.fill")?.gauge?.dataPoints[0]?.asDouble).toBe(0.5);
    expect(metrics.get("taffrail.sink.queue.size")?.gauge?.dataPoints[0]).toMatchObject({
      asInt: "500",
      attributes: [{ key: "sink", value: { stringValue: "http" } }],
    });
  });

  it("have histograms with one bucket more than bounds, whose counts add up", () => {
    const point = metricsOf(line).get("taffrail.sink.write.duration")?.histogram?.dataPoints[0];
    const counts = point?.bucketCounts?.map(Number) ?? [];
    expect(counts.length).toBe((point?.explicitBounds?.length ?? 0) + 1);
    expect([counts.reduce((sum, count) => sum + count, 0), point?.count, point?.sum]).toEqual([3, "3", 45.204]);
  });

  it("leave out what has no points", () => {
    expect(otlpMetrics({ ...stats, spool: undefined, plugins: [], sinks: [] }, options)).not.toMatch(
      /spool|sink|plugin/,
    );
  });
});

describe("pushMetrics", () => {
  it("sends at the interval, and once more at the end", async () => {
    const clock = manualClock(5000);
    const lines: string[] = [];
    const stop = pushMetrics({
      intervalMs: 5,
      stats: () => stats,
      emit: (line) => lines.push(line),
      clock,
      resource: {},
    });
    await vi.waitFor(() => expect(lines.length).toBeGreaterThan(1));
    clock.advance(250);
    stop();
    stop();
    const sent = lines.length;
    const last = metricsOf(lines.at(-1) ?? "").get("taffrail.records.accepted")?.sum?.dataPoints[0];
    expect(last).toMatchObject({ startTimeUnixNano: "5000000000", timeUnixNano: "5250000000" });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(lines.length).toBe(sent);
  });
});
