import { type EncodedRecord, ledgerFault, type Level, type Sink, systemClock, type WriteResult } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { expect } from "vitest";
import { healthOf, type LogHealth } from "../../observe/health.ts";
import { defaultRetry } from "../backoff.ts";
import { Pipeline, type PipelineOptions } from "../pipeline.ts";
import type { SinkRoute } from "../routes.ts";
import { thresholdRank } from "../ranks.ts";

const settings: Omit<PipelineOptions, "routes"> = {
  bufferBytes: 1024 * 1024,
  overflow: "drop-new",
  retry: { ...defaultRetry, minDelayMs: 1, maxDelayMs: 4 },
  writeTimeoutMs: 1000,
  clock: systemClock,
  random: Math.random,
  onProblem: () => {},
};

export const open = (routes: readonly SinkRoute[], other: Partial<PipelineOptions> = {}): Pipeline =>
  new Pipeline({ ...settings, ...other, routes });

/** A sink whose writes end when the test says so; after that at once. */
export function gate(
  results: readonly WriteResult[] = [],
): Sink & { open(): void; readonly seen: EncodedRecord[][]; readonly lines: readonly string[] } {
  const seen: EncodedRecord[][] = [];
  let opened = (): void => {};
  const promise = new Promise<void>((resolve) => {
    opened = resolve;
  });
  let calls = 0;
  return {
    manifest: recorder().manifest,
    async close() {},
    seen,
    get lines() {
      return seen.flat().map((record) => record.line);
    },
    open: () => opened(),
    async write(batch) {
      seen.push([...batch.records()]);
      await promise;
      return results[calls++] ?? { outcome: "ok" };
    },
  };
}

/** Health of the sinks, as the logger says it. */
export const healthOfSinks = (pipeline: Pipeline): LogHealth =>
  healthOf({ sinks: pipeline.stats().sinks, plugins: [] });

export function push(pipeline: Pipeline, line: string, level: Level | "audit"): void {
  const rank = level === "audit" ? 6 : thresholdRank(level);
  pipeline.push(line, rank, pipeline.routesOf(rank));
}

export function pushMany(pipeline: Pipeline, count: number, level: Level | "audit" = "info", from = 0): void {
  for (let index = from; index < from + count; index++) push(pipeline, `{"n":${index},"level":"${level}"}\n`, level);
}

export const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits for something that will come, on a slow machine later. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isSo() && performance.now() < end) await pause(2);
  expect(isSo()).toBe(true);
}

/** Every ledger of a pipeline balances. */
export function expectBalance(pipeline: Pipeline): void {
  const { sinks, signals, ...overall } = pipeline.ledger();
  const others = Object.values(signals ?? {}).flatMap(({ sinks: own, ...whole }) => [whole, ...Object.values(own)]);
  for (const ledger of [overall, ...Object.values(sinks), ...others]) expect(ledgerFault(ledger)).toBe(undefined);
}
