import type { HistogramBucket, LogView } from "@taffrail/client";
import { msOf } from "../time/format.ts";

export type LevelName = LogView["level"];

/** Levels from the bottom of a bar to its top: what matters most sits on top, where it is seen. */
export const stackOrder: readonly LevelName[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/** One level's part of a bar, in pixels from the top of the plot. */
export interface BarPart {
  readonly level: LevelName;
  readonly top: number;
  readonly height: number;
}

/** One bar, ready to be drawn. Times are milliseconds since 1970, lengths pixels. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly total: number;
  readonly counts: HistogramBucket["counts"];
  readonly left: number;
  readonly width: number;
  readonly parts: readonly BarPart[];
}

/** The size of the plot in pixels, and the span that its width stands for. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly from: number;
  readonly to: number;
}

/** Parts that count something are at least this high, so that a single error among thousands is seen. */
const partHeightMin = 1.5;

/** A bar wants about this many pixels. */
const barPixels = 10;

/** How many buckets to ask for, in coarse steps, so that a small change of the window asks nothing anew. */
export function bucketsFor(width: number): number {
  const steps = [30, 45, 60, 90, 120];
  return steps.findLast((step) => step * barPixels <= width) ?? 30;
}

export const totalOf = (counts: HistogramBucket["counts"]): number =>
  stackOrder.reduce((sum, level) => sum + (counts[level] ?? 0), 0);

/**
 * The next round number: what the top of the axis stands for.
 *
 * @example niceMax(137) // 200
 */
export function niceMax(value: number): number {
  if (value <= 1) return 1;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const factors = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
  return Math.ceil((factors.find((factor) => factor * magnitude >= value) ?? 10) * magnitude);
}

export const xOf = (ms: number, plot: Plot): number => ((ms - plot.from) / (plot.to - plot.from)) * plot.width;

/** The moment under a place of the plot, kept inside of it. */
export function momentAt(x: number, plot: Plot): number {
  const share = Math.min(1, Math.max(0, x / plot.width));
  return plot.from + share * (plot.to - plot.from);
}

function stack(counts: HistogramBucket["counts"], max: number, height: number): readonly BarPart[] {
  let top = height;
  return stackOrder.flatMap((level) => {
    const count = counts[level] ?? 0;
    if (count === 0) return [];
    const partHeight = Math.min(top, Math.max(partHeightMin, (count / max) * height));
    top -= partHeight;
    return [{ level, top, height: partHeight }];
  });
}

/** Lays out the bars of a histogram. The first and the last bar are cut where they reach beyond the plot. */
export function layoutBars(buckets: readonly HistogramBucket[], stepMs: number, plot: Plot): readonly Bar[] {
  const max = niceMax(Math.max(0, ...buckets.map((bucket) => totalOf(bucket.counts))));
  return buckets.map((bucket) => {
    const from = msOf(bucket.start);
    const to = from + stepMs;
    const left = Math.max(0, xOf(from, plot));
    const right = Math.min(plot.width, xOf(to, plot));
    const gap = right - left > 5 ? 1.5 : right - left > 2.5 ? 0.75 : 0;
    return {
      from,
      to,
      total: totalOf(bucket.counts),
      counts: bucket.counts,
      left,
      width: Math.max(0.5, right - left - gap),
      parts: stack(bucket.counts, max, plot.height),
    };
  });
}

/** The bar at a moment, or undefined outside of all. */
export function barAt(bars: readonly Bar[], ms: number): number | undefined {
  const index = bars.findIndex((bar) => ms >= bar.from && ms < bar.to);
  return index < 0 ? undefined : index;
}

/** Counts by level as words, loudest first: `3 error, 1,024 info`. */
export function countsWords(counts: HistogramBucket["counts"]): string {
  const words = [...stackOrder].reverse().flatMap((level) => {
    const count = counts[level] ?? 0;
    return count === 0 ? [] : [`${count.toLocaleString("en-US")} ${level}`];
  });
  return words.length === 0 ? "no records" : words.join(", ");
}

/** The sum of all buckets, level by level. */
export function sumCounts(buckets: readonly HistogramBucket[]): Readonly<Record<LevelName, number>> {
  const sum = { trace: 0, debug: 0, info: 0, warn: 0, error: 0, fatal: 0 };
  for (const bucket of buckets) for (const level of stackOrder) sum[level] += bucket.counts[level] ?? 0;
  return sum;
}
