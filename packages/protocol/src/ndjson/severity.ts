import { type Level, levelOfSeverity, parseLevel, severityOf } from "@taffrail/contracts";
import type { RecordValue } from "../value.ts";

/** A severity as OpenTelemetry counts it, and the sender's word for it. */
export interface Severity {
  readonly number: number;
  readonly text: string;
}

/** Names of pino's and bunyan's numbers. */
const tens: Readonly<Record<number, Level>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

/** Syslog severities 0..7 as OpenTelemetry numbers. */
const syslog: readonly number[] = [21, 19, 18, 17, 13, 10, 9, 5];

/**
 * Reads a level of pino's scale (10 trace ... 60 fatal). A custom level between two names becomes a grade of the lower one.
 *
 * @example severityOfTens(35) // { number: 11, text: "35" }
 */
export function severityOfTens(level: number): Severity {
  const grade = Math.floor(((level - 10) / 10) * 4) + 1;
  return { number: Math.min(24, Math.max(1, grade)), text: tens[level] ?? String(level) };
}

/**
 * Reads a severity as senders write it: a name in any case, pino's numbers, or syslog's 0..7. Undefined when it is none of them.
 *
 * @example parseSeverity("WARNING") // { number: 13, text: "WARNING" }
 */
export function parseSeverity(value: RecordValue | undefined): Severity | undefined {
  if (typeof value === "string") {
    const level = parseLevel(value);
    if (level) return { number: severityOf[level], text: value };
    return /^\d{1,2}$/.test(value) ? parseSeverity(Number(value)) : undefined;
  }
  if (typeof value !== "number" || value < 0) return undefined;
  if (value >= 10) return severityOfTens(value);
  const number = syslog[value];
  return number === undefined ? undefined : { number, text: levelOfSeverity(number) };
}
