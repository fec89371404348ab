import { isMap, type OpenMap, openMap, plainText, type RecordMap, type RecordValue } from "../value.ts";
import { parseSeverity, type Severity } from "./severity.ts";
import { parseTime } from "./time.ts";

/** A parsed JSON line from which a dialect takes what it understands; what is left become attributes. */
export interface Fields {
  readonly object: RecordMap;
  readonly taken: Set<string>;
}

/** What a dialect found in a line. Everything is optional: what is missing gets its default when the record is made. */
export interface Reading {
  /** Nanoseconds since 1970 in decimal. */
  readonly time?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly body?: string | undefined;
  readonly service?: string | undefined;
  readonly scopeName?: string | undefined;
  readonly eventName?: string | undefined;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  readonly traceFlags?: number | undefined;
  /** Resource attributes beside the service. */
  readonly resource?: Readonly<Record<string, string>> | undefined;
  readonly attributes: RecordMap;
}

/** Opens an object for taking. */
export function openFields(object: RecordMap): Fields {
  return { object, taken: new Set() };
}

/** Takes the first of the named fields that `read` understands; one that it does not understand stays an attribute. */
export function take<Value>(
  fields: Fields,
  names: readonly string[],
  read: (value: RecordValue) => Value | undefined,
): Value | undefined {
  for (const name of names) {
    const value = fields.object[name];
    if (value === undefined || value === null) continue;
    const result = read(value);
    if (result === undefined) continue;
    fields.taken.add(name);
    return result;
  }
  return undefined;
}

/** Takes a time: nanoseconds in decimal. */
export function takeTime(fields: Fields, names: readonly string[]): string | undefined {
  return take(fields, names, parseTime);
}

/** Takes a severity, as a name or a number. */
export function takeSeverity(fields: Fields, names: readonly string[]): Severity | undefined {
  return take(fields, names, parseSeverity);
}

/** Takes a text; numbers and booleans count as text, lists and maps do not. */
export function takeText(fields: Fields, names: readonly string[]): string | undefined {
  return take(fields, names, (value) => (typeof value === "object" ? undefined : plainText(value)));
}

const hex = (size: number) => (value: RecordValue) =>
  typeof value === "string" && value.length === size && /^[0-9a-f]+$/i.test(value) && !/^0+$/.test(value)
    ? value.toLowerCase()
    : undefined;

const traceIdOf = hex(32);
const spanIdOf = hex(16);

function flagsOf(value: RecordValue): number | undefined {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255) return value;
  return typeof value === "string" && /^[0-9a-f]{2}$/i.test(value) ? Number.parseInt(value, 16) : undefined;
}

/** Takes trace and span ids under the names that are in use. */
export function takeTrace(fields: Fields): Pick<Reading, "traceId" | "spanId" | "traceFlags"> {
  return {
    traceId: take(fields, ["trace_id", "traceId", "trace.id", "traceid", "@tr"], traceIdOf),
    spanId: take(fields, ["span_id", "spanId", "span.id", "spanid", "@sp"], spanIdOf),
    traceFlags: take(fields, ["trace_flags", "traceFlags"], flagsOf),
  };
}

/** Everything that was not taken. */
export function rest(fields: Fields): OpenMap {
  const attributes = openMap();
  for (const key in fields.object) {
    if (!fields.taken.has(key)) attributes[key] = fields.object[key] as RecordValue;
  }
  return attributes;
}

/** Takes the host and process that pino and bunyan name as resource attributes. */
export function takeProcess(fields: Fields): Readonly<Record<string, string>> {
  const host = takeText(fields, ["hostname"]);
  const pid = takeText(fields, ["pid"]);
  return { ...(host === undefined ? {} : { "host.name": host }), ...(pid === undefined ? {} : { "process.pid": pid }) };
}

/** A service as text, or as an object with a name. */
function serviceOf(value: RecordValue): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

const serviceNames = ["service", "service.name", "service_name", "serviceName"];

/** Takes the service; a nested `service.name` is read but left where it is, beside its siblings. */
export function takeService(fields: Fields): string | undefined {
  const { service } = fields.object;
  if (isMap(service)) {
    const { name } = service;
    if (typeof name === "string") return name;
  }
  return take(fields, serviceNames, serviceOf);
}

/** Takes the service, or else the logger's name as such; with both, the logger's name is the scope. */
export function takeServiceAndName(fields: Fields): Pick<Reading, "service" | "scopeName"> {
  const service = takeService(fields);
  const name = take(fields, ["name"], serviceOf);
  return service === undefined ? { service: name } : { service, scopeName: name };
}
