/** The zone that times are shown in. */
export type Zone = "local" | "utc";

/** The parts of a moment as a wall clock in some zone shows them; month is 1..12. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Writes moments (milliseconds since 1970) for people, in one zone. */
export interface TimeFormat {
  readonly zoneLabel: string;
  wallClock(ms: number): WallClock;
  /** `2026-11-22` */
  date(ms: number): string;
  /** `Nov 22` */
  shortDate(ms: number): string;
  /** `09:05` */
  minutes(ms: number): string;
  /** `09:05:07` */
  seconds(ms: number): string;
  /** `09:05:07.003` */
  millis(ms: number): string;
  /** `2026-11-22 09:05:07.003` */
  full(ms: number): string;
}

const two = (value: number): string => String(value).padStart(2, "0");
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The name `Intl` knows a zone by; undefined stands for the machine's own. */
export function zoneName(zone: Zone): string | undefined {
  return zone === "utc" ? "UTC" : undefined;
}

/**
 * Milliseconds since 1970 of an RFC 3339 time in UTC with up to nine fraction digits.
 *
 * @example msOf("1970-01-01T00:00:01.234567891Z") // 1234
 */
export function msOf(rfc3339: string): number {
  return Date.parse(rfc3339.replace(/(\.\d{3})\d+/, "$1"));
}

/**
 * The fraction of a second of an RFC 3339 time beyond milliseconds, as six digits; empty when it is zero.
 *
 * @example subMillis("1970-01-01T00:00:01.234567891Z") // "567891"
 */
export function subMillis(rfc3339: string): string {
  const digits = /\.\d{3}(\d{1,6})/.exec(rfc3339)?.[1]?.padEnd(6, "0") ?? "";
  return /^0*$/.test(digits) ? "" : digits;
}

function zoneLabelOf(timeZone: string | undefined): string {
  if (timeZone === "UTC") return "UTC";
  return timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone ?? "local";
}

/**
 * Makes the writers for one zone: an IANA name, or undefined for the machine's zone.
 *
 * @example createTimeFormat("UTC").seconds(0) // "00:00:00"
 */
export function createTimeFormat(timeZone: string | undefined): TimeFormat {
  const parts = new Intl.DateTimeFormat("en-US", {
    ...(timeZone === undefined ? {} : { timeZone }),
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const wallClock = (ms: number): WallClock => {
    const found: Record<string, number> = {};
    for (const part of parts.formatToParts(ms)) found[part.type] = Number(part.value);
    const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
    return { year, month, day, hour, minute, second };
  };
  const date = (ms: number): string => {
    const { year, month, day } = wallClock(ms);
    return `${year}-${two(month)}-${two(day)}`;
  };
  const seconds = (ms: number): string => {
    const { hour, minute, second } = wallClock(ms);
    return `${two(hour)}:${two(minute)}:${two(second)}`;
  };
  const millis = (ms: number): string => `${seconds(ms)}.${String(((ms % 1000) + 1000) % 1000).padStart(3, "0")}`;
  return {
    zoneLabel: zoneLabelOf(timeZone),
    wallClock,
    date,
    shortDate: (ms) => {
      const { month, day } = wallClock(ms);
      return `${months[month - 1] ?? ""} ${day}`;
    },
    minutes: (ms) => seconds(ms).slice(0, 5),
    seconds,
    millis,
    full: (ms) => `${date(ms)} ${millis(ms)}`,
  };
}
