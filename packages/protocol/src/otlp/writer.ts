import { wireBytes, wireFixed32, wireFixed64, wireVarint } from "./wire.ts";

/** Protobuf bytes being written into a buffer that grows. */
export interface Writer {
  bytes: Buffer;
  size: number;
}

/** Opens an empty writer. */
export function openWriter(): Writer {
  return { bytes: Buffer.allocUnsafe(1024), size: 0 };
}

/** What was written; a copy of the right size. */
export function finish(writer: Writer): Uint8Array {
  return Uint8Array.prototype.slice.call(writer.bytes, 0, writer.size);
}

function reserve(writer: Writer, count: number): void {
  const needed = writer.size + count;
  if (needed <= writer.bytes.byteLength) return;
  const grown = Buffer.allocUnsafe(Math.max(needed, writer.bytes.byteLength * 2));
  writer.bytes.copy(grown, 0, 0, writer.size);
  writer.bytes = grown;
}

/** Writes a small non-negative integer as a varint. */
function small(writer: Writer, value: number): void {
  reserve(writer, 5);
  let rest = value >>> 0;
  while (rest >= 128) {
    writer.bytes[writer.size++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  writer.bytes[writer.size++] = rest;
}

/** Writes a varint field; negative integers take ten bytes, as protobuf wants. */
export function putVarint(writer: Writer, field: number, value: number | bigint): void {
  small(writer, (field << 3) | wireVarint);
  if (value >= 0 && value < 2147483648) {
    small(writer, Number(value));
    return;
  }
  reserve(writer, 10);
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 128n) {
    writer.bytes[writer.size++] = Number(rest & 127n) | 128;
    rest >>= 7n;
  }
  writer.bytes[writer.size++] = Number(rest);
}

/** Writes a bytes field. */
export function putBytes(writer: Writer, field: number, bytes: Uint8Array): void {
  small(writer, (field << 3) | wireBytes);
  small(writer, bytes.byteLength);
  reserve(writer, bytes.byteLength);
  writer.bytes.set(bytes, writer.size);
  writer.size += bytes.byteLength;
}

/** Writes a string field, also when it is empty. */
export function putString(writer: Writer, field: number, text: string): void {
  const length = Buffer.byteLength(text);
  small(writer, (field << 3) | wireBytes);
  small(writer, length);
  reserve(writer, length);
  writer.bytes.write(text, writer.size, "utf8");
  writer.size += length;
}

/** Writes a string field unless it is empty, which is the same as absent. */
export function putText(writer: Writer, field: number, text: string): void {
  if (text !== "") putString(writer, field, text);
}

/** Writes a fixed64 field from an unsigned decimal; 0 is the same as absent. */
export function putFixed64(writer: Writer, field: number, decimal: string): void {
  if (decimal === "0" || decimal === "") return;
  small(writer, (field << 3) | wireFixed64);
  reserve(writer, 8);
  writer.bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(decimal)), writer.size);
  writer.size += 8;
}

/** Writes a double field. */
export function putDouble(writer: Writer, field: number, value: number): void {
  small(writer, (field << 3) | wireFixed64);
  reserve(writer, 8);
  writer.bytes.writeDoubleLE(value, writer.size);
  writer.size += 8;
}

/** Writes a fixed32 field; 0 is the same as absent. */
export function putFixed32(writer: Writer, field: number, value: number): void {
  if (value === 0) return;
  small(writer, (field << 3) | wireFixed32);
  reserve(writer, 4);
  writer.bytes.writeUInt32LE(value >>> 0, writer.size);
  writer.size += 4;
}

/** Writes a message field: `fill` writes what is in it, then its length is put before it. */
export function putMessage(writer: Writer, field: number, fill: () => void): void {
  small(writer, (field << 3) | wireBytes);
  reserve(writer, 1);
  const lengthAt = writer.size++;
  fill();
  const length = writer.size - lengthAt - 1;
  if (length < 128) {
    writer.bytes[lengthAt] = length;
    return;
  }
  // The length needs more than the one byte that was left for it: what follows moves.
  const extra = Math.ceil((32 - Math.clz32(length)) / 7) - 1;
  reserve(writer, extra);
  writer.bytes.copyWithin(lengthAt + 1 + extra, lengthAt + 1, writer.size);
  const end = writer.size + extra;
  writer.size = lengthAt;
  small(writer, length);
  writer.size = end;
}
