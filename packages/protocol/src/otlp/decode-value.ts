import { limits, TaffrailError } from "@taffrail/contracts";
import { type OpenMap, openMap, type RecordMap, type RecordValue } from "../value.ts";
import { invalidUtf8At } from "./utf8.ts";
import {
  type Cursor,
  fieldSet,
  readLength,
  readTag,
  readVarint,
  skipField,
  takeFixed,
  wireBytes,
  wireFixed64,
  wireVarint,
} from "./wire.ts";

/** Decodes the bytes of [start, end) as UTF-8. Throws TaffrailError `invalid_utf8`; its offset counts from the start of the body. */
function decodeText(cursor: Cursor, start: number, end: number): string {
  const { bytes } = cursor;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
  // U+FFFD may have been sent as such: only then is a closer look needed.
  const fault = text.includes("\ufffd") ? invalidUtf8At(bytes.subarray(start, end)) : -1;
  if (fault >= 0) throw new TaffrailError("invalid_utf8", { offset: start + fault });
  return text;
}

/** Reads a string field. Throws TaffrailError `invalid_utf8`. */
export function readText(cursor: Cursor, end: number): string {
  const textEnd = readLength(cursor, end);
  const start = cursor.pos;
  cursor.pos = textEnd;
  return decodeText(cursor, start, textEnd);
}

/** Reads a varint as a signed 64-bit integer: a number while a double holds it exactly, else a bigint. */
function readInt64(cursor: Cursor, end: number): number | bigint {
  const start = cursor.pos;
  const low = readVarint(cursor, end);
  if (cursor.pos - start <= 4) return low;
  let value = 0n;
  for (let at = start, shift = 0n; at < cursor.pos; at++, shift += 7n) {
    value |= BigInt((cursor.bytes[at] as number) & 0x7f) << shift;
  }
  return narrow(BigInt.asIntN(64, value));
}

/**
 * A bigint as a number where that is exact.
 *
 * @example narrow(5n) // 5
 */
export function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Reads a fixed64 field as decimal text of an unsigned integer. */
export function readFixed64Text(cursor: Cursor, end: number): string {
  const at = takeFixed(cursor, end, 8);
  const high = cursor.view.getUint32(at + 4, true);
  const low = cursor.view.getUint32(at, true);
  return high < 0x200000 ? String(high * 4294967296 + low) : ((BigInt(high) << 32n) | BigInt(low)).toString();
}

const keyValueFields = fieldSet(1, 2);

/** Reads a KeyValue message up to `end` into a map; a key that comes twice keeps the last value. */
export function readKeyValue(cursor: Cursor, end: number, into: OpenMap, depth: number): void {
  let key = "";
  let value: RecordValue = null;
  while (cursor.pos < end) {
    const tag = readTag(cursor, end);
    if (tag === ((1 << 3) | wireBytes)) key = readText(cursor, end);
    else if (tag === ((2 << 3) | wireBytes)) value = readValue(cursor, readLength(cursor, end), depth);
    else skipField(cursor, tag, end, keyValueFields);
  }
  into[key] = value;
}

function refuseDepth(depth: number): void {
  if (depth > limits.jsonDepth.value) throw new TaffrailError("record_too_deep", { limit: limits.jsonDepth.value });
}

const listFields = fieldSet(1);

function readList(cursor: Cursor, end: number, depth: number): readonly RecordValue[] {
  refuseDepth(depth);
  const list: RecordValue[] = [];
  while (cursor.pos < end) {
    const tag = readTag(cursor, end);
    if (tag === ((1 << 3) | wireBytes)) list.push(readValue(cursor, readLength(cursor, end), depth));
    else skipField(cursor, tag, end, listFields);
  }
  return list;
}

function readMap(cursor: Cursor, end: number, depth: number): RecordMap {
  refuseDepth(depth);
  const map = openMap();
  while (cursor.pos < end) {
    const tag = readTag(cursor, end);
    if (tag === ((1 << 3) | wireBytes)) readKeyValue(cursor, readLength(cursor, end), map, depth);
    else skipField(cursor, tag, end, listFields);
  }
  return map;
}

function readBytesAsBase64(cursor: Cursor, end: number): string {
  const bytesEnd = readLength(cursor, end);
  const { bytes, pos } = cursor;
  cursor.pos = bytesEnd;
  return Buffer.from(bytes.buffer, bytes.byteOffset + pos, bytesEnd - pos).toString("base64");
}

const valueFields = fieldSet(1, 2, 3, 4, 5, 6, 7);

function readValueField(cursor: Cursor, tag: number, end: number, depth: number, unset: RecordValue): RecordValue {
  switch (tag) {
    case (1 << 3) | wireBytes:
      return readText(cursor, end);
    case (2 << 3) | wireVarint:
      return readVarint(cursor, end) !== 0;
    case (3 << 3) | wireVarint:
      return readInt64(cursor, end);
    case (4 << 3) | wireFixed64:
      return cursor.view.getFloat64(takeFixed(cursor, end, 8), true);
    case (5 << 3) | wireBytes:
      return readList(cursor, readLength(cursor, end), depth + 1);
    case (6 << 3) | wireBytes:
      return readMap(cursor, readLength(cursor, end), depth + 1);
    case (7 << 3) | wireBytes:
      return readBytesAsBase64(cursor, end);
    default:
      skipField(cursor, tag, end, valueFields);
      return unset;
  }
}

/**
 * Reads an AnyValue message up to `end`. Unset is null; bytes become base64 text; of several values the last wins. Throws TaffrailError
 * `invalid_utf8` or `record_too_deep`, and WireFault.
 */
export function readValue(cursor: Cursor, end: number, depth: number): RecordValue {
  let value: RecordValue = null;
  while (cursor.pos < end) value = readValueField(cursor, readTag(cursor, end), end, depth, value);
  return value;
}

/**
 * Reads an id field as lower-case hex. An id of a wrong length or of zeros is no id, as OpenTelemetry says; it comes back empty.
 */
export function readId(cursor: Cursor, end: number, size: number): string {
  const idEnd = readLength(cursor, end);
  const { bytes, pos } = cursor;
  cursor.pos = idEnd;
  if (idEnd - pos !== size) return "";
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + pos, size).toString("hex");
  return /^0*$/.test(hex) ? "" : hex;
}
