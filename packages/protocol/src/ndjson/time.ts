import { isMap, type RecordMap, type RecordValue } from "../value.ts";

const iso =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?\s?(Z|UTC|GMT|([+-])(\d\d):?(\d\d)?)?$/i;

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const web = /^(\d\d)\/([A-Za-z]{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/;

/** The number of a month of three letters, 1 to 12; 0 when it is none. */
export function monthNumber(name: string): number {
  return months.indexOf(name.toLowerCase()) + 1;
}

/** Nanoseconds in decimal of whole seconds and up to nine digits of a fraction. */
function join(seconds: number, fraction: string): string {
  const nanos = fraction.padEnd(9, "0");
  return seconds > 0 ? `${seconds}${nanos}` : (BigInt(seconds) * 1_000_000_000n + BigInt(nanos)).toString();
}

function inRange(month: number, day: number, hour: number, minute: number, second: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 24 && minute <= 59 && second <= 60;
}

function offsetSeconds(sign: string | undefined, hours: string | undefined, minutes: string | undefined): number {
  const seconds = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60;
  return sign === "-" ? -seconds : seconds;
}

function parseIso(text: string): string | undefined {
  const match = iso.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second = "0", fraction = "", , sign, zoneHours, zoneMinutes] = match;
  if (!inRange(Number(month), Number(day), Number(hour), Number(minute), Number(second))) return undefined;
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return join(utc / 1000 - offsetSeconds(sign, zoneHours, zoneMinutes), fraction);
}

/**
 * Reads the time of a web-server log (`22/Nov/2026:09:00:00 +0000`) as nanoseconds since 1970 in decimal.
 *
 * @example parseWebTime("22/Nov/2026:09:00:00 +0000") // "1795338000000000000"
 */
export function parseWebTime(text: string): string | undefined {
  const match = web.exec(text);
  if (!match) return undefined;
  const [, day, name = "", year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const month = monthNumber(name);
  if (!inRange(month, Number(day), Number(hour), Number(minute), Number(second))) return undefined;
  const utc = Date.UTC(Number(year), month - 1, Number(day), Number(hour), Number(minute), Number(second));
  return join(utc / 1000 - offsetSeconds(sign, zoneHours, zoneMinutes), "");
}

/** The unit of an epoch follows from its size: today is 1.8e9 seconds, 1.8e12 ms, 1.8e15 µs, 1.8e18 ns. */
function epoch(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const size = Math.abs(value);
  if (size >= 1e17) return BigInt(Math.round(value)).toString();
  let micros = value;
  if (size < 1e11) micros = value * 1e6;
  else if (size < 1e14) micros = value * 1e3;
  return (BigInt(Math.round(micros)) * 1000n).toString();
}

/** Protocol buffers' timestamp in JSON, as Google's loggers write it: whole seconds, as a number or as digits, and nanoseconds. */
function parseParts({ seconds, nanos = 0 }: RecordMap): string | undefined {
  if (typeof seconds !== "number" && !(typeof seconds === "string" && /^\d{1,10}$/.test(seconds))) return undefined;
  const whole = Number(seconds);
  if (!Number.isInteger(whole) || whole < 0 || whole > 9_999_999_999) return undefined;
  if (typeof nanos !== "number" || !Number.isInteger(nanos) || nanos < 0 || nanos > 999_999_999) return undefined;
  return join(whole, String(nanos).padStart(9, "0"));
}

/**
 * Reads a time as senders write it: RFC 3339 and its usual variants (blank for T, comma for the point, no zone = UTC), or an epoch in seconds,
 * milliseconds, microseconds or nanoseconds, told apart by size, as a number or as digits; or a map of seconds and nanos. Answers
 * nanoseconds since 1970 in decimal, or undefined when it is no time.
 *
 * @example parseTime("2026-11-22T09:00:00.5Z") // "1795338000500000000"
 * @example parseTime(1795338000.5) // "1795338000500000000"
 */
export function parseTime(value: RecordValue | undefined): string | undefined {
  if (typeof value === "number") return epoch(value);
  if (typeof value === "bigint") return value > 0n && value < 1n << 64n ? epochDigits(value.toString()) : undefined;
  if (isMap(value)) return parseParts(value);
  if (typeof value !== "string") return undefined;
  const first = value.charCodeAt(0);
  if (first < 0x30 || first > 0x39) return undefined;
  if (value.charCodeAt(4) === 0x2d) return parseIso(value);
  return /^\d{9,19}(?:\.\d{1,9})?$/.test(value) ? epochDigits(value) : undefined;
}

function epochDigits(digits: string): string | undefined {
  return digits.length >= 18 && !digits.includes(".") ? digits : epoch(Number(digits));
}
