import { isUtf8 } from "node:buffer";
import { type Cursor, openCursor } from "./wire.ts";

/** Smallest and largest second byte after a lead byte; beyond them lie overlong forms, surrogates and what is past U+10FFFF. */
function secondByteFits(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0 && second <= 0xbf;
  if (lead === 0xed) return second >= 0x80 && second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90 && second <= 0xbf;
  if (lead === 0xf4) return second >= 0x80 && second <= 0x8f;
  return second >= 0x80 && second <= 0xbf;
}

/** Length of the sequence that a lead byte opens; 0 = not a lead byte. */
function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/** Length of the valid multi-byte sequence at `at`; 0 when there is none. */
function multiByteLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] as number;
  const length = sequenceLength(lead);
  if (length === 0 || length > end - at || !secondByteFits(lead, bytes[at + 1] as number)) return 0;
  for (let index = at + 2; index < at + length; index++) if (((bytes[index] as number) & 0xc0) !== 0x80) return 0;
  return length;
}

/**
 * Offset of the first byte of [start, end) that is not valid UTF-8, or -1. Allocates nothing; reads ASCII four bytes at a time.
 *
 * @example utf8Fault(openCursor(Buffer.from([0x61, 0xff])), 0, 2) // 1
 */
export function utf8Fault(cursor: Cursor, start: number, end: number): number {
  const { bytes, view } = cursor;
  let at = start;
  while (at < end) {
    while (at + 4 <= end && (view.getInt32(at, true) & 0x80808080) === 0) at += 4;
    if (at >= end) return -1;
    if ((bytes[at] as number) < 0x80) at++;
    else {
      const length = multiByteLength(bytes, at, end);
      if (length === 0) return at;
      at += length;
    }
  }
  return -1;
}

/**
 * Offset of the first byte that is not valid UTF-8, or -1.
 *
 * @example invalidUtf8At(Buffer.from([0x61, 0xff])) // 1
 */
export function invalidUtf8At(bytes: Uint8Array): number {
  return isUtf8(bytes) ? -1 : utf8Fault(openCursor(bytes), 0, bytes.byteLength);
}
