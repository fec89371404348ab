import { parseDuration } from "@taffrail/contracts";
import type { TimeFormat } from "./format.ts";

interface Reading {
  readonly format: TimeFormat;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The moment at which a wall clock in the format's zone shows `utc`'s digits; two rounds settle changes of summer time. */
function fromWallClock(utc: number, format: TimeFormat): number {
  const millis = utc % 1000;
  const wanted = utc - millis;
  let guess = wanted;
  for (let round = 0; round < 2; round++) {
    const shown = format.wallClock(guess);
    guess += wanted - Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second);
  }
  return guess + millis;
}

function parseRelative(text: string, now: number): number | undefined {
  if (text === "now" || text === "") return now;
  const ago = /^(?:now)?\s*-\s*(.+)$/.exec(text);
  const duration = ago?.[1] === undefined ? undefined : parseDuration(ago[1]);
  return duration === undefined ? undefined : now - duration;
}

function parseWallClock(text: string, reading: Reading): number | undefined {
  const found = /^(?:(\d{4})-(\d{1,2})-(\d{1,2}))?[ T]?(?:(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?$/.exec(
    text,
  );
  if (found === null || text === "") return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0"] = found;
  const today = reading.format.wallClock(reading.now);
  const monthNumber = Number(month ?? today.month);
  const dayNumber = Number(day ?? today.day);
  if (monthNumber < 1 || monthNumber > 12 || dayNumber < 1 || dayNumber > 31) return undefined;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  const yearNumber = Number(year ?? today.year);
  return fromWallClock(
    Date.UTC(yearNumber, monthNumber - 1, dayNumber, Number(hour), Number(minute), Number(second), ms),
    reading.format,
  );
}

/**
 * Reads a moment as people type it: `2026-11-22 08:30`, `08:30:00.250` (today), `2026-11-22`, `now`, `-2h`, a full RFC 3339 time, or
 * milliseconds since 1970. Wall-clock forms are read in the format's zone. Anything else is undefined.
 *
 * @example parseMoment("-1m", { format, now: 120_000 }) // 60_000
 */
export function parseMoment(text: string, reading: Reading): number | undefined {
  const trimmed = text.trim();
  const relative = parseRelative(trimmed, reading.now);
  if (relative !== undefined) return relative;
  if (/^\d{10,14}$/.test(trimmed)) return trimmed.length === 10 ? Number(trimmed) * 1000 : Number(trimmed);
  if (/^\d{4}-\d{2}-\d{2}[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})$/i.test(trimmed)) {
    const parsed = Date.parse(trimmed.replace(" ", "T"));
    return Number.isNaN(parsed) ? undefined : parsed;
  }
  return parseWallClock(trimmed, reading);
}
