import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { ledgerFault } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMetricLines, type MetricLines } from "./metric-lines.ts";
import { observeRuntime } from "./runtime-metrics.ts";
import { attributesOf, type CollectingLog, collectingLog, type Json, metricOf } from "./testdata/collecting-log.ts";

let log: CollectingLog;
let exporter: MetricLines;
let provider: MeterProvider;
beforeEach(() => {
  log = collectingLog();
  exporter = createMetricLines(log);
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    exportTimeoutMillis: 1000,
  });
  provider = new MeterProvider({ readers: [reader] });
});
afterEach(async () => {
  await provider.shutdown();
  expect(ledgerFault(exporter.ledger())).toBe(undefined);
});

/** The metrics of the last collection by name. */
async function collect(): Promise<ReadonlyMap<string, Json>> {
  log.lines.metrics.length = 0;
  await provider.forceFlush();
  return new Map(log.lines.metrics.map((line) => [String(metricOf(line).name), metricOf(line)]));
}
const pointsOf = (metric: Json | undefined): readonly Json[] => {
  const data = metric?.gauge ?? metric?.sum ?? metric?.histogram;
  return data?.dataPoints ?? [];
};
const numberOf = (point: Json | undefined): number => Number(point?.asDouble ?? point?.asInt);
/** Values of a metric by one of its attributes. */
const byAttribute = (metric: Json | undefined, name: string): Record<string, number> =>
  Object.fromEntries(
    pointsOf(metric).map((point) => [String(attributesOf(point.attributes as Json)[name]), numberOf(point)]),
  );

describe("metrics", () => {
  it("become one ResourceMetrics line for each instrument", async () => {
    const meter = provider.getMeter("shop", "2.0");
    const orders = meter.createCounter("orders", { unit: "{order}" });
    orders.add(2, { country: "DE" });
    orders.add(3, { country: "FR" });
    meter.createHistogram("duration").record(0.2);
    const metrics = await collect();
    expect([...metrics.keys()]).toEqual(["orders", "duration"]);
    expect(byAttribute(metrics.get("orders"), "country")).toEqual({ DE: 2, FR: 3 });
    expect(metrics.get("orders")).toMatchObject({ unit: "{order}", sum: { isMonotonic: true } });
    expect((JSON.parse(log.lines.metrics[0] ?? "") as Json).scopeMetrics?.[0]?.scope).toEqual({
      name: "shop",
      version: "2.0",
    });
    expect(exporter.ledger()).toEqual({ accepted: 2, delivered: 2, filtered: 0, dropped: {}, pending: 0 });
  });

  it("that come after the end are counted as dropped", async () => {
    provider.getMeter("shop").createCounter("orders").add(1);
    await exporter.shutdown();
    await provider.forceFlush();
    expect(exporter.ledger().dropped).toEqual({ closed: 1 });
    expect(log.lines.metrics).toEqual([]);
  });

  it("that cannot be encoded are counted, and the others go on", async () => {
    const meter = provider.getMeter("shop");
    let isBroken = false;
    const attributes = {
      get shop() {
        if (isBroken) throw new Error("no");
        return "a";
      },
    };
    meter.createCounter("bad").add(1, attributes);
    meter.createCounter("good").add(1);
    isBroken = true;
    const metrics = await collect();
    expect(metrics.has("good")).toBe(true);
    expect(exporter.ledger()).toMatchObject({ accepted: 2, delivered: 1, dropped: { "encode-failed": 1 } });
  });
});

describe("the runtime", () => {
  /** Work that leaves a trace in every metric. */
  async function work(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 30));
    const until = performance.now() + 60;
    let kept: unknown[] = [];
    while (performance.now() < until)
      kept = [...kept.slice(-1000), ...Array.from({ length: 1000 }, () => ({ a: [1] }))];
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 60));
  }

  it("is observed under the names of the semantic conventions", async () => {
    const stop = observeRuntime(provider.getMeter("runtime"));
    const timer = setTimeout(() => {}, 60_000);
    const metrics = await vi.waitFor(async () => {
      await work();
      const collected = await collect();
      // Collections happen when the engine wants them.
      expect(collected.has("v8js.gc.duration")).toBe(true);
      return collected;
    }, 20_000);
    clearTimeout(timer);

    const known = new Set<unknown>(
      Object.entries(conventions)
        .filter(([key]) => key.startsWith("METRIC_"))
        .map(([, name]) => name),
    );
    expect([...metrics.keys()].filter((name) => !known.has(name))).toEqual([]);

    const delay = (kind: string): number => numberOf(pointsOf(metrics.get(`nodejs.eventloop.delay.${kind}`))[0]);
    expect(delay("max")).toBeGreaterThan(0.04);
    expect(delay("max")).toBeLessThan(20);
    expect(delay("min")).toBeLessThanOrEqual(delay("p50"));
    expect(delay("p50")).toBeLessThanOrEqual(delay("p99"));
    expect(delay("p99")).toBeLessThanOrEqual(delay("max"));

    const [use] = pointsOf(metrics.get("nodejs.eventloop.utilization")).map(numberOf);
    expect(use).toBeGreaterThan(0);
    expect(use).toBeLessThanOrEqual(1);
    expect(Object.keys(byAttribute(metrics.get("nodejs.eventloop.time"), "nodejs.eventloop.state"))).toEqual([
      "active",
      "idle",
    ]);

    const kinds = Object.keys(byAttribute(metrics.get("v8js.gc.duration"), "v8js.gc.type"));
    expect(kinds.filter((kind) => !["major", "minor", "incremental", "weakcb"].includes(kind))).toEqual([]);
    expect(kinds.length).toBeGreaterThan(0);

    const used = byAttribute(metrics.get("v8js.memory.heap.used"), "v8js.heap.space.name");
    expect(used.old_space).toBeGreaterThan(100_000);
    expect(Object.keys(byAttribute(metrics.get("v8js.memory.heap.space.size"), "v8js.heap.space.name"))).toContain(
      "new_space",
    );
    expect(byAttribute(metrics.get("v8js.resource.active"), "v8js.resource.type").Timeout).toBeGreaterThan(0);

    const memory = numberOf(pointsOf(metrics.get("process.memory.usage"))[0]);
    expect(memory / process.memoryUsage.rss()).toBeGreaterThan(0.3);
    const cpu = byAttribute(metrics.get("process.cpu.time"), "cpu.mode");
    expect(cpu.user).toBeGreaterThan(0.05);
    expect(cpu.user).toBeLessThan(1000);
    const share = byAttribute(metrics.get("process.cpu.utilization"), "cpu.mode");
    expect(share.user).toBeGreaterThan(0);
    expect(share.user).toBeLessThan(2);
    expect(numberOf(pointsOf(metrics.get("process.uptime"))[0])).toBeGreaterThan(0.1);
    stop();
  });

  it("tells resources that are gone as none", async () => {
    const stop = observeRuntime(provider.getMeter("runtime"));
    const active = async () =>
      byAttribute((await collect()).get("v8js.resource.active"), "v8js.resource.type").Immediate;
    const immediate = setImmediate(() => {});
    expect(await active()).toBeGreaterThan(0);
    clearImmediate(immediate);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await active()).toBe(0);
    stop();
  });

  it("is left alone after the end", async () => {
    const stop = observeRuntime(provider.getMeter("runtime"));
    const uptime = async () => numberOf(pointsOf((await collect()).get("process.uptime"))[0]);
    const last = await uptime();
    stop();
    expect([last > 0, (await uptime()) === last]).toEqual([true, true]);
  });
});
