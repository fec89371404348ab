import { limits, TaffrailError } from "@taffrail/contracts";
import { type DecodedRecord, isMap, type RecordMap, type RecordValue } from "../value.ts";
import {
  finish,
  openWriter,
  putBytes,
  putDouble,
  putFixed32,
  putFixed64,
  putMessage,
  putString,
  putText,
  putVarint,
  type Writer,
} from "./writer.ts";

function putNumber(writer: Writer, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) putVarint(writer, 3, value);
  else putDouble(writer, 4, value);
}

function putValue(writer: Writer, value: RecordValue, depth: number): void {
  const limit = limits.jsonDepth.value;
  if (depth > limit) throw new TaffrailError("record_too_deep", { limit });
  if (typeof value === "string") putString(writer, 1, value);
  else if (typeof value === "boolean") putVarint(writer, 2, value ? 1 : 0);
  else if (typeof value === "bigint") putVarint(writer, 3, value);
  else if (typeof value === "number") putNumber(writer, value);
  else if (isMap(value)) putMessage(writer, 6, () => putAttributes(writer, 1, value, depth + 1));
  else if (value !== null) putMessage(writer, 5, () => putList(writer, value, depth + 1));
}

function putList(writer: Writer, list: readonly RecordValue[], depth: number): void {
  for (const inner of list) putMessage(writer, 1, () => putValue(writer, inner, depth));
}

function putAttributes(writer: Writer, field: number, attributes: RecordMap, depth = 0): void {
  for (const key in attributes) {
    putMessage(writer, field, () => {
      putText(writer, 1, key);
      putMessage(writer, 2, () => putValue(writer, attributes[key] as RecordValue, depth));
    });
  }
}

function putRecord(writer: Writer, record: DecodedRecord): void {
  putFixed64(writer, 1, record.timeUnixNano);
  if (record.severityNumber !== 0) putVarint(writer, 2, record.severityNumber);
  putText(writer, 3, record.severityText);
  if (record.body !== "") putMessage(writer, 5, () => putString(writer, 1, record.body));
  putAttributes(writer, 6, record.attributes);
  putFixed32(writer, 8, record.traceFlags);
  if (record.traceId !== "") putBytes(writer, 9, Buffer.from(record.traceId, "hex"));
  if (record.spanId !== "") putBytes(writer, 10, Buffer.from(record.spanId, "hex"));
  putFixed64(writer, 11, record.observedTimeUnixNano);
  putText(writer, 12, record.eventName);
}

/** The resource of a record; its service stands there too, where it is not already. */
function resourceOf(record: DecodedRecord): RecordMap {
  if (record.service === "" || "service.name" in record.resource) return record.resource;
  return { "service.name": record.service, ...record.resource };
}

function putScope(writer: Writer, record: DecodedRecord): void {
  putText(writer, 1, record.scopeName);
  putText(writer, 2, record.scopeVersion);
  putAttributes(writer, 3, record.scopeAttributes);
}

function putGroup(writer: Writer, records: readonly DecodedRecord[], first: DecodedRecord): void {
  putMessage(writer, 1, () => putAttributes(writer, 1, resourceOf(first)));
  putMessage(writer, 2, () => {
    putMessage(writer, 1, () => putScope(writer, first));
    for (const record of records) putMessage(writer, 2, () => putRecord(writer, record));
  });
}

const originKey = (record: DecodedRecord): string =>
  JSON.stringify(
    [record.service, record.resource, record.scopeName, record.scopeVersion, record.scopeAttributes],
    (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value),
  );

const sameOrigin = (one: DecodedRecord, other: DecodedRecord): boolean =>
  one.resource === other.resource &&
  one.scopeAttributes === other.scopeAttributes &&
  one.service === other.service &&
  one.scopeName === other.scopeName &&
  one.scopeVersion === other.scopeVersion;

/** Records by what they come from, in the order in which each group first appears. */
function groupByOrigin(records: readonly DecodedRecord[]): Iterable<DecodedRecord[]> {
  const groups = new Map<string, DecodedRecord[]>();
  let last: DecodedRecord[] = [];
  for (const record of records) {
    if (!last[0] || !sameOrigin(last[0], record)) {
      const key = originKey(record);
      last = groups.get(key) ?? [];
      groups.set(key, last);
    }
    last.push(record);
  }
  return groups.values();
}

/**
 * Encodes records as an OTLP ExportLogsServiceRequest. Records of the same resource and scope share one group; inside a group the order stays.
 *
 * @throws TaffrailError `record_too_deep` when a value is nested deeper than the limit.
 * @example await fetch(url, { method: "POST", headers: { "content-type": "application/x-protobuf" }, body: encodeLogsRequest(records) });
 */
export function encodeLogsRequest(records: readonly DecodedRecord[]): Uint8Array {
  const writer = openWriter();
  for (const group of groupByOrigin(records)) {
    const [first] = group;
    if (first) putMessage(writer, 1, () => putGroup(writer, group, first));
  }
  return finish(writer);
}

/** What an OTLP logs request is answered with; `rejected` 0 with an empty message is full success. */
export interface LogsOutcome {
  readonly rejected: number;
  readonly message: string;
}

/**
 * Encodes an ExportLogsServiceResponse as protobuf; full success has no bytes.
 *
 * @example encodeLogsResponse({ rejected: 1, message: "1 record: too_old" })
 */
export function encodeLogsResponse(outcome: LogsOutcome): Uint8Array {
  const response = openWriter();
  if (outcome.rejected === 0 && outcome.message === "") return finish(response);
  putMessage(response, 1, () => {
    if (outcome.rejected !== 0) putVarint(response, 1, outcome.rejected);
    putText(response, 2, outcome.message);
  });
  return finish(response);
}

/**
 * The same answer in OTLP/JSON.
 *
 * @example logsResponseJson({ rejected: 0, message: "" }) // "{}"
 */
export function logsResponseJson(outcome: LogsOutcome): string {
  if (outcome.rejected === 0 && outcome.message === "") return "{}";
  return JSON.stringify({
    partialSuccess: { rejectedLogRecords: String(outcome.rejected), errorMessage: outcome.message },
  });
}

/**
 * Encodes a google.rpc.Status, which carries every OTLP error. `code` is a gRPC code: 3 invalid argument, 8 resource exhausted, 14 unavailable.
 *
 * @example encodeStatus(14, "The server is shutting down.")
 */
export function encodeStatus(code: number, message: string): Uint8Array {
  const status = openWriter();
  putVarint(status, 1, code);
  putText(status, 2, message);
  return finish(status);
}
