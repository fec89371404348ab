import { TaffrailError } from "@taffrail/contracts";
import { type DecodedRecord, openMap, plainText, type RecordMap, type RecordValue } from "../value.ts";
import { readFixed64Text, readId, readKeyValue, readText, readValue } from "./decode-value.ts";
import { malformedProtobuf } from "./walk.ts";
import {
  type Cursor,
  fieldSet,
  openCursor,
  readLength,
  readTag,
  readVarint,
  skipField,
  takeFixed,
  wireBytes,
  wireFixed32,
  wireFixed64,
  wireVarint,
} from "./wire.ts";

/** One record of a request: decoded, or cut out with the reason and its first bytes as text. */
export type DecodedItem =
  | { readonly record: DecodedRecord }
  | { readonly error: TaffrailError; readonly sample: string };

/** What records of one ResourceLogs and ScopeLogs share. A fault in there (bad text) is the fault of each of its records. */
export interface Origin {
  readonly resource: RecordMap;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scopeAttributes: RecordMap;
}

/** The fields of a record itself. */
export interface OwnFields {
  time: string;
  observed: string;
  severityNumber: number;
  severityText: string;
  body: RecordValue;
  eventName: string;
  traceId: string;
  spanId: string;
  flags: number;
  attributes: RecordMap;
}

/** A record of which nothing is set yet. */
export function emptyFields(attributes: RecordMap): OwnFields {
  return {
    time: "0",
    observed: "0",
    severityNumber: 0,
    severityText: "",
    body: "",
    eventName: "",
    traceId: "",
    spanId: "",
    flags: 0,
    attributes,
  };
}

/** Puts a record together. A time that the sender left unset is the time of observation, as the data model says. */
export function assemble(own: OwnFields, origin: Origin): DecodedRecord {
  const service = origin.resource["service.name"];
  return {
    timeUnixNano: own.time === "0" ? own.observed : own.time,
    observedTimeUnixNano: own.observed,
    severityNumber: own.severityNumber > 24 || own.severityNumber < 0 ? 0 : own.severityNumber,
    severityText: own.severityText,
    body: own.body === null ? "" : plainText(own.body),
    eventName: own.eventName,
    traceId: own.traceId,
    spanId: own.spanId,
    traceFlags: own.flags & 0xff,
    service: service === undefined || service === null ? "" : plainText(service),
    resource: origin.resource,
    scopeName: origin.scopeName,
    scopeVersion: origin.scopeVersion,
    scopeAttributes: origin.scopeAttributes,
    attributes: own.attributes,
  };
}

const recordFields = fieldSet(1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12);

function readRecordField(cursor: Cursor, tag: number, end: number, own: OwnFields): void {
  switch (tag) {
    case (1 << 3) | wireFixed64:
      own.time = readFixed64Text(cursor, end);
      return;
    case (11 << 3) | wireFixed64:
      own.observed = readFixed64Text(cursor, end);
      return;
    case (2 << 3) | wireVarint:
      own.severityNumber = readVarint(cursor, end);
      return;
    case (3 << 3) | wireBytes:
      own.severityText = readText(cursor, end);
      return;
    case (5 << 3) | wireBytes:
      own.body = readValue(cursor, readLength(cursor, end), 0);
      return;
    case (7 << 3) | wireVarint:
      readVarint(cursor, end);
      return;
    case (8 << 3) | wireFixed32:
      own.flags = cursor.view.getUint32(takeFixed(cursor, end, 4), true);
      return;
    case (9 << 3) | wireBytes:
      own.traceId = readId(cursor, end, 16);
      return;
    case (10 << 3) | wireBytes:
      own.spanId = readId(cursor, end, 8);
      return;
    case (12 << 3) | wireBytes:
      own.eventName = readText(cursor, end);
      return;
    default:
      skipField(cursor, tag, end, recordFields);
  }
}

function readRecord(cursor: Cursor, end: number, origin: Origin): DecodedRecord {
  const attributes = openMap();
  const own = emptyFields(attributes);
  while (cursor.pos < end) {
    const tag = readTag(cursor, end);
    if (tag === ((6 << 3) | wireBytes)) readKeyValue(cursor, readLength(cursor, end), attributes, 0);
    else readRecordField(cursor, tag, end, own);
  }
  return assemble(own, origin);
}

/** First bytes of a message as text, whatever they are. */
function sampleOf(cursor: Cursor, start: number, end: number): string {
  return Buffer.from(cursor.bytes.subarray(start, Math.min(end, start + 512))).toString("utf8");
}

function* readRecordItem(cursor: Cursor, end: number, origin: Origin | TaffrailError): Generator<DecodedItem> {
  const start = cursor.pos;
  try {
    if (origin instanceof TaffrailError) throw origin;
    yield { record: readRecord(cursor, end, origin) };
  } catch (error) {
    if (!(error instanceof TaffrailError)) throw error;
    yield { error, sample: sampleOf(cursor, start, end) };
  }
  cursor.pos = end;
}

/** The ranges of all fields of one number in a message; the rest is stepped over. */
function fieldRanges(cursor: Cursor, start: number, end: number, field: number): readonly [number, number][] {
  const ranges: [number, number][] = [];
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = readTag(cursor, end);
    if (tag === ((field << 3) | wireBytes)) {
      const fieldEnd = readLength(cursor, end);
      ranges.push([cursor.pos, fieldEnd]);
      cursor.pos = fieldEnd;
    } else skipField(cursor, tag, end, fieldSet(field));
  }
  return ranges;
}

function readResource(cursor: Cursor, start: number, end: number): RecordMap {
  const map = openMap();
  for (const [attributeStart, attributeEnd] of fieldRanges(cursor, start, end, 1)) {
    cursor.pos = attributeStart;
    readKeyValue(cursor, attributeEnd, map, 0);
  }
  return map;
}

type Scope = Omit<Origin, "resource">;

function readScope(cursor: Cursor, start: number, end: number): Scope {
  let scopeName = "";
  let scopeVersion = "";
  const scopeAttributes = openMap();
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = readTag(cursor, end);
    if (tag === ((1 << 3) | wireBytes)) scopeName = readText(cursor, end);
    else if (tag === ((2 << 3) | wireBytes)) scopeVersion = readText(cursor, end);
    else if (tag === ((3 << 3) | wireBytes)) readKeyValue(cursor, readLength(cursor, end), scopeAttributes, 0);
    else skipField(cursor, tag, end, fieldSet(1, 2, 3));
  }
  return { scopeName, scopeVersion, scopeAttributes };
}

/** Reads what records share; an error of the catalogue comes back as a value, to be charged to each record. */
function shared<Value>(read: () => Value): Value | TaffrailError {
  try {
    return read();
  } catch (error) {
    if (error instanceof TaffrailError) return error;
    throw error;
  }
}

function* readScopeLogs(
  cursor: Cursor,
  start: number,
  end: number,
  resource: RecordMap | TaffrailError,
): Generator<DecodedItem> {
  const none: Scope = { scopeName: "", scopeVersion: "", scopeAttributes: openMap() };
  let scope: Scope | TaffrailError = none;
  for (const [from, to] of fieldRanges(cursor, start, end, 1)) scope = shared(() => readScope(cursor, from, to));
  let origin: Origin | TaffrailError;
  if (resource instanceof TaffrailError) origin = resource;
  else origin = scope instanceof TaffrailError ? scope : { resource, ...scope };
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = readTag(cursor, end);
    if (tag === ((2 << 3) | wireBytes)) yield* readRecordItem(cursor, readLength(cursor, end), origin);
    else skipField(cursor, tag, end, fieldSet(2));
  }
}

function* readRequest(cursor: Cursor): Generator<DecodedItem> {
  for (const [start, end] of fieldRanges(cursor, 0, cursor.bytes.byteLength, 1)) {
    let resource: RecordMap | TaffrailError = openMap();
    for (const [from, to] of fieldRanges(cursor, start, end, 1)) {
      resource = shared(() => readResource(cursor, from, to));
    }
    for (const [from, to] of fieldRanges(cursor, start, end, 2)) yield* readScopeLogs(cursor, from, to, resource);
  }
}

/**
 * Decodes an OTLP ExportLogsServiceRequest record by record, in order. A record that cannot be used (bad text, too deep) is cut out with its
 * reason; the rest go on.
 *
 * @throws TaffrailError `malformed_protobuf` when the bytes end inside a message or are not protobuf; walk the bytes first to know before.
 * @example for (const item of decodeLogsRequest(body)) if ("record" in item) keep(item.record);
 */
export function* decodeLogsRequest(bytes: Uint8Array): Generator<DecodedItem> {
  try {
    yield* readRequest(openCursor(bytes));
  } catch (fault) {
    throw fault instanceof TaffrailError ? fault : malformedProtobuf(fault);
  }
}
