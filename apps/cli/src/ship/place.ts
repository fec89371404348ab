import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";

/** Some bytes of a file, remembered by their count and hash. */
export interface Mark {
  readonly length: number;
  readonly hash: string;
}

/**
 * The place that was reached in a file, and how to know the file again: by device and inode, by its first bytes, and by the bytes just before the
 * place. The marks tell a file that goes on from one that was cut and written anew, and find the copy that a rotation made.
 */
export interface Place {
  readonly path: string;
  readonly device: string;
  readonly inode: string;
  /** Bytes of content (decompressed) that the server has acknowledged. */
  readonly offset: number;
  readonly head: Mark;
  /** The last bytes with content before the place. */
  readonly tail: Mark;
  /** Where those bytes end; line breaks and blank lines may lie between there and the place. */
  readonly tailEnd: number;
  /** A compressed file that was read to its end; it is not read again. */
  readonly done: boolean;
}

/** Bytes of a file's start that its head mark covers at most. */
export const headBytes = 1024;
/** Bytes before the place that the tail mark covers at most. */
export const tailBytes = 256;

/** The mark of some bytes. */
export const markOf = (bytes: Buffer): Mark => ({
  length: bytes.length,
  hash: createHash("sha256").update(bytes).digest("hex").slice(0, 32),
});

/** Reads `length` bytes at `position` of a content; fewer at its end. */
export type ReadAt = (position: number, length: number) => Promise<Buffer>;

async function holds(readAt: ReadAt, position: number, mark: Mark): Promise<boolean> {
  const bytes = await readAt(position, mark.length);
  return bytes.length === mark.length && markOf(bytes).hash === mark.hash;
}

/**
 * Whether a content is the one the place was reached in, or a copy of it: it begins alike and is alike just before the place.
 *
 * @example if (await continuesAt(place, readAt)) start = place.offset;
 */
export async function continuesAt(place: Place, readAt: ReadAt): Promise<boolean> {
  return (await holds(readAt, 0, place.head)) && (await holds(readAt, place.tailEnd - place.tail.length, place.tail));
}

/** A place says enough to find copies by it only when its head mark is full: short files may be alike by accident. */
export const isDistinct = (place: Place): boolean => place.head.length === headBytes;

/** A file's name without compression, numbers and dates: what its rotations have in common. */
function stemOf(path: string): string {
  const name = basename(path)
    .replace(/\.gz$/, "")
    .replace(/[-._]\d[\dT:_-]*(?=[-._]|$)/g, "");
  return `${dirname(path)}/${name}`;
}

/**
 * Whether two paths look like rotations of one log.
 *
 * @example areRotations("/log/app.log", "/log/app.log.2.gz") // true
 */
export const areRotations = (one: string, other: string): boolean => stemOf(one) === stemOf(other);

const isMark = (value: unknown): value is Mark => {
  const mark = value as Partial<Mark> | null;
  return typeof mark === "object" && Number.isSafeInteger(mark?.length) && typeof mark?.hash === "string";
};

const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** Reads a place from its file's text; undefined when it is damaged or of another version. */
export function parsePlace(text: string): Place | undefined {
  let value: (Partial<Place> & { readonly version?: unknown }) | null;
  try {
    value = JSON.parse(text) as Partial<Place> | null;
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || value.version !== 1) return undefined;
  const { path, device, inode, offset, head, tail, tailEnd = -1, done } = value;
  if (typeof path !== "string" || typeof device !== "string" || typeof inode !== "string") return undefined;
  if (!isOffset(offset)) return undefined;
  if (!isMark(head) || !isMark(tail) || !isOffset(tailEnd)) return undefined;
  if (tail.length > tailEnd || tailEnd > offset || head.length > offset) return undefined;
  return { path, device, inode, offset, head, tail, tailEnd, done: done === true };
}

/** A place as its file's text. */
export const placeText = (place: Place): string => `${JSON.stringify({ version: 1, ...place })}\n`;
