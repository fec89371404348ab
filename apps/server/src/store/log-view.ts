import { type LogView, levelOfSeverity } from "@taffrail/contracts";

/** What a masked value is answered as. */
const mask = "***";

/** Columns of a LogView; the time as nanoseconds, which no text format of the engine can lose. */
export const viewColumns = [
  "Seq",
  "toUnixTimestamp64Nano(Timestamp) AS TimeNs",
  "toUnixTimestamp64Nano(ObservedTimestamp) AS ObservedNs",
  "SeverityNumber",
  "SeverityText",
  "ServiceName",
  "Body",
  "EventName",
  "TraceId",
  "SpanId",
  "TraceFlags",
  "ScopeName",
  "ScopeVersion",
  "ScopeAttributes",
  "ResourceAttributes",
  "LogAttributes",
  "LogNumbers",
  "Source",
].join(", ");

type Row = Readonly<Record<string, unknown>>;

/** A Map column of texts. */
const textMap = (value: unknown): Readonly<Record<string, string>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, string>>) : {};

/**
 * Whether a field is masked: by its own name, or because a field that it is nested under is.
 *
 * @example isMasked("user.email", ["user"]) // true
 */
export function isMasked(name: string, maskedFields: readonly string[]): boolean {
  return maskedFields.some((masked) => name === masked || name.startsWith(`${masked}.`));
}

/**
 * Nanoseconds since 1970 as RFC 3339 with nine fraction digits, UTC.
 *
 * @example rfc3339("1795339800123456789") // "2026-11-22T09:30:00.123456789Z"
 */
function rfc3339(nanoseconds: string): string {
  const digits = nanoseconds.padStart(7, "0");
  const milliseconds = Number(digits.slice(0, -6));
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${digits.slice(-6)}Z`;
}

function maskMap<Value>(
  map: Readonly<Record<string, Value>>,
  maskedFields: readonly string[],
): Readonly<Record<string, Value | string>> {
  if (maskedFields.length === 0) return map;
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [key, isMasked(key, maskedFields) ? mask : value]),
  );
}

/** Numbers are numbers again, unless a double cannot hold them exactly. */
function withNumbers(row: Row): Readonly<Record<string, string | number>> {
  const attributes: Record<string, string | number> = { ...textMap(row.LogAttributes) };
  for (const [key, value] of Object.entries(row.LogNumbers ?? {})) {
    if (typeof value === "number" && attributes[key] === String(value)) attributes[key] = value;
  }
  return attributes;
}

/**
 * Turns a row of the engine into the record as it is answered.
 *
 * @example rows.map((row) => viewOf(row, scope.maskedFields))
 */
export function viewOf(row: Row, maskedFields: readonly string[]): LogView {
  const shown = (field: string, text: unknown): string => (isMasked(field, maskedFields) ? mask : String(text));
  const severityNumber = Number(row.SeverityNumber);
  return {
    id: String(row.Seq),
    time: rfc3339(String(row.TimeNs)),
    observedTime: rfc3339(String(row.ObservedNs)),
    level: levelOfSeverity(severityNumber),
    severityNumber,
    severityText: shown("severity_text", row.SeverityText),
    service: shown("service", row.ServiceName),
    body: shown("body", row.Body),
    eventName: shown("event.name", row.EventName),
    traceId: shown("trace", row.TraceId),
    spanId: shown("span", row.SpanId),
    traceFlags: Number(row.TraceFlags),
    scopeName: shown("scope.name", row.ScopeName),
    scopeVersion: shown("scope.version", row.ScopeVersion),
    scopeAttributes: maskMap(textMap(row.ScopeAttributes), maskedFields),
    resource: maskMap(textMap(row.ResourceAttributes), maskedFields),
    attributes: maskMap(withNumbers(row), maskedFields),
    source: shown("source", row.Source),
  };
}
