/** Wire types of protobuf that OTLP uses; 3 and 4 (groups) are not among them. */
export const wireVarint = 0;
export const wireFixed64 = 1;
export const wireBytes = 2;
export const wireFixed32 = 5;

/** The bytes are not protobuf, or not of the expected shape. Inner code throws it; the edge turns it into `malformed_protobuf`. */
export class WireFault extends Error {
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.name = "WireFault";
    this.offset = offset;
  }
}

/** A place in protobuf bytes. Functions below move `pos` forward and throw WireFault rather than pass the end. */
export interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  pos: number;
}

/** Opens a cursor at the start of the bytes. */
export function openCursor(bytes: Uint8Array): Cursor {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), pos: 0 };
}

/** Reads a varint as its low 32 bits (unsigned), and skips the rest of it: right for tags, lengths, flags and enums. */
export function readVarint(cursor: Cursor, end: number): number {
  const { bytes } = cursor;
  const start = cursor.pos;
  let result = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (cursor.pos >= end) throw new WireFault("a varint runs past its message", start);
    const byte = bytes[cursor.pos++] as number;
    if (shift < 32) result |= (byte & 0x7f) << shift;
    if (byte < 0x80) return result >>> 0;
  }
  throw new WireFault("a varint is longer than ten bytes", start);
}

/** Reads a length and checks that so many bytes are left before `end`; answers where they end. */
export function readLength(cursor: Cursor, end: number): number {
  const at = cursor.pos;
  const first = cursor.bytes[at] as number;
  if (at < end && first < 0x80) {
    cursor.pos = at + 1;
    if (first > end - at - 1) throw new WireFault("a length runs past its message", at);
    return at + 1 + first;
  }
  const length = readVarint(cursor, end);
  if (length > end - cursor.pos) throw new WireFault("a length runs past its message", at);
  return cursor.pos + length;
}

/** Reads a tag: field number times 8 plus wire type. */
export function readTag(cursor: Cursor, end: number): number {
  const at = cursor.pos;
  const first = cursor.bytes[at] as number;
  const tag = at < end && first < 0x80 ? first : readVarint(cursor, end);
  if (first < 0x80) cursor.pos = at + 1;
  if (tag >>> 3 === 0) throw new WireFault("field number 0", at);
  return tag;
}

/** Makes sure that a fixed-width field fits and steps over it; answers where it started. */
export function takeFixed(cursor: Cursor, end: number, width: 4 | 8): number {
  const at = cursor.pos;
  if (width > end - at) throw new WireFault("a fixed-width field runs past its message", at);
  cursor.pos = at + width;
  return at;
}

/**
 * Steps over a field that the caller does not know. A field of the message that came with another wire type than it should is a fault: the
 * bytes are then of another message, and what follows would be misread.
 */
export function skipField(cursor: Cursor, tag: number, end: number, knownFields: number): void {
  const field = tag >>> 3;
  if (field < 31 && (knownFields >>> field) & 1) {
    throw new WireFault(`field ${field} has wire type ${tag & 7}`, cursor.pos);
  }
  switch (tag & 7) {
    case wireVarint:
      readVarint(cursor, end);
      return;
    case wireFixed64:
      takeFixed(cursor, end, 8);
      return;
    case wireBytes:
      cursor.pos = readLength(cursor, end);
      return;
    case wireFixed32:
      takeFixed(cursor, end, 4);
      return;
    default:
      throw new WireFault(`wire type ${tag & 7} does not exist`, cursor.pos);
  }
}

/** Bit set of field numbers (all below 31), for `skipField`. */
export function fieldSet(...fields: readonly number[]): number {
  return fields.reduce((set, field) => set | (1 << field), 0);
}
