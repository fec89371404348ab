import { type EncodedRecord, severityOf } from "@taffrail/contracts";
import { type Fields, isFields, isLoggedError, parseLine } from "../../formats/parsed-line.ts";

/** A value in the JSON form of OTLP. */
export type OtlpValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly OtlpValue[] } }
  | { readonly kvlistValue: { readonly values: readonly OtlpAttribute[] } }
  | Readonly<Record<string, never>>;

export interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

/** A log record in the JSON form of OTLP, and the service that it belongs to. */
export interface OtlpLog {
  readonly service: string;
  readonly record: Fields;
}

/** The OTLP form of a JSON value: whole numbers are integers, other numbers doubles, null has no value. */
function otlpValue(value: unknown): OtlpValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(otlpValue) } };
  return isFields(value) ? { kvlistValue: { values: otlpAttributes(value) } } : {};
}

/**
 * The OTLP form of named values.
 *
 * @example otlpAttributes({ a: true }) // [{ key: "a", value: { boolValue: true } }]
 */
export function otlpAttributes(fields: Fields): OtlpAttribute[] {
  return Object.entries(fields).map(([key, value]) => ({ key, value: otlpValue(value) }));
}

/** RFC 3339 in UTC as nanoseconds since 1970. */
function nanosOf(time: unknown): string {
  const match = /^(.{19})(?:\.(\d{1,9}))?Z$/.exec(String(time));
  const seconds = Date.parse(`${match?.[1]}Z`) / 1000;
  return Number.isNaN(seconds) ? "0" : `${seconds}${(match?.[2] ?? "").padEnd(9, "0")}`;
}

const headNames: ReadonlySet<string> = new Set([
  "time",
  "level",
  "service",
  "msg",
  "trace_id",
  "span_id",
  "trace_flags",
]);

/** Attributes that OpenTelemetry has for an error, and what is left of it (causes, members, own fields) under its name. */
function exceptionAttributes(name: string, error: Fields): OtlpAttribute[] {
  const { type, message, stack, ...rest } = error;
  const named = { "exception.type": type, "exception.message": message, "exception.stacktrace": stack };
  const known = Object.entries(named).filter(([, value]) => typeof value === "string");
  return otlpAttributes(Object.fromEntries(Object.keys(rest).length === 0 ? known : [...known, [name, rest]]));
}

function attributesOf(record: Fields): OtlpAttribute[] {
  const attributes: OtlpAttribute[] = [];
  let told = Object.keys(record).some((name) => name.startsWith("exception."));
  for (const [name, value] of Object.entries(record)) {
    if (headNames.has(name)) continue;
    if (!told && isLoggedError(value)) {
      attributes.push(...exceptionAttributes(name, value));
      told = true;
    } else attributes.push({ key: name, value: otlpValue(value) });
  }
  return attributes;
}

const idOf = (value: unknown, length: number): string =>
  typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value) ? value : "";

/**
 * Turns a line of the library into a log record of OTLP: time, severity, message as body, typed attributes, trace and span, and the first error
 * under the names of OpenTelemetry. A line that is no record becomes a body.
 *
 * @example otlpLog({ level: "info", line: '{"time":"2026-11-22T09:00:00.123Z","level":"info","service":"shop","msg":"paid"}\n' }).service // "shop"
 */
export function otlpLog({ line, level }: EncodedRecord): OtlpLog {
  const parsed = parseLine(line);
  const severity = { severityNumber: severityOf[level], severityText: level };
  if (parsed === undefined) return { service: "", record: { ...severity, body: otlpValue(line.trimEnd()) } };
  const time = nanosOf(parsed.time);
  const traceId = idOf(parsed.trace_id, 32);
  const spanId = idOf(parsed.span_id, 16);
  const flags = typeof parsed.trace_flags === "string" ? Number.parseInt(parsed.trace_flags, 16) : 0;
  return {
    service: String(parsed.service ?? ""),
    record: {
      timeUnixNano: time,
      // The library sees a record at the moment it happens.
      observedTimeUnixNano: time,
      ...severity,
      body: otlpValue(parsed.msg),
      attributes: attributesOf(parsed),
      ...(traceId === "" ? {} : { traceId }),
      ...(spanId === "" ? {} : { spanId }),
      ...(flags > 0 && flags < 256 ? { flags } : {}),
    },
  };
}
