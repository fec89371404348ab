import { limits } from "@taffrail/contracts";
import { utf8Fault } from "./utf8.ts";
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

/** What a walk may find that keeps the bytes from going to the engine as they are. */
export const walkNotes = {
  /** An array, map or bytes value, or a body that is not text. */
  nested: 1,
  /** A time that is unset, before 1990 or too far ahead. */
  oddTime: 2,
  /** A time older than the retention. */
  tooOld: 4,
  invalidUtf8: 8,
  /** The same key twice in one map, or more keys than a record may have. */
  keys: 16,
  /** A record larger than a record may be. */
  tooLarge: 32,
  /** A trace or span id of a wrong length, or all zeros. */
  ids: 64,
  /** A number that is not finite, an unset value, a severity out of range. */
  oddValue: 128,
} as const;

/** Where attribute keys of the message that is being walked stand; reused from record to record. */
export interface KeyMemory {
  count: number;
  readonly signatures: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** A cursor that gathers notes. */
export interface Walk extends Cursor {
  notes: number;
  readonly keys: KeyMemory;
}

/** Memory for the keys of one message; keys beyond the limit are not looked at. */
export function createKeyMemory(): KeyMemory {
  const size = limits.attributeKeys.value;
  return { count: 0, signatures: new Int32Array(size), starts: new Int32Array(size), ends: new Int32Array(size) };
}

/** Walks a string field; notes invalid UTF-8. */
export function walkText(walk: Walk, end: number): void {
  const textEnd = readLength(walk, end);
  if (utf8Fault(walk, walk.pos, textEnd) >= 0) walk.notes |= walkNotes.invalidUtf8;
  walk.pos = textEnd;
}

function sameBytes(bytes: Uint8Array, first: number, second: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (bytes[first + index] !== bytes[second + index]) return false;
  return true;
}

/** Remembers a key and notes when the message had it before. Keys are told apart by a cheap signature first. */
function rememberKey(walk: Walk, start: number, end: number): void {
  const { keys, bytes } = walk;
  const length = end - start;
  if (keys.count >= keys.signatures.length) {
    walk.notes |= walkNotes.keys;
    return;
  }
  const middle = bytes[start + (length >>> 1)] as number;
  const signature =
    length === 0 ? 0 : (length << 24) ^ ((bytes[start] as number) << 16) ^ (middle << 8) ^ (bytes[end - 1] as number);
  for (let index = 0; index < keys.count; index++) {
    if (keys.signatures[index] !== signature) continue;
    const earlier = keys.starts[index] as number;
    if ((keys.ends[index] as number) - earlier === length && sameBytes(bytes, earlier, start, length)) {
      walk.notes |= walkNotes.keys;
      return;
    }
  }
  keys.signatures[keys.count] = signature;
  keys.starts[keys.count] = start;
  keys.ends[keys.count] = end;
  keys.count++;
}

const keyValueFields = fieldSet(1, 2);

/** Walks a KeyValue message up to `end`. `depth` 0 is an attribute of a record, resource or scope. */
export function walkKeyValue(walk: Walk, end: number, depth: number): void {
  let keyStart = walk.pos;
  let keyEnd = keyStart;
  let valued = false;
  while (walk.pos < end) {
    const tag = readTag(walk, end);
    if (tag === ((1 << 3) | wireBytes)) {
      keyEnd = readLength(walk, end);
      keyStart = walk.pos;
      if (utf8Fault(walk, keyStart, keyEnd) >= 0) walk.notes |= walkNotes.invalidUtf8;
      walk.pos = keyEnd;
    } else if (tag === ((2 << 3) | wireBytes)) {
      valued = true;
      walkValue(walk, readLength(walk, end), depth);
    } else skipField(walk, tag, end, keyValueFields);
  }
  if (!valued) walk.notes |= walkNotes.oddValue;
  if (depth === 0) rememberKey(walk, keyStart, keyEnd);
}

const listFields = fieldSet(1);

/** Walks an ArrayValue or a KeyValueList. What lies too deep is stepped over; decoding then refuses the record. */
function walkList(walk: Walk, end: number, depth: number, ofPairs: boolean): void {
  walk.notes |= walkNotes.nested;
  if (depth > limits.jsonDepth.value) {
    walk.pos = end;
    return;
  }
  while (walk.pos < end) {
    const tag = readTag(walk, end);
    if (tag === ((1 << 3) | wireBytes)) {
      const innerEnd = readLength(walk, end);
      if (ofPairs) walkKeyValue(walk, innerEnd, depth);
      else walkValue(walk, innerEnd, depth);
    } else skipField(walk, tag, end, listFields);
  }
}

const valueFields = fieldSet(1, 2, 3, 4, 5, 6, 7);

/** Walks one field of an AnyValue whose tag was read. */
function walkValueField(walk: Walk, tag: number, end: number, depth: number): void {
  switch (tag) {
    case (2 << 3) | wireVarint:
    case (3 << 3) | wireVarint:
      readVarint(walk, end);
      return;
    case (4 << 3) | wireFixed64:
      // An exponent of all ones is NaN or an infinity.
      if ((walk.view.getInt32(takeFixed(walk, end, 8) + 4, true) & 0x7ff00000) === 0x7ff00000) {
        walk.notes |= walkNotes.oddValue;
      }
      return;
    case (5 << 3) | wireBytes:
    case (6 << 3) | wireBytes:
      walkList(walk, readLength(walk, end), depth + 1, tag === ((6 << 3) | wireBytes));
      return;
    case (7 << 3) | wireBytes:
      walk.notes |= walkNotes.nested;
      walk.pos = readLength(walk, end);
      return;
    default:
      skipField(walk, tag, end, valueFields);
  }
}

/** Walks an AnyValue message up to `end`; answers whether it is text. */
export function walkValue(walk: Walk, end: number, depth: number): boolean {
  let text = false;
  let fields = 0;
  while (walk.pos < end) {
    const tag = readTag(walk, end);
    fields++;
    if (tag === ((1 << 3) | wireBytes)) {
      text = true;
      walkText(walk, end);
    } else walkValueField(walk, tag, end, depth);
  }
  if (fields !== 1) walk.notes |= walkNotes.oddValue;
  return text;
}

/** Checks that an id field has `size` bytes that are not all zero, or none at all; otherwise notes it. */
export function walkId(walk: Walk, end: number, size: number): void {
  const idEnd = readLength(walk, end);
  let zero = idEnd > walk.pos;
  for (let at = walk.pos; zero && at < idEnd; at++) zero = walk.bytes[at] === 0;
  if (zero || (idEnd !== walk.pos && idEnd - walk.pos !== size)) walk.notes |= walkNotes.ids;
  walk.pos = idEnd;
}

/** Nanoseconds of a fixed64 field as milliseconds; a double is exact enough for days and limits. */
export function walkTimeMs(walk: Walk, end: number): number {
  const at = takeFixed(walk, end, 8);
  return (walk.view.getUint32(at + 4, true) * 4294967296 + walk.view.getUint32(at, true)) / 1e6;
}

/** Says that two occurrences of a single-valued message were found, which codecs merge in different ways. */
export function noteRepeat(walk: Walk, seen: boolean): void {
  if (seen) walk.notes |= walkNotes.oddValue;
}
