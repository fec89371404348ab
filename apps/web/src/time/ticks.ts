import type { TimeFormat } from "./format.ts";
import type { Span } from "./range.ts";

/** One mark of a time axis. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  10,
  50,
  100,
  500,
  second,
  2 * second,
  5 * second,
  10 * second,
  15 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  30 * day,
  90 * day,
  365 * day,
];

function offsetAt(ms: number, format: TimeFormat): number {
  const shown = format.wallClock(ms);
  const shownUtc = Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second);
  return shownUtc - Math.floor(ms / second) * second;
}

function labelOf(at: number, step: number, format: TimeFormat): string {
  const clock = format.wallClock(at);
  const midnight = clock.hour === 0 && clock.minute === 0 && clock.second === 0;
  if (step >= day || (midnight && step >= minute)) return format.shortDate(at);
  if (step >= minute) return format.minutes(at);
  return step >= second ? format.seconds(at) : format.millis(at);
}

/**
 * Round marks for an axis over `span`, at most `most` of them, aligned to the zone's own wall clock; midnight is labelled by its date.
 *
 * @example timeTicks({ from: 0, to: 3_600_000 }, 4, createTimeFormat("UTC")).map((tick) => tick.label) // ["Jan 1", "00:15", ...]
 */
export function timeTicks(span: Span, most: number, format: TimeFormat): readonly Tick[] {
  const length = span.to - span.from;
  if (length <= 0 || most < 1) return [];
  const step = steps.find((size) => length / size <= most) ?? Math.ceil(length / most);
  const offset = offsetAt(span.from, format);
  const ticks: Tick[] = [];
  for (let at = Math.ceil((span.from + offset) / step) * step - offset; at < span.to; at += step) {
    ticks.push({ at, label: labelOf(at, step, format) });
  }
  return ticks;
}
