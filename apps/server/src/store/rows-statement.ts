/** Columns of a frame that holds row lines. */
export const rowsStructure = "tenant String, seq_base UInt64, source String, received_ns UInt64, lines String";

/** Shape of a row line; each member is always there. */
const rowLine =
  "Tuple(t String, o String, tr String, sp String, f UInt32, sv String, sn UInt8, s String, e String, b String, r Map(String, String), scn String, scv String, sca Map(String, String), a Map(String, String), n Map(String, Float64), rd UInt16)";

const map = (member: string, value: string): string => `CAST(${member}, 'Map(LowCardinality(String), ${value})')`;

/** A line without a time is not a row line; it is kept under its arrival time rather than in 1970. */
const timestamp = (member: string): string =>
  `fromUnixTimestamp64Nano(if(toInt64OrZero(${member}) > 0, toInt64OrZero(${member}), toInt64(received_ns)), 'UTC')`;

/**
 * One row per line of the frames in `source` (a table expression with `rowsStructure`). Line i of a frame has the Seq `seq_base + i`.
 *
 * @example rowsSelect("file('/journal/a.seg', 'Protobuf', '…')")
 */
export function rowsSelect(source: string): string {
  const lines = `SELECT tenant, seq_base, source, received_ns, splitByChar('\\n', lines) AS texts FROM ${source}`;
  const rows = `SELECT tenant, seq_base, source, received_ns, position, JSONExtract(line, '${rowLine}') AS x
  FROM (${lines}) ARRAY JOIN texts AS line, arrayEnumerate(texts) AS position WHERE line != ''`;
  return `SELECT tenant AS Tenant, ${timestamp("x.t")} AS Timestamp, ${timestamp("x.o")} AS ObservedTimestamp,
    x.tr AS TraceId, x.sp AS SpanId, toUInt8(bitAnd(x.f, 255)) AS TraceFlags, x.sv AS SeverityText, x.sn AS SeverityNumber,
    x.s AS ServiceName, x.e AS EventName, x.b AS Body, '' AS ResourceSchemaUrl, ${map("x.r", "String")} AS ResourceAttributes,
    '' AS ScopeSchemaUrl, x.scn AS ScopeName, x.scv AS ScopeVersion, ${map("x.sca", "String")} AS ScopeAttributes,
    ${map("x.a", "String")} AS LogAttributes, ${map("x.n", "Float64")} AS LogNumbers,
    seq_base + toUInt64(position - 1) AS Seq, x.rd AS RetentionDays, source AS Source
  FROM (${rows})`;
}
