import { crc32 } from "node:zlib";
import type { FrameKind } from "./journal.ts";
import { frameFields, headerFields, segmentFormatVersion } from "./segment-format.ts";
import type { BlockSettings } from "./segment-store.ts";

/** What stands before a payload. Times are milliseconds since 1970; `receivedAtMs` is written as nanoseconds. */
export interface FrameMeta {
  readonly tenant: string;
  readonly seqBase: bigint;
  readonly source: string;
  readonly principal: string;
  readonly batchId: string;
  readonly receivedAtMs: number;
  readonly count: number;
  readonly timeMinMs: number;
  readonly timeMaxMs: number;
}

/** What a replay must know about the file. */
export interface SegmentHeader {
  readonly format: number;
  readonly kind: FrameKind;
  readonly statementVersion: number;
  readonly blockSettings: BlockSettings;
  readonly createdMs: number;
  readonly writer: number;
}

/** A frame's place and head, read but not yet checked against its checksum. */
export interface ParsedFrame {
  readonly meta: FrameMeta;
  readonly payload: "header" | FrameKind;
  readonly crc: number;
  /** Offsets from the start of the frame: where the summed bytes before the checksum begin and end, where the payload begins, where the frame ends. */
  readonly bodyAt: number;
  readonly crcAt: number;
  readonly payloadAt: number;
  readonly length: number;
}

/** Bytes that the head of a frame has at most: four strings of `nameBytesMax`, numbers and tags. */
export const headBytesMax = 4096;
/** Bytes that tenant, source, principal and batch id may have each. */
export const nameBytesMax = 512;
/** Bytes between the checksum's tag and the first byte of the payload's tag. */
const crcFieldBytes = 5;

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const payloadField = { header: frameFields.header, "otlp-logs": frameFields.otlpLogs, "log-rows": frameFields.lines };

/** Appends protobuf fields to a buffer of the given size; callers keep what they write within it. */
class FieldWriter {
  readonly #bytes: Buffer;
  length = 0;

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  get written(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }
  varint(value: bigint | number): void {
    let rest = value;
    if (typeof rest === "bigint") {
      for (; rest > 0x7fn; rest >>= 7n) this.#byte(Number(rest & 0x7fn) | 0x80);
      this.#byte(Number(rest));
      return;
    }
    // Not with shifts: times have more than 32 bits.
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#byte((rest % 128) | 0x80);
    this.#byte(rest);
  }
  number(field: number, value: bigint | number): void {
    this.varint((field << 3) | wire.varint);
    this.varint(value);
  }
  text(field: number, value: string): void {
    this.varint((field << 3) | wire.bytes);
    this.varint(Buffer.byteLength(value));
    this.length += this.#bytes.write(value, this.length);
  }
  fixed64(field: number, value: bigint): void {
    this.varint((field << 3) | wire.fixed64);
    this.length = this.#bytes.writeBigUInt64LE(value, this.length);
  }
  fixed32(field: number, value: number): void {
    this.varint((field << 3) | wire.fixed32);
    this.length = this.#bytes.writeUInt32LE(value, this.length);
  }
  #byte(value: number): void {
    this.#bytes[this.length] = value;
    this.length += 1;
  }
}

function encodeHead(meta: FrameMeta, payload: "header" | FrameKind, payloadBytes: Uint8Array, salt: number): Buffer {
  const names = meta.tenant.length + meta.source.length + meta.principal.length + meta.batchId.length;
  // A character takes at most three bytes, the rest of a head less than 128.
  const fields = new FieldWriter(128 + 3 * names);
  fields.text(frameFields.tenant, meta.tenant);
  fields.number(frameFields.seqBase, meta.seqBase);
  fields.text(frameFields.source, meta.source);
  fields.text(frameFields.principal, meta.principal);
  fields.text(frameFields.batch, meta.batchId);
  fields.fixed64(frameFields.receivedNs, BigInt(meta.receivedAtMs) * 1_000_000n);
  fields.number(frameFields.count, meta.count);
  fields.number(frameFields.timeMinMs, meta.timeMinMs);
  fields.number(frameFields.timeMaxMs, meta.timeMaxMs);
  const before = fields.written;
  const after = new FieldWriter(16);
  after.varint((payloadField[payload] << 3) | wire.bytes);
  after.varint(payloadBytes.length);
  fields.fixed32(frameFields.crc, crc32(payloadBytes, crc32(after.written, crc32(before, salt))));
  const length = new FieldWriter(16);
  length.varint(fields.length + after.length + payloadBytes.length);
  return Buffer.concat([length.written, fields.written, after.written]);
}

/**
 * The bytes to write before a payload so that both together are one frame. The checksum covers every byte of the frame but itself and starts from
 * the segment's salt, so that bytes inside a payload that look like a frame are never taken for one.
 *
 * @example await file.writev([frameHead(meta, "log-rows", payload, salt), payload]);
 */
export function frameHead(meta: FrameMeta, kind: FrameKind, payload: Uint8Array, salt: number): Buffer {
  return encodeHead(meta, kind, payload, salt);
}

/** The first frame of a segment, whole. `seqFrom` is the Seq its first record has or would have. */
export function headerFrame(header: SegmentHeader, seqFrom: bigint, salt: number): Buffer {
  const fields = new FieldWriter(headBytesMax);
  fields.number(headerFields.format, segmentFormatVersion);
  fields.text(headerFields.kind, header.kind);
  fields.number(headerFields.statementVersion, header.statementVersion);
  fields.text(headerFields.blockSettings, JSON.stringify(header.blockSettings));
  fields.number(headerFields.createdMs, header.createdMs);
  fields.number(headerFields.writer, header.writer);
  const payload = fields.written;
  const meta: FrameMeta = {
    tenant: "",
    seqBase: seqFrom,
    source: "",
    principal: "",
    batchId: "",
    receivedAtMs: header.createdMs,
    count: 0,
    timeMinMs: 0,
    timeMaxMs: 0,
  };
  return Buffer.concat([encodeHead(meta, "header", payload, salt), payload]);
}

/** Reads protobuf fields in order; anything unexpected sets `ok` to false and yields zeros. */
class FieldReader {
  ok = true;
  at: number;
  readonly bytes: Buffer;
  readonly end: number;

  constructor(bytes: Buffer, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.at < this.end ? this.bytes[this.at] : undefined;
      if (byte === undefined) break;
      this.at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    this.ok = false;
    return 0n;
  }
  /** A number that must be exact in JavaScript. */
  size(): number {
    const value = this.varint();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.ok = false;
    return this.ok ? Number(value) : 0;
  }
  tag(field: number, type: number): void {
    if (this.ok && this.size() !== ((field << 3) | type)) this.ok = false;
  }
  number(field: number): number {
    this.tag(field, wire.varint);
    return this.ok ? this.size() : 0;
  }
  big(field: number): bigint {
    this.tag(field, wire.varint);
    return this.ok ? this.varint() : 0n;
  }
  text(field: number, bytesMax: number): string {
    this.tag(field, wire.bytes);
    const length = this.ok ? this.size() : 0;
    if (length > bytesMax || this.at + length > this.end) this.ok = false;
    if (!this.ok) return "";
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }
  fixed64(field: number): bigint {
    this.tag(field, wire.fixed64);
    if (this.at + 8 > this.end) this.ok = false;
    if (!this.ok) return 0n;
    this.at += 8;
    return this.bytes.readBigUInt64LE(this.at - 8);
  }
  fixed32(field: number): number {
    this.tag(field, wire.fixed32);
    if (this.at + 4 > this.end) this.ok = false;
    if (!this.ok) return 0;
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }
}

function payloadOfTag(tag: number): "header" | FrameKind | undefined {
  if (tag === ((frameFields.header << 3) | wire.bytes)) return "header";
  if (tag === ((frameFields.otlpLogs << 3) | wire.bytes)) return "otlp-logs";
  return tag === ((frameFields.lines << 3) | wire.bytes) ? "log-rows" : undefined;
}

/** A cheap look: false when no frame can start at `at`. It spares the search after damage most of its work. */
export function mayStartFrame(bytes: Buffer, at: number): boolean {
  let after = at;
  while (after < at + 5 && (bytes[after] ?? 0) >= 0x80) after += 1;
  return bytes[after + 1] === ((frameFields.tenant << 3) | wire.bytes);
}

/**
 * Reads the head of the frame that starts at `at`, or undefined when no frame of this layout starts there. The buffer must hold `headBytesMax` bytes
 * from `at` or all up to the end of the file; the payload need not be in it. The checksum is not checked here.
 *
 * @example const frame = parseFrame(window, 0); if (frame) crcOk(...)
 */
export function parseFrame(bytes: Buffer, at: number): ParsedFrame | undefined {
  const reader = new FieldReader(bytes, at, Math.min(bytes.length, at + headBytesMax));
  const length = reader.size();
  const bodyAt = reader.at;
  if (!reader.ok || bytes[bodyAt] !== ((frameFields.tenant << 3) | wire.bytes)) return undefined;
  const tenant = reader.text(frameFields.tenant, nameBytesMax);
  const seqBase = reader.big(frameFields.seqBase);
  const source = reader.text(frameFields.source, nameBytesMax);
  const principal = reader.text(frameFields.principal, nameBytesMax);
  const batchId = reader.text(frameFields.batch, nameBytesMax);
  const receivedAtMs = Number(reader.fixed64(frameFields.receivedNs) / 1_000_000n);
  const count = reader.number(frameFields.count);
  const timeMinMs = reader.number(frameFields.timeMinMs);
  const timeMaxMs = reader.number(frameFields.timeMaxMs);
  const crcAt = reader.at;
  const crc = reader.fixed32(frameFields.crc);
  const payload = reader.ok ? payloadOfTag(reader.size()) : undefined;
  const payloadLength = reader.size();
  if (!reader.ok || !payload || reader.at + payloadLength !== bodyAt + length) return undefined;
  return {
    meta: { tenant, seqBase, source, principal, batchId, receivedAtMs, count, timeMinMs, timeMaxMs },
    payload,
    crc,
    bodyAt: bodyAt - at,
    crcAt: crcAt - at,
    payloadAt: reader.at - at,
    length: bodyAt + length - at,
  };
}

/** Checksum of the head of the frame at `at`; the payload's bytes are added with `crc32(chunk, sum)`. */
export function headSum(bytes: Buffer, at: number, frame: ParsedFrame, salt: number): number {
  const before = crc32(bytes.subarray(at + frame.bodyAt, at + frame.crcAt), salt);
  return crc32(bytes.subarray(at + frame.crcAt + crcFieldBytes, at + frame.payloadAt), before);
}

function blockSettingsOf(text: string): BlockSettings | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(entries);
}

/** Reads the payload of a header frame, or undefined when it is not one this version understands. */
export function parseHeader(payload: Buffer): SegmentHeader | undefined {
  const reader = new FieldReader(payload, 0, payload.length);
  const format = reader.number(headerFields.format);
  const kind = reader.text(headerFields.kind, nameBytesMax);
  const statementVersion = reader.number(headerFields.statementVersion);
  const blockSettings = blockSettingsOf(reader.text(headerFields.blockSettings, headBytesMax));
  const createdMs = reader.number(headerFields.createdMs);
  const writer = reader.number(headerFields.writer);
  if (!reader.ok || !blockSettings || (kind !== "otlp-logs" && kind !== "log-rows")) return undefined;
  return { format, kind, statementVersion, blockSettings, createdMs, writer };
}
