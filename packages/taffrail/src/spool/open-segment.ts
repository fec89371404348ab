import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { decodeFooter, decodeHeader, type Footer, footerBytes, type HeaderFault, type ReadHeader } from "./frame.ts";
import { FrameReader, type ReadAt } from "./frame-reader.ts";
import type { Segment } from "./segment.ts";

/** Why a file cannot be read as a segment of the spool it lies in. */
export type SegmentFault = HeaderFault | "other-spool" | "unreadable";

/** A segment that was found on disk, and the bytes at its end that are no record. */
export interface FoundSegment {
  readonly segment: Segment;
  readonly tornBytes: number;
}

/** No header is longer: 30 sinks with names of 255 bytes. */
const headerMaxBytes = 8 * 1024;

/** What all frames of a segment say together; for one that has no footer because its process died. Numbers that are missing count for every sink. */
function scan(read: ReadAt, header: ReadHeader, size: number): Footer & { readonly reader: FrameReader } {
  const reader = new FrameReader(read, header.seed, header.bytes, size);
  const routed = header.sinks.map(() => 0);
  let count = 0;
  let lastMs = 0;
  while (reader.advance()) {
    const missing = reader.index - count;
    count = reader.index + 1;
    lastMs = reader.ms;
    for (const [at, { bit }] of header.sinks.entries()) {
      const isFor = (reader.routes & (1 << bit)) !== 0;
      routed[at] = (routed[at] ?? 0) + missing + (isFor ? 1 : 0);
    }
  }
  return { count, routed, lastMs, reader };
}

function open(path: string, descriptor: number, laneId: string): FoundSegment | SegmentFault {
  const read: ReadAt = (target, position) => readSync(descriptor, target, 0, target.length, position);
  const { size } = fstatSync(descriptor);
  const start = Buffer.alloc(Math.min(size, headerMaxBytes));
  const header = decodeHeader(start.subarray(0, read(start, 0)));
  if (typeof header === "string") return header;
  if (header.laneId !== laneId) return "other-spool";
  const base = { header, path, memory: undefined, closed: true };
  const last = Buffer.alloc(Math.min(footerBytes(header.sinks.length), size - header.bytes));
  read(last, size - last.length);
  const footer = decodeFooter(last, header.sinks.length, header.seed);
  if (footer !== undefined) {
    const { count, lastMs } = footer;
    return { segment: { ...base, size, count, routed: [...footer.routed], lastMs, damaged: false }, tornBytes: 0 };
  }
  const { count, routed, lastMs, reader } = scan(read, header, size);
  const damaged = reader.skippedBytes > 0;
  const segment = { ...base, size: size - reader.tailBytes, count, routed: [...routed], lastMs, damaged };
  return { segment, tornBytes: reader.tailBytes };
}

/**
 * Opens a file as a segment of the sub-directory `laneId`, or says why it is none. A segment without its footer is read through once; what comes
 * after its last whole record is cut off.
 *
 * @example openSegment("logs/00ff/0000000000000001.seg", "00ff")
 */
export function openSegment(path: string, laneId: string): FoundSegment | SegmentFault {
  try {
    const descriptor = openSync(path, "r");
    try {
      return open(path, descriptor, laneId);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Not a file, no right to read it, or a disk that fails: told by whoever puts it away.
    return "unreadable";
  }
}
