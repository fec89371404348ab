import { availableParallelism } from "node:os";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { getHeapSpaceStatistics } from "node:v8";
import type { BatchObservableResult, Meter, Observable } from "@opentelemetry/api";
import { observeGarbageCollection } from "./garbage-collection.ts";

/** How often the delay of the event loop is looked at, in ms. The values include it: an idle loop shows about this much. */
const delayResolutionMs = 10;
const nanoseconds = 1e-9;
const microseconds = 1e-6;
const milliseconds = 1e-3;

type Observe = (result: BatchObservableResult) => void;
/** Some instruments that are read together, and how. */
interface Group {
  readonly instruments: readonly Observable[];
  readonly observe: Observe;
  stop?(): void;
}

/** Delay of the event loop since the last collection, in seconds. */
function eventLoopDelay(meter: Meter): Group {
  const histogram = monitorEventLoopDelay({ resolution: delayResolutionMs });
  histogram.enable();
  const kinds = {
    min: () => histogram.min,
    max: () => histogram.max,
    mean: () => histogram.mean,
    stddev: () => histogram.stddev,
    p50: () => histogram.percentile(50),
    p90: () => histogram.percentile(90),
    p99: () => histogram.percentile(99),
  };
  const gauges = Object.entries(kinds).map(([kind, read]) => {
    const gauge = meter.createObservableGauge(`nodejs.eventloop.delay.${kind}`, {
      unit: "s",
      description: `Event loop delay since the last collection, ${kind}.`,
    });
    return { gauge, read };
  });
  return {
    instruments: gauges.map(({ gauge }) => gauge),
    observe(result) {
      // Before the first sample there is nothing to tell: min would be the largest number there is.
      if (histogram.max === 0) return;
      for (const { gauge, read } of gauges) result.observe(gauge, read() * nanoseconds);
      histogram.reset();
    },
    stop: () => histogram.disable(),
  };
}

function eventLoopUse(meter: Meter): Group {
  const utilization = meter.createObservableGauge("nodejs.eventloop.utilization", {
    unit: "1",
    description: "Share of the time since the last collection in which the event loop was busy.",
  });
  const time = meter.createObservableCounter("nodejs.eventloop.time", {
    unit: "s",
    description: "Time that the event loop has been in each state.",
  });
  let last = performance.eventLoopUtilization();
  return {
    instruments: [utilization, time],
    observe(result) {
      const now = performance.eventLoopUtilization();
      result.observe(utilization, performance.eventLoopUtilization(now, last).utilization);
      result.observe(time, now.active * milliseconds, { "nodejs.eventloop.state": "active" });
      result.observe(time, now.idle * milliseconds, { "nodejs.eventloop.state": "idle" });
      last = now;
    },
  };
}

function heap(meter: Meter): Group {
  const gauge = (name: string, description: string) =>
    meter.createObservableUpDownCounter(`v8js.memory.heap.${name}`, { unit: "By", description });
  const size = gauge("space.size", "Memory set aside for a heap space.");
  const used = gauge("used", "Memory in use in a heap space.");
  const available = gauge("space.available_size", "Memory available in a heap space.");
  const physical = gauge("space.physical_size", "Memory committed for a heap space.");
  return {
    instruments: [size, used, available, physical],
    observe(result) {
      for (const space of getHeapSpaceStatistics()) {
        const name = { "v8js.heap.space.name": space.space_name };
        result.observe(size, space.space_size, name);
        result.observe(used, space.space_used_size, name);
        result.observe(available, space.space_available_size, name);
        result.observe(physical, space.physical_space_size, name);
      }
    },
  };
}

function activeResources(meter: Meter): Group {
  const active = meter.createObservableUpDownCounter("v8js.resource.active", {
    unit: "{resource}",
    description: "Timers, handles and requests that keep the event loop alive.",
  });
  // A kind that is gone must be told as 0, or its last count would stand for ever.
  const seen = new Set<string>();
  return {
    instruments: [active],
    observe(result) {
      const counts = new Map<string, number>([...seen].map((type) => [type, 0]));
      for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
      for (const [type, count] of counts) {
        seen.add(type);
        result.observe(active, count, { "v8js.resource.type": type });
      }
    },
  };
}

function processUse(meter: Meter): Group {
  const memory = meter.createObservableUpDownCounter("process.memory.usage", {
    unit: "By",
    description: "Physical memory in use (RSS).",
  });
  const time = meter.createObservableCounter("process.cpu.time", { unit: "s", description: "CPU time used." });
  const utilization = meter.createObservableGauge("process.cpu.utilization", {
    unit: "1",
    description: "CPU time since the last collection, divided by elapsed time and number of CPUs.",
  });
  const uptime = meter.createObservableGauge("process.uptime", { unit: "s", description: "Time since the start." });
  const cpus = availableParallelism();
  let last = { ...process.cpuUsage(), at: performance.now() };
  return {
    instruments: [memory, time, utilization, uptime],
    observe(result) {
      const now = { ...process.cpuUsage(), at: performance.now() };
      const elapsedMs = now.at - last.at;
      for (const mode of ["user", "system"] as const) {
        const attributes = { "cpu.mode": mode };
        result.observe(time, now[mode] * microseconds, attributes);
        if (elapsedMs > 0) result.observe(utilization, (now[mode] - last[mode]) / 1000 / elapsedMs / cpus, attributes);
      }
      result.observe(memory, process.memoryUsage.rss());
      result.observe(uptime, process.uptime());
      last = now;
    },
  };
}

/**
 * Observes the runtime: delay, time and utilisation of the event loop, garbage collections by kind, heap spaces, active resources, memory and CPU
 * of the process, under the names of OpenTelemetry's semantic conventions. Returns a function that ends it.
 *
 * @example const stop = observeRuntime(metrics.getMeter("app"));
 */
export function observeRuntime(meter: Meter): () => void {
  const groups = [eventLoopDelay, eventLoopUse, heap, activeResources, processUse].map((make) => make(meter));
  for (const { instruments, observe } of groups) meter.addBatchObservableCallback(observe, [...instruments]);
  const stopGarbageCollection = observeGarbageCollection(meter);
  return () => {
    stopGarbageCollection();
    for (const { instruments, observe, stop } of groups) {
      meter.removeBatchObservableCallback(observe, [...instruments]);
      stop?.();
    }
  };
}
