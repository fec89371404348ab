import { closeSync, openSync, readSync } from "node:fs";
import type { ReadHeader } from "./frame.ts";
import type { ReadAt } from "./frame-reader.ts";

/** One file of a spool (or, while the disk fails, a piece of memory that looks the same), and what is known of it. */
export interface Segment {
  readonly header: ReadHeader;
  /** Undefined as long as only memory has it. */
  path: string | undefined;
  memory: Buffer | undefined;
  /** Bytes of whole frames: readers go no further. */
  size: number;
  /** Record numbers that it covers, from `header.first`. */
  count: number;
  /** Records for each sink of the header. */
  readonly routed: number[];
  /** When its last record came, in ms after it was created. */
  lastMs: number;
  /** Nothing is appended any more. */
  closed: boolean;
  /** A place in it could not be read: it goes to quarantine instead of being deleted. */
  damaged: boolean;
}

/** Number after its last record. */
export function endOf(segment: Segment): number {
  return segment.header.first + segment.count;
}

/** The bits of `routes` by which a record of this segment is for the sink; 0 when none is. */
export function maskOf(segment: Segment, sink: string): number {
  const { sinks } = segment.header;
  if (sinks.length === 0) return -1;
  const found = sinks.find(({ name }) => name === sink);
  return found === undefined ? 0 : 1 << found.bit;
}

/** Records of the segment that are for the sink. */
export function routedTo(segment: Segment, sink: string): number {
  const { sinks } = segment.header;
  if (sinks.length === 0) return segment.count;
  return segment.routed[sinks.findIndex(({ name }) => name === sink)] ?? 0;
}

/** Counts a record that was appended. */
export function countRecord(segment: Segment, routes: number, ms: number): void {
  segment.count += 1;
  segment.lastMs = ms;
  const { sinks } = segment.header;
  for (let index = 0; index < sinks.length; index += 1) {
    if ((routes & (1 << (sinks[index]?.bit ?? 0))) !== 0) segment.routed[index] = (segment.routed[index] ?? 0) + 1;
  }
}

/** A segment being read: its bytes by position, until it is closed. */
export interface SegmentBytes {
  readonly read: ReadAt;
  close(): void;
}

/** Opens a segment for reading. The file is opened at the first read, and stays readable when it is moved or replaced. */
export function openBytes(segment: Segment): SegmentBytes {
  let descriptor: number | undefined;
  return {
    read(target, position) {
      if (segment.memory !== undefined) return segment.memory.copy(target, 0, position, segment.size);
      if (segment.path === undefined) return 0;
      descriptor ??= openSync(segment.path, "r");
      let filled = 0;
      while (filled < target.length) {
        const bytes = readSync(descriptor, target, filled, target.length - filled, position + filled);
        if (bytes === 0) break;
        filled += bytes;
      }
      return filled;
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
