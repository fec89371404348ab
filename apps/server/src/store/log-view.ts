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

/** A row as `viewColumns` selects it. */
interface ViewRow {
  readonly Seq: string;
  readonly TimeNs: string;
  readonly ObservedNs: string;
  readonly SeverityNumber: number;
  readonly SeverityText: string;
  readonly ServiceName: string;
  readonly Body: string;
  readonly EventName: string;
  readonly TraceId: string;
  readonly SpanId: string;
  readonly TraceFlags: number;
  readonly ScopeName: string;
  readonly ScopeVersion: string;
  readonly ScopeAttributes: Readonly<Record<string, string>>;
  readonly ResourceAttributes: Readonly<Record<string, string>>;
  readonly LogAttributes: Readonly<Record<string, string>>;
  readonly LogNumbers: Readonly<Record<string, number | null>>;
  readonly Source: string;
}

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
function withNumbers(row: ViewRow): Readonly<Record<string, string | number>> {
  const attributes: Record<string, string | number> = { ...row.LogAttributes };
  for (const [key, value] of Object.entries(row.LogNumbers)) {
    if (value !== null && attributes[key] === String(value)) attributes[key] = value;
  }
  return attributes;
}

/**
 * Turns a row of the engine into the record as it is answered.
 *
 * @example rows.map((row) => viewOf(row, scope.maskedFields))
 */
export function viewOf(untyped: Readonly<Record<string, unknown>>, maskedFields: readonly string[]): LogView {
  const row = untyped as unknown as ViewRow;
  const shown = (field: string, text: string): string => (isMasked(field, maskedFields) ? mask : text);
  return {
    id: row.Seq,
    time: rfc3339(row.TimeNs),
    observedTime: rfc3339(row.ObservedNs),
    level: levelOfSeverity(row.SeverityNumber),
    severityNumber: row.SeverityNumber,
    severityText: shown("severity_text", row.SeverityText),
    service: shown("service", row.ServiceName),
    body: shown("body", row.Body),
    eventName: shown("event.name", row.EventName),
    traceId: shown("trace", row.TraceId),
    spanId: shown("span", row.SpanId),
    traceFlags: row.TraceFlags,
    scopeName: shown("scope.name", row.ScopeName),
    scopeVersion: shown("scope.version", row.ScopeVersion),
    scopeAttributes: maskMap(row.ScopeAttributes, maskedFields),
    resource: maskMap(row.ResourceAttributes, maskedFields),
    attributes: maskMap(withNumbers(row), maskedFields),
    source: shown("source", row.Source),
  };
}
