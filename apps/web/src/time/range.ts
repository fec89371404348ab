import { durationUnitsMs, parseDuration } from "@taffrail/contracts";

/** A time range as the page keeps it: relative ranges move with the clock, absolute ones stay. Times are milliseconds since 1970. */
export type TimeRange =
  | { readonly kind: "relative"; readonly since: string }
  | { readonly kind: "absolute"; readonly from: number; readonly to: number };

/** A range with both ends known, in milliseconds since 1970. `from` is included, `to` is not. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const unitWords: readonly (readonly [number, string])[] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1000, "second"],
];

/** What the time picker offers with one click. */
export const presets = ["5m", "15m", "30m", "1h", "3h", "6h", "12h", "24h", "2d", "7d", "30d"] as const;

/** Where a page without a range in its address starts. */
export const defaultRange: TimeRange = { kind: "relative", since: "15m" };

/** A span never gets shorter than this, in milliseconds, however far one zooms in. */
const shortestSpanMs = 10;

/**
 * Says a duration in words, exact where it can: `15 minutes`, `1 hour`, `90 minutes`.
 *
 * @example durationWords(3_600_000) // "1 hour"
 */
export function durationWords(ms: number): string {
  for (const [size, word] of unitWords) {
    const count = ms / size;
    if (count < 1 || !Number.isInteger(count) || (word === "day" && count === 1)) continue;
    return `${count} ${word}${count === 1 ? "" : "s"}`;
  }
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} seconds`;
}

/** Writes a duration as `parseDuration` reads it, in its largest whole unit. */
function durationText(ms: number): string {
  const unit = ["d", "h", "m", "s"].find((name) => Number.isInteger(ms / (durationUnitsMs[name] ?? 1))) ?? "ms";
  return `${ms / (durationUnitsMs[unit] ?? 1)}${unit}`;
}

/**
 * Gives a range its two ends at the moment `now` (milliseconds since 1970).
 *
 * @example resolveRange({ kind: "relative", since: "1m" }, 120_000) // { from: 60_000, to: 120_000 }
 */
export function resolveRange(range: TimeRange, now: number): Span {
  if (range.kind === "absolute") return { from: range.from, to: range.to };
  return { from: now - (parseDuration(range.since) ?? 900_000), to: now };
}

/** A text that is the same for equal ranges, and for no others. */
export function rangeKey(range: TimeRange): string {
  return range.kind === "relative" ? range.since : `${range.from}-${range.to}`;
}

/** Makes an absolute range of two moments in any order, at least a few milliseconds long. */
export function absoluteRange(one: number, other: number): TimeRange {
  const from = Math.floor(Math.min(one, other));
  return { kind: "absolute", from, to: Math.max(Math.ceil(Math.max(one, other)), from + shortestSpanMs) };
}

/** Moves a range by its own length, earlier (-1) or later (1), never past `now`. */
export function shiftRange(range: TimeRange, now: number, direction: -1 | 1): TimeRange {
  const span = resolveRange(range, now);
  const length = span.to - span.from;
  if (direction < 0) return { kind: "absolute", from: span.from - length, to: span.from };
  if (range.kind === "relative") return range;
  const to = Math.max(span.to, Math.min(span.to + length, now));
  return { kind: "absolute", from: to - length, to };
}

/** Doubles a range: a relative one keeps its end at now, an absolute one its middle, as far as that is not past `now`. */
export function zoomOut(range: TimeRange, now: number): TimeRange {
  const length = range.kind === "relative" ? parseDuration(range.since) : undefined;
  if (length !== undefined) return { kind: "relative", since: durationText(length * 2) };
  const span = resolveRange(range, now);
  const half = (span.to - span.from) / 2;
  const to = Math.max(span.to, Math.min(span.to + half, now));
  return { kind: "absolute", from: Math.floor(to - 4 * half), to: Math.ceil(to) };
}

/** The next wider relative range among the presets, or a doubled absolute one: what an empty answer suggests. */
export function widerRange(range: TimeRange, now: number): TimeRange {
  const span = resolveRange(range, now);
  const length = span.to - span.from;
  const next = presets.find((preset) => (parseDuration(preset) ?? 0) > length * 1.5);
  if (next !== undefined && now - span.to < length) return { kind: "relative", since: next };
  return zoomOut(range, now);
}
