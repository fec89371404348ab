import { limits } from "@taffrail/contracts";
import { frameProto } from "../journal/segment-format.ts";

/**
 * The part of OTLP that the engine reads by itself. Field numbers are OTLP's. Nested values are left out: a request that has some never comes
 * this way, the server decodes it first.
 */
const otlpMessages = `
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message LogRecord {
  fixed64 time_unix_nano = 1; uint64 severity_number = 2; string severity_text = 3; AnyValue body = 5; repeated KeyValue attributes = 6;
  fixed32 flags = 8; bytes trace_id = 9; bytes span_id = 10; fixed64 observed_time_unix_nano = 11; string event_name = 12;
}
message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; string schema_url = 3; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; string schema_url = 3; }
message Logs { repeated ResourceLogs resource_logs = 1; }
`;

/** Schema of a segment file, for `format_schema`; the message to read is `Frame`. */
export const segmentProto = `syntax = "proto3";\n${otlpMessages}${frameProto("Logs")}`;

const anyValue =
  "Tuple(value Enum8('' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4), string_value String, bool_value Bool, int_value Int64, double_value Float64)";
const keyValues = `Array(Tuple(key String, value ${anyValue}))`;
const logRecord = `Tuple(time_unix_nano UInt64, severity_number UInt64, severity_text String, body ${anyValue}, attributes ${keyValues}, flags UInt32, trace_id String, span_id String, observed_time_unix_nano UInt64, event_name String)`;
const scopeLogs = `Tuple(scope Tuple(name String, version String, attributes ${keyValues}), schema_url String, log_records Array(${logRecord}))`;
const resourceLogs = `Tuple(resource Tuple(attributes ${keyValues}), schema_url String, scope_logs Array(${scopeLogs}))`;

/** Columns of a frame that holds OTLP requests. */
export const otlpStructure = `tenant String, seq_base UInt64, source String, received_ns UInt64, otlp_logs Tuple(resource_logs Array(${resourceLogs}))`;

const earliestNs = "631152000000000000";
const skewNs = String(BigInt(limits.futureSkew.value) * 1_000_000n);

/** Numbers as the rest of the product writes them: shortest decimal, JavaScript's exponent sign, no negative zero. */
const doubleText = (value: string): string =>
  `if(${value} = 0, '0', replaceRegexpOne(toString(${value}), 'e([0-9])', 'e+\\\\1'))`;

/** A scalar AnyValue as text; unset is empty. */
const valueText = (value: string): string =>
  `multiIf(${value}.value = 'string_value', ${value}.string_value, ${value}.value = 'int_value', toString(${value}.int_value), ` +
  `${value}.value = 'double_value', ${doubleText(`${value}.double_value`)}, ${value}.value = 'bool_value', toString(${value}.bool_value), '')`;

const textMap = (pairs: string): string =>
  `CAST((${pairs}.key, arrayMap(v -> ${valueText("v")}, ${pairs}.value)), 'Map(LowCardinality(String), String)')`;

const numberMap = (pairs: string): string =>
  `CAST(arrayMap(p -> (p.key, if(p.value.value = 'int_value', toFloat64(p.value.int_value), p.value.double_value)), ` +
  `arrayFilter(p -> p.value.value IN ('int_value', 'double_value'), ${pairs})), 'Map(LowCardinality(String), Float64)')`;

const usable = (time: string): string => `${time} >= ${earliestNs} AND ${time} <= received_ns + ${skewNs}`;
const timestamp = (nanoseconds: string): string => `fromUnixTimestamp64Nano(toInt64(${nanoseconds}), 'UTC')`;

/** Running sums without the element's own count: the index of each group's first record. */
const firstIndexes = (counts: string): string => `arrayMap((sum, own) -> sum - own, arrayCumSum(${counts}), ${counts})`;

/**
 * One row per log record of the frames in `source` (a table expression with `otlpStructure`). A record's index counts over the whole frame, in
 * the order resource, scope, record; it is worked out from the lengths of the lists, so that it does not depend on how rows are cut into blocks.
 *
 * @example otlpSelect("file('/journal/a.seg', 'Protobuf', '…')", 30)
 */
export function otlpSelect(source: string, retentionDays: number): string {
  const frames = `SELECT tenant, seq_base, source, received_ns, otlp_logs.resource_logs AS resources,
    arrayMap(r -> arraySum(arrayMap(s -> length(s.log_records), r.scope_logs)), resources) AS counts, ${firstIndexes("counts")} AS firsts
  FROM ${source}`;
  const resources = `SELECT tenant, seq_base, source, received_ns, resource_first, r.schema_url AS resource_schema,
    ${textMap("r.resource.attributes")} AS resource_attributes, r.scope_logs AS scopes,
    arrayMap(s -> length(s.log_records), scopes) AS scope_counts, ${firstIndexes("scope_counts")} AS scope_firsts
  FROM (${frames}) ARRAY JOIN resources AS r, firsts AS resource_first`;
  const records = `SELECT tenant, seq_base, source, received_ns, resource_first, resource_schema, resource_attributes, scope_first,
    s.schema_url AS scope_schema, s.scope AS scope, ${textMap("s.scope.attributes")} AS scope_attributes, l, position,
    ${usable("l.time_unix_nano")} AS time_usable, ${textMap("l.attributes")} AS attributes
  FROM (${resources}) ARRAY JOIN scopes AS s, scope_firsts AS scope_first
  ARRAY JOIN s.log_records AS l, arrayEnumerate(s.log_records) AS position`;
  return `SELECT tenant AS Tenant,
    ${timestamp("if(time_usable, l.time_unix_nano, received_ns)")} AS Timestamp,
    ${timestamp(`if(${usable("l.observed_time_unix_nano")}, l.observed_time_unix_nano, received_ns)`)} AS ObservedTimestamp,
    lower(hex(l.trace_id)) AS TraceId, lower(hex(l.span_id)) AS SpanId, toUInt8(bitAnd(l.flags, 255)) AS TraceFlags,
    l.severity_text AS SeverityText, toUInt8(if(l.severity_number > 24, 0, l.severity_number)) AS SeverityNumber,
    resource_attributes['service.name'] AS ServiceName, l.event_name AS EventName, ${valueText("l.body")} AS Body,
    resource_schema AS ResourceSchemaUrl, resource_attributes AS ResourceAttributes, scope_schema AS ScopeSchemaUrl,
    scope.name AS ScopeName, scope.version AS ScopeVersion, scope_attributes AS ScopeAttributes,
    if(time_usable, attributes, CAST(mapUpdate(attributes, map('taffrail.original_time', toString(l.time_unix_nano))), 'Map(LowCardinality(String), String)')) AS LogAttributes,
    ${numberMap("l.attributes")} AS LogNumbers,
    seq_base + toUInt64(resource_first + scope_first + position - 1) AS Seq, ${String(retentionDays)} AS RetentionDays, source AS Source
  FROM (${records})`;
}
