import { expect, it } from "vitest";
import { createLatency, latencyBounds } from "./latency.ts";

it("a latency counts, sums and finds quantiles within the bounds of its buckets", () => {
  const latency = createLatency();
  expect(latency.read()).toMatchObject({ count: 0, sum: 0, p50: 0, p99: 0 });
  for (let index = 0; index < 98; index++) latency.record(0.001);
  latency.record(0.002);
  latency.record(100);
  const view = latency.read();
  expect([view.count, view.p50, view.p99]).toEqual([100, 0.001, 0.002_5]);
  expect(view.sum).toBeCloseTo(100.1, 6);
  expect(view.buckets.length).toBe(latencyBounds.length + 1);
  expect([view.buckets[latencyBounds.indexOf(0.001)], view.buckets.at(-1)]).toEqual([98, 1]);
  latency.record(100);
  latency.record(100);
  expect(latency.read().p99).toBe(Number.POSITIVE_INFINITY);
  expect(view.count).toBe(100);
});
