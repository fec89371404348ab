import type { DecodedRecord, RecordMap, RecordValue } from "../value.ts";
import { wireBytes, wireFixed32, wireFixed64, wireVarint } from "./wire.ts";

/** Protobuf bytes being written: parts in order, with their total size, so that a length can stand before them. */
interface Message {
  readonly parts: Uint8Array[];
  size: number;
}

const open = (): Message => ({ parts: [], size: 0 });

function put(message: Message, bytes: Uint8Array): void {
  message.parts.push(bytes);
  message.size += bytes.byteLength;
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const tag = (field: number, wire: number): Uint8Array => varint(BigInt((field << 3) | wire));

function putVarint(message: Message, field: number, value: number | bigint): void {
  put(message, tag(field, wireVarint));
  put(message, varint(BigInt(value)));
}

function putBytes(message: Message, field: number, bytes: Uint8Array): void {
  put(message, tag(field, wireBytes));
  put(message, varint(BigInt(bytes.byteLength)));
  put(message, bytes);
}

function putText(message: Message, field: number, text: string): void {
  if (text !== "") putBytes(message, field, Buffer.from(text, "utf8"));
}

function putMessage(message: Message, field: number, inner: Message): void {
  put(message, tag(field, wireBytes));
  put(message, varint(BigInt(inner.size)));
  for (const part of inner.parts) message.parts.push(part);
  message.size += inner.size;
}

function putFixed64(message: Message, field: number, decimal: string): void {
  if (decimal === "0" || decimal === "") return;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(decimal)));
  put(message, tag(field, wireFixed64));
  put(message, bytes);
}

const close = (message: Message): Uint8Array => Buffer.concat(message.parts, message.size);

function putNumber(message: Message, value: number | bigint): void {
  if (typeof value === "bigint" || (Number.isSafeInteger(value) && !Object.is(value, -0))) {
    putVarint(message, 3, value);
    return;
  }
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  put(message, tag(4, wireFixed64));
  put(message, bytes);
}

function anyValue(value: RecordValue): Message {
  const message = open();
  if (typeof value === "string") putBytes(message, 1, Buffer.from(value, "utf8"));
  else if (typeof value === "boolean") putVarint(message, 2, value ? 1 : 0);
  else if (typeof value === "number" || typeof value === "bigint") putNumber(message, value);
  else if (Array.isArray(value)) {
    const list = open();
    for (const inner of value as readonly RecordValue[]) putMessage(list, 1, anyValue(inner));
    putMessage(message, 5, list);
  } else if (value !== null) {
    const list = open();
    putAttributes(list, 1, value as RecordMap);
    putMessage(message, 6, list);
  }
  return message;
}

function putAttributes(message: Message, field: number, attributes: RecordMap): void {
  for (const [key, value] of Object.entries(attributes)) {
    const pair = open();
    putText(pair, 1, key);
    putMessage(pair, 2, anyValue(value));
    putMessage(message, field, pair);
  }
}

function logRecord(record: DecodedRecord): Message {
  const message = open();
  putFixed64(message, 1, record.timeUnixNano);
  if (record.severityNumber !== 0) putVarint(message, 2, record.severityNumber);
  putText(message, 3, record.severityText);
  if (record.body !== "") putMessage(message, 5, anyValue(record.body));
  putAttributes(message, 6, record.attributes);
  if (record.traceFlags !== 0) {
    const flags = Buffer.alloc(4);
    flags.writeUInt32LE(record.traceFlags);
    put(message, tag(8, wireFixed32));
    put(message, flags);
  }
  if (record.traceId !== "") putBytes(message, 9, Buffer.from(record.traceId, "hex"));
  if (record.spanId !== "") putBytes(message, 10, Buffer.from(record.spanId, "hex"));
  putFixed64(message, 11, record.observedTimeUnixNano);
  putText(message, 12, record.eventName);
  return message;
}

/** The resource of a record; its service stands there too, where it is not already. */
function resourceOf(record: DecodedRecord): RecordMap {
  if (record.service === "" || "service.name" in record.resource) return record.resource;
  return { "service.name": record.service, ...record.resource };
}

function resourceLogs(records: readonly DecodedRecord[], first: DecodedRecord): Message {
  const resource = open();
  putAttributes(resource, 1, resourceOf(first));
  const scope = open();
  putText(scope, 1, first.scopeName);
  putText(scope, 2, first.scopeVersion);
  putAttributes(scope, 3, first.scopeAttributes);
  const scopeLogs = open();
  putMessage(scopeLogs, 1, scope);
  for (const record of records) putMessage(scopeLogs, 2, logRecord(record));
  const message = open();
  putMessage(message, 1, resource);
  putMessage(message, 2, scopeLogs);
  return message;
}

const originKey = (record: DecodedRecord): string =>
  JSON.stringify(
    [record.service, record.resource, record.scopeName, record.scopeVersion, record.scopeAttributes],
    (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value),
  );

/**
 * Encodes records as an OTLP ExportLogsServiceRequest. Records of the same resource and scope share one group; inside a group the order stays.
 *
 * @example await fetch(url, { method: "POST", headers: { "content-type": "application/x-protobuf" }, body: encodeLogsRequest(records) });
 */
export function encodeLogsRequest(records: readonly DecodedRecord[]): Uint8Array {
  const groups = new Map<string, DecodedRecord[]>();
  for (const record of records) {
    const key = originKey(record);
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  const request = open();
  for (const group of groups.values()) {
    const [first] = group;
    if (first) putMessage(request, 1, resourceLogs(group, first));
  }
  return close(request);
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
  const response = open();
  if (outcome.rejected === 0 && outcome.message === "") return close(response);
  const partial = open();
  if (outcome.rejected !== 0) putVarint(partial, 1, outcome.rejected);
  putText(partial, 2, outcome.message);
  putMessage(response, 1, partial);
  return close(response);
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
  const status = open();
  putVarint(status, 1, code);
  putText(status, 2, message);
  return close(status);
}
