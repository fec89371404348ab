import { type Level, levels } from "@taffrail/contracts";
import type { Scope } from "../access/scope.ts";
import { type Ask, costOf } from "./ask.ts";
import { whereOf } from "./log-conditions.ts";
import type { Cost, HistogramAnswer, LogStore, Question, TimeRange } from "./store.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Widths of a bar that a person reads easily. Milliseconds. */
const steps: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 28].map((count) => count * day),
];

/**
 * The narrowest easy width with which the range needs no more than that many bars (bars start at multiples of it, so one more may be cut).
 *
 * @example histogramStepMs({ fromMs: 0, toMs: 3_600_000 }, 60) // 60_000
 */
function histogramStepMs(range: TimeRange, buckets: number): number {
  const widthMs = Math.max(1, range.toMs - range.fromMs);
  return steps.find((step) => Math.ceil(widthMs / step) <= buckets) ?? Math.ceil(widthMs / buckets / day) * day;
}

/** Index of the record's level in `levels`, by the rule of `levelOfSeverity`. */
export const levelIndex = `if(SeverityNumber BETWEEN 1 AND 24, intDiv(SeverityNumber - 1, 4), ${String(levels.indexOf("info"))})`;

/**
 * How many records there are.
 *
 * @example (await countLogs(ask, scope, { filter: undefined, range })).count
 */
export async function countLogs(
  ask: Ask,
  scope: Scope,
  question: Question,
): Promise<Cost & { readonly count: number }> {
  const sql = `SELECT count() AS count FROM taffrail.otel_logs WHERE ${whereOf(scope, question)}`;
  const answer = await ask(sql, question.signal);
  return { ...costOf(sql, [answer]), count: Number(answer.rows[0]?.count) };
}

type Bar = HistogramAnswer["buckets"][number];

function emptyBars(
  range: TimeRange,
  stepMs: number,
): Map<number, { startMs: number; counts: Partial<Record<Level, number>> }> {
  const bars = new Map<number, { startMs: number; counts: Partial<Record<Level, number>> }>();
  for (let index = Math.floor(range.fromMs / stepMs); index * stepMs < range.toMs; index += 1) {
    bars.set(index, { startMs: index * stepMs, counts: {} });
  }
  return bars;
}

/**
 * Counts by level over time; every bar of the range is there, empty ones too.
 *
 * @example await logHistogram(ask, scope, { filter: undefined, range, buckets: 60 })
 */
export async function logHistogram(
  ask: Ask,
  scope: Scope,
  question: Parameters<LogStore["histogram"]>[1],
): Promise<HistogramAnswer> {
  const stepMs = histogramStepMs(question.range, question.buckets);
  const bar = `intDiv(toUnixTimestamp64Milli(Timestamp), ${String(stepMs)})`;
  const sql = `SELECT ${bar} AS bar, ${levelIndex} AS level, count() AS count FROM taffrail.otel_logs WHERE ${whereOf(scope, question)} GROUP BY bar, level`;
  const answer = await ask(sql, question.signal);
  const bars = emptyBars(question.range, stepMs);
  let total = 0;
  for (const row of answer.rows) {
    const level = levels[Number(row.level)];
    const counted = bars.get(Number(row.bar));
    if (level === undefined || counted === undefined) continue;
    counted.counts[level] = Number(row.count);
    total += Number(row.count);
  }
  const buckets: readonly Bar[] = [...bars.values()];
  return { ...costOf(sql, [answer]), stepMs, buckets, total };
}
