import { parseDuration, TaffrailError } from "@taffrail/contracts";
import type { TimeRange } from "../store/store.ts";
import type { QueryParameters } from "./parameters.ts";

/** Last millisecond that the store's nanosecond times can hold, in the year 2262. */
const timeMaxMs = 9_223_372_036_854;

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

const invalid = (reason: string): TaffrailError => new TaffrailError("time_range_invalid", { reason });

/** Reads RFC 3339, or milliseconds since 1970. `up` says which way a fraction of a millisecond is rounded. */
const readTime = (name: string, text: string, up: boolean): number => {
  const shown = text.slice(0, 40);
  if (/^\d{1,16}$/.test(text)) return checkTime(name, Number(text));
  const match = rfc3339.exec(text);
  if (match === null) {
    const hasNoZone = /^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2})?(\.\d+)?)?$/.test(text);
    throw invalid(
      `${name} "${shown}" ${hasNoZone ? "names no time zone; end it with Z or +hh:mm" : "is no RFC 3339 time"}`,
    );
  }
  const [, day = "", time = "", fraction = "", zone = "Z"] = match;
  const digits = fraction.padEnd(9, "0");
  const seconds = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(seconds) || !isRealDay(day)) throw invalid(`${name} "${shown}" is no time that exists`);
  const rest = up && Number(digits.slice(3)) > 0 ? 1 : 0;
  return checkTime(name, seconds + Number(digits.slice(0, 3)) + rest);
};

/** `Date.parse` would move February 30 into March. */
const isRealDay = (day: string): boolean => {
  const parsed = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(day);
};

const checkTime = (name: string, timeMs: number): number => {
  if (timeMs >= 0 && timeMs <= timeMaxMs) return timeMs;
  throw invalid(`${name} lies outside the years 1970 to 2262`);
};

/**
 * Reads the time range of a question: `since` (a duration back from now), or `from` with an optional `to`. The range is half-open; one that
 * ends now includes the running millisecond. Throws `time_range_required` when there is none and `time_range_invalid` with the reason.
 *
 * @example readTimeRange({ since: "15m" }, 1_000_000_000) // { fromMs: 999_100_000, toMs: 1_000_000_001 }
 */
export function readTimeRange(parameters: QueryParameters, nowMs: number): TimeRange {
  const { from, to, since } = parameters;
  if (since !== undefined) {
    if (from !== undefined || to !== undefined) throw invalid("since cannot be combined with from or to");
    const durationMs = parseDuration(since);
    if (durationMs === undefined) throw invalid(`since "${since.slice(0, 40)}" is no duration`);
    return { fromMs: Math.max(0, nowMs - durationMs), toMs: nowMs + 1 };
  }
  if (from === undefined) throw new TaffrailError("time_range_required");
  const fromMs = readTime("from", from, false);
  const toMs = to === undefined ? nowMs + 1 : readTime("to", to, true);
  if (fromMs >= toMs) throw invalid("from is not before to");
  return { fromMs, toMs };
}

/**
 * Reads the time of one record: RFC 3339 with up to nine fraction digits. Throws `invalid_parameter`.
 *
 * @example readRecordTime("1970-01-01T00:00:01.000000002Z") // "1000000002"
 */
export function readRecordTime(text: string): string {
  const match = rfc3339.exec(text);
  const [, day = "", time = "", fraction = "", zone = "Z"] = match ?? [];
  const seconds = match === null ? Number.NaN : Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(seconds) || !isRealDay(day) || seconds < 0 || seconds > timeMaxMs) {
    throw new TaffrailError("invalid_parameter", { name: "time", reason: "it is no RFC 3339 time" });
  }
  return String(BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(9, "0")));
}
