import { constants } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { removeIfThere, syncDirectory, writeAll } from "./file-effects.ts";
import type { SegmentHeader } from "./frame-codec.ts";
import type { Segment, SegmentTally } from "./segment.ts";
import { segmentFileName } from "./segment-name.ts";

/** The segment that is being written. `tally` and `size` cover what is on disk for certain, nothing else. */
export interface OpenSegment {
  readonly file: FileHandle;
  readonly dir: string;
  readonly path: string;
  readonly salt: number;
  readonly seqFrom: bigint;
  readonly header: SegmentHeader;
  readonly tally: SegmentTally;
  readonly createdMs: number;
  readonly sinceMs: number;
  size: number;
}

/** Suffix of the small file that says where a segment ends whose failed last write could not be cut off. */
export const cutMarkSuffix = ".cut";

/** Creates an empty segment file. Rejects with the file system's error; then there is no file. */
export async function createSegmentFile(options: Omit<OpenSegment, "file" | "path" | "size">): Promise<OpenSegment> {
  const { dir, header, seqFrom, salt } = options;
  const path = join(dir, segmentFileName({ kind: header.kind, seqFrom, seqTo: undefined, salt }));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  return { ...options, path, file: await open(path, flags, 0o600), size: 0 };
}

async function truncateTo(path: string, bytes: number): Promise<void> {
  // A handle of its own: the one whose write or sync failed is never used again.
  const file = await open(path, "r+");
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function markCut(segment: OpenSegment): Promise<void> {
  const file = await open(`${segment.path}${cutMarkSuffix}`, "w", 0o600);
  try {
    await writeAll(file, [Buffer.from(`${segment.size}\n`)], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(segment.dir);
}

/**
 * Removes from disk what a failed write may have left behind the last good byte, so that a frame whose sender was told "no" is never stored. True:
 * done, and on disk. False: the disk did not even take that; a mark tells a later start where the file ends if the mark could be written.
 */
export async function cutBack(segment: OpenSegment): Promise<boolean> {
  try {
    if (segment.tally.frames === 0) await removeIfThere(segment.path);
    else await truncateTo(segment.path, segment.size);
    await removeIfThere(`${segment.path}${cutMarkSuffix}`);
    await syncDirectory(segment.dir);
    return true;
  } catch {
    await markCut(segment).catch(() => undefined);
    return false;
  }
}

/** What is left of an open segment as a closed one, under the given path. */
export function closedSegment(segment: OpenSegment, path: string): Segment {
  const { header, salt, createdMs, sinceMs } = segment;
  return {
    path,
    kind: header.kind,
    salt,
    header,
    summary: segment.tally.read(),
    createdMs,
    sinceMs,
    sentBefore: false,
  };
}

/**
 * Gives a segment its closed name, which states its end. When the rename fails the open name stays: that is only less tidy, because a start treats both
 * alike. The handle must be closed.
 */
export async function nameClosed(segment: OpenSegment): Promise<Segment> {
  const { seqFrom, seqTo } = segment.tally.read();
  const file = segmentFileName({ kind: segment.header.kind, seqFrom, seqTo, salt: segment.salt });
  const path = join(segment.dir, file);
  const renamed = await rename(segment.path, path).then(
    () => true,
    () => false,
  );
  return closedSegment(segment, renamed ? path : segment.path);
}
