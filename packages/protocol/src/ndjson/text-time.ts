import { monthNumber, parseTime } from "./time.ts";

/** A time at the start of a line of text, and how much of the line it takes with the blanks behind it. */
export interface LeadingTime {
  /** Nanoseconds since 1970 in decimal. */
  readonly time: string;
  readonly length: number;
}

const numeric =
  /^\[?(\d{4})([-/])(\d\d)\2(\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)(?!\w))?)\]?:?(?:\s+|$)/;
const ctime =
  /^\[?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?) (\d{4})\]?:?(?:\s+|$)/;
const yearless = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:\s+|$)/;

const dayMs = 86_400_000;

function timeOfParts(year: number | string, month: string, day: string, clock: string): string | undefined {
  const number = monthNumber(month);
  const two = (part: string): string => part.trim().padStart(2, "0");
  return number === 0 ? undefined : parseTime(`${year}-${two(String(number))}-${two(day)} ${clock}Z`);
}

/** The last such day that is not in the future; a day of grace is for clocks that run ahead and for zones that are not written. */
function timeOfYear(month: string, day: string, clock: string, receivedAtMs: number): string | undefined {
  const next = new Date(receivedAtMs).getUTCFullYear() + 1;
  for (const year of [next, next - 1]) {
    const time = timeOfParts(year, month, day, clock);
    if (time === undefined || Number(time) / 1e6 <= receivedAtMs + dayMs) return time;
  }
  return timeOfParts(next - 2, month, day, clock);
}

/** Reads the time of classic syslog, `Nov 22 11:00:00`: the year is that of the arrival, or the one before. */
function yearlessTime(line: string, receivedAtMs: number): LeadingTime | undefined {
  const [whole = "", month = "", day = "", clock = ""] = yearless.exec(line) ?? [];
  const time = whole === "" ? undefined : timeOfYear(month, day, clock, receivedAtMs);
  return time === undefined ? undefined : { time, length: whole.length };
}

/**
 * Reads the time with which programs start their lines: ISO 8601 and its variants, slashes for hyphens (nginx, Go), `Sun Nov 22 11:00:00 2026`
 * (Apache) and `Nov 22 11:00:00` (syslog), with or without brackets. A time without a zone is UTC. Undefined when the line starts otherwise.
 *
 * @example leadingTime("2026/11/22 09:00:00 hello", Date.now()) // { time: "1795338000000000000", length: 20 }
 */
export function leadingTime(line: string, receivedAtMs: number): LeadingTime | undefined {
  const found = numeric.exec(line);
  if (found) {
    const [whole, year, , month, rest = ""] = found;
    const time = parseTime(`${year}-${month}-${rest}`);
    return time === undefined ? undefined : { time, length: whole.length };
  }
  const [whole = "", month = "", day = "", clock = "", year = ""] = ctime.exec(line) ?? [];
  if (whole === "") return yearlessTime(line, receivedAtMs);
  const time = timeOfParts(year, month, day, clock);
  return time === undefined ? undefined : { time, length: whole.length };
}
