import { open, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Failpoint } from "@taffrail/experiments";
import { type ByteRange, copyRanges, syncDirectory } from "./file-effects.ts";
import { headerFrame, type SegmentHeader } from "./frame-codec.ts";
import { createTally, type Segment, type SegmentTally } from "./segment.ts";
import { segmentFileName } from "./segment-name.ts";
import { type ScannedFrame, scanSegment } from "./segment-scan.ts";

export interface SplitOptions {
  readonly failpoint: Failpoint;
  /** Used when the segment's own header was damaged. */
  readonly header: SegmentHeader;
}

interface Piece {
  readonly tally: SegmentTally;
  readonly range: { at: number; end: number };
}

/** The frames of a segment in file order, without the header. Rejects when the file is damaged: then it is no longer what was closed. */
export async function* framesOf(path: string, salt: number): AsyncGenerator<ScannedFrame> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    for await (const item of scanSegment(file, size, salt)) {
      if (item.type === "damage") throw new Error(`the file is damaged at byte ${item.at}`);
      if (item.frame.payload !== "header") yield item;
    }
  } finally {
    await file.close();
  }
}

async function cutInTwo(segment: Segment): Promise<readonly [Piece, Piece]> {
  const fresh = (): Piece => ({ tally: createTally(), range: { at: 0, end: 0 } });
  const pieces = [fresh(), fresh()] as const;
  const half = Math.floor(segment.summary.frames / 2);
  let seen = 0;
  for await (const { at, frame } of framesOf(segment.path, segment.salt)) {
    const piece = pieces[seen < half ? 0 : 1];
    if (piece.range.end === 0) piece.range.at = at;
    piece.range.end = at + frame.length;
    piece.tally.add(frame.meta, frame.length);
    seen += 1;
  }
  return pieces;
}

/** Writes the frames of `ranges` as a segment of their own, beside the given one. It has its final name and is on disk when this resolves. */
export async function writePiece(
  segment: Segment,
  ranges: readonly ByteRange[],
  tally: SegmentTally,
  fallback: SegmentHeader,
): Promise<Segment> {
  const { seqFrom, seqTo } = tally.read();
  const { kind, salt } = segment;
  const dir = dirname(segment.path);
  const header = segment.header ?? fallback;
  const head = headerFrame(header, seqFrom, salt);
  const path = join(dir, segmentFileName({ kind, seqFrom, seqTo, salt }));
  const temporary = `${path}.part`;
  try {
    await copyRanges(segment.path, temporary, head, ranges);
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dir);
  tally.addBytes(head.length);
  return { ...segment, path, header, summary: tally.read(), sentBefore: true };
}

/**
 * Replaces a segment of several frames by two with half the frames each. The pieces are on disk before the whole goes, and a start that finds both
 * drops the pieces, so no frame is ever missing. Rejects when the disk does not take the pieces; then the segment is as it was.
 */
export async function splitSegment(
  segment: Segment,
  { failpoint, header }: SplitOptions,
): Promise<readonly [Segment, Segment]> {
  failpoint("journal.split.before");
  const [left, right] = await cutInTwo(segment);
  const first = await writePiece(segment, [left.range], left.tally, header);
  const pieces = [first];
  try {
    failpoint("journal.split.first");
    const second = await writePiece(segment, [right.range], right.tally, header);
    pieces.push(second);
    failpoint("journal.split.second");
    await unlink(segment.path);
    return [first, second];
  } catch (error) {
    for (const piece of pieces) await unlink(piece.path).catch(() => undefined);
    throw error;
  }
}
