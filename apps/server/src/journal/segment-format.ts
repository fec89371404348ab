/**
 * The bytes of a journal segment, as both readers must know them: this server, and the engine, which reads the file by itself with
 * `file(path, 'Protobuf')`.
 *
 * A segment is a sequence of length-delimited protobuf messages of one type, `Frame`. The first one is a header: it has `count` 0, no tenant and
 * no payload, and carries what a replay must know (field `header`, which the engine does not read). Each other frame carries one accepted payload.
 * Record i of a frame, in the order of its payload and counted from 0, has the Seq `seq_base + i`.
 */

/** Version of this layout, in the header. A file of a later version is left alone at start and reported. */
export const segmentFormatVersion = 1;

/** Field numbers of `Frame`. They are on disk: never change or reuse one. */
export const frameFields = {
  tenant: 1,
  seqBase: 2,
  source: 3,
  principal: 4,
  batch: 5,
  receivedNs: 6,
  count: 7,
  timeMinMs: 8,
  timeMaxMs: 9,
  crc: 10,
  header: 15,
  otlpLogs: 16,
  lines: 17,
} as const;

/** Field numbers of `SegmentHeader`, the submessage of the first frame. */
export const headerFields = {
  format: 1,
  kind: 2,
  statementVersion: 3,
  /** JSON text of the block settings of the insert statement. */
  blockSettings: 4,
  createdMs: 5,
  writer: 6,
} as const;

/**
 * Text of the `Frame` message for the engine's `format_schema`. The type of the OTLP payload is named by the store, which declares it in the same
 * file. Columns get the field names: tenant, seq_base, source, principal, batch, received_ns, count, time_min_ms, time_max_ms, otlp_logs, lines.
 *
 * @example `syntax = "proto3";\n${otlpMessages}\n${frameProto("ExportLogsServiceRequest")}`
 */
export function frameProto(otlpLogsMessage: string): string {
  return `message Frame {
  string tenant = ${frameFields.tenant};
  uint64 seq_base = ${frameFields.seqBase};
  string source = ${frameFields.source};
  string principal = ${frameFields.principal};
  string batch = ${frameFields.batch};
  fixed64 received_ns = ${frameFields.receivedNs};
  uint32 count = ${frameFields.count};
  uint64 time_min_ms = ${frameFields.timeMinMs};
  uint64 time_max_ms = ${frameFields.timeMaxMs};
  fixed32 crc = ${frameFields.crc};
  ${otlpLogsMessage} otlp_logs = ${frameFields.otlpLogs};
  bytes lines = ${frameFields.lines};
}
`;
}
