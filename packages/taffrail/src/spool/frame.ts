import { crc32 } from "./checksum.ts";

/** Version of the files written here; a segment of another version is put into quarantine, not guessed at. */
const formatVersion = 1;

/** Bytes before the line of a record: length, checksum, index, time, rank and kind, routes. */
export const frameHeaderBytes = 21;
/** No line is longer; a length beyond it is damage. */
export const payloadMaxBytes = 64 * 1024 * 1024;
/** A mask that stands for all sinks. */
export const allRoutes = 0xffff_ffff;

const magic = 0x47534654;
const fixedHeaderBytes = 29;
const checksumBytes = 4;
const kindFooter = 0x10;
const footerCountBytes = 4;
const footerTimeBytes = 4;

/** A sink that a segment holds records for: its name, and the bit that stands for it in `routes`. */
export interface SinkBit {
  readonly bit: number;
  readonly name: string;
}

/** What a segment says of itself in its first bytes. */
export interface SegmentHeader {
  /** The sub-directory that it belongs to: 16 hex digits. */
  readonly laneId: string;
  /** Number of its first record. */
  readonly first: number;
  /** Ms since 1970. */
  readonly createdAt: number;
  /** Sinks that its records are for; none: for whoever asks. */
  readonly sinks: readonly SinkBit[];
}

/** A header that was read: with its length, and the seed of all checksums behind it, so that frames of other segments never pass. */
export interface ReadHeader extends SegmentHeader {
  readonly bytes: number;
  readonly seed: number;
}

/** Why a file is no segment of this spool. */
export type HeaderFault = "empty" | "foreign" | "version" | "damaged";

/** What the last frame of a closed segment says: how many records, how many for each sink of the header, and when the last one came. */
export interface Footer {
  readonly count: number;
  readonly routed: readonly number[];
  /** Ms after the segment was created. */
  readonly lastMs: number;
}

/**
 * The first bytes of a segment.
 *
 * @example encodeHeader({ laneId: "00112233aabbccdd", first: 1, createdAt: 0, sinks: [] })
 */
export function encodeHeader({ laneId, first, createdAt, sinks }: SegmentHeader): Buffer {
  const names = sinks.map(({ bit, name }) => ({ bit, bytes: Buffer.from(name).subarray(0, 255) }));
  const size = fixedHeaderBytes + names.reduce((sum, { bytes }) => sum + 2 + bytes.length, 0) + checksumBytes;
  const header = Buffer.alloc(size);
  header.writeUInt32LE(magic, 0);
  header.writeUInt16LE(formatVersion, 4);
  header.writeUInt16LE(size, 6);
  header.write(laneId, 8, 8, "hex");
  header.writeUIntLE(first, 16, 6);
  header.writeUIntLE(createdAt, 22, 6);
  header.writeUInt8(names.length, 28);
  let at = fixedHeaderBytes;
  for (const { bit, bytes } of names) {
    header.writeUInt8(bit, at);
    header.writeUInt8(bytes.length, at + 1);
    bytes.copy(header, at + 2);
    at += 2 + bytes.length;
  }
  header.writeUInt32LE(crc32(header.subarray(0, at)), at);
  return header;
}

function readNames(bytes: Buffer, size: number): SinkBit[] {
  const sinks: SinkBit[] = [];
  let at = fixedHeaderBytes;
  for (let left = bytes.readUInt8(28); left > 0 && at + 2 <= size; left -= 1) {
    const length = bytes.readUInt8(at + 1);
    sinks.push({ bit: bytes.readUInt8(at), name: bytes.toString("utf8", at + 2, at + 2 + length) });
    at += 2 + length;
  }
  return sinks;
}

/** Reads the first bytes of a file; says what is wrong with them otherwise. */
export function decodeHeader(bytes: Buffer): ReadHeader | HeaderFault {
  if (bytes.length === 0) return "empty";
  if (bytes.length < fixedHeaderBytes + checksumBytes) return "damaged";
  if (bytes.readUInt32LE(0) !== magic) return "foreign";
  if (bytes.readUInt16LE(4) !== formatVersion) return "version";
  const size = bytes.readUInt16LE(6);
  const end = size - checksumBytes;
  if (end < fixedHeaderBytes || size > bytes.length) return "damaged";
  const seed = crc32(bytes.subarray(0, end));
  if (bytes.readUInt32LE(end) !== seed) return "damaged";
  return {
    laneId: bytes.toString("hex", 8, 16),
    first: bytes.readUIntLE(16, 6),
    createdAt: bytes.readUIntLE(22, 6),
    sinks: readNames(bytes, end),
    bytes: size,
    seed,
  };
}

/** Fills in the header of a frame whose payload of `length` bytes already stands behind it. The hot path: no objects. */
export function sealFrame(
  buffer: Buffer,
  at: number,
  length: number,
  index: number,
  ms: number,
  rank: number,
  routes: number,
  seed: number,
): void {
  buffer.writeUInt32LE(length, at);
  buffer.writeUInt32LE(index, at + 8);
  buffer.writeUInt32LE(ms, at + 12);
  buffer[at + 16] = rank;
  buffer.writeUInt32LE(routes >>> 0, at + 17);
  buffer.writeUInt32LE(crc32(buffer.subarray(at + 8, at + frameHeaderBytes + length), seed), at + 4);
}

/** Says whether a whole, undamaged frame of `length` payload bytes stands at `at`. */
export function isFrame(buffer: Buffer, at: number, length: number, seed: number): boolean {
  return crc32(buffer.subarray(at + 8, at + frameHeaderBytes + length), seed) === buffer.readUInt32LE(at + 4);
}

/** Bytes of the footer of a segment for that many sinks. */
export function footerBytes(sinks: number): number {
  return frameHeaderBytes + footerCountBytes + footerTimeBytes + 4 * sinks;
}

/** The last frame of a segment that was closed in order. */
export function encodeFooter({ count, routed, lastMs }: Footer, seed: number): Buffer {
  const frame = Buffer.alloc(footerBytes(routed.length));
  frame.writeUInt32LE(count, frameHeaderBytes);
  frame.writeUInt32LE(lastMs, frameHeaderBytes + footerCountBytes);
  for (const [index, records] of routed.entries()) {
    frame.writeUInt32LE(records, frameHeaderBytes + footerCountBytes + footerTimeBytes + 4 * index);
  }
  sealFrame(frame, 0, frame.length - frameHeaderBytes, count, lastMs, kindFooter, 0, seed);
  return frame;
}

/** Reads a footer for that many sinks; undefined when the bytes are none. */
export function decodeFooter(frame: Buffer, sinks: number, seed: number): Footer | undefined {
  const length = footerBytes(sinks) - frameHeaderBytes;
  if (frame.length !== footerBytes(sinks) || frame.readUInt32LE(0) !== length || frame[16] !== kindFooter)
    return undefined;
  if (!isFrame(frame, 0, length, seed)) return undefined;
  const at = frameHeaderBytes + footerCountBytes;
  const routed = Array.from({ length: sinks }, (_, index) => frame.readUInt32LE(at + footerTimeBytes + 4 * index));
  return { count: frame.readUInt32LE(frameHeaderBytes), routed, lastMs: frame.readUInt32LE(at) };
}
