import { type FileHandle, open, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createFileSource } from "./file-source.ts";
import { createGzipSource, gunzipStream } from "./gzip-source.ts";
import { areRotations, continuesAt, headBytes, isDistinct, type Place, type ReadAt } from "./place.ts";
import type { FileIdentity } from "./place-store.ts";
import { contentStart } from "./place-tracker.ts";
import type { Source } from "./source.ts";

/** Where reading starts, and why. */
interface Start {
  readonly from: Pick<Place, "offset" | "tail" | "tailEnd">;
  /** The place of another file that this one is a copy of. */
  readonly copyOf?: Place;
}

export interface OpenedFile {
  readonly source: Source;
  readonly start: Start;
  /** The first bytes of the content. */
  readonly head: Buffer;
}

/** Known places, and what is known about the files they were reached in. */
export interface KnownPlaces {
  byIdentity(identity: FileIdentity): Place | undefined;
  all(): Iterable<Place>;
  /** Places of contents that were cut away; a copy of such a content has no living original. */
  retired(): Iterable<Place>;
}

export interface OpenOptions {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly compressed: boolean;
  readonly known: KnownPlaces;
  /** Forget what was remembered. */
  readonly fromStart: boolean;
  /** A file without a place starts at its end. */
  readonly fromEnd: boolean;
  /** A copy whose original still stands is asked for again later; else it is a file of its own. */
  readonly waits: boolean;
}

const readAtOf =
  (handle: FileHandle): ReadAt =>
  async (position, length) => {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await handle.read(buffer, 0, length, position);
    return buffer.subarray(0, bytesRead);
  };

/** Reads some bytes of a stream, from a position on; a damaged stream gives what it has. */
async function readPart(stream: Readable, position: number, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let passed = 0;
  let wanted = length;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const part = chunk.subarray(Math.max(0, position - passed)).subarray(0, wanted);
      passed += chunk.length;
      wanted -= part.length;
      parts.push(part);
      if (wanted === 0) break;
    }
  } catch {
    // Reading the file in earnest will tell of the damage.
  }
  stream.destroy();
  return Buffer.concat(parts);
}

const gzipReadAt =
  (path: string): ReadAt =>
  (position, length) =>
    length === 0 ? Promise.resolve(Buffer.alloc(0)) : readPart(gunzipStream(path), position, length);

/** Whether the file that a place was reached in still stands where it stood and still holds what was read. */
export async function originalHolds(place: Place): Promise<boolean> {
  try {
    const { dev, ino } = await stat(place.path, { bigint: true });
    if (String(dev) !== place.device || String(ino) !== place.inode) return false;
    const handle = await open(place.path, "r");
    try {
      return await continuesAt(place, readAtOf(handle));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** The place of the content that this one was copied from by a rotation, with the most of it read. */
async function originOf(options: OpenOptions, readAt: ReadAt): Promise<{ place: Place; retired: boolean } | undefined> {
  const { path, identity, known } = options;
  const isOther = (place: Place): boolean => place.device !== identity.device || place.inode !== identity.inode;
  const candidates = [
    ...[...known.retired()].map((place) => ({ place, retired: true })),
    ...[...known.all()].filter(isOther).map((place) => ({ place, retired: false })),
  ]
    .filter(({ place }) => isDistinct(place) && areRotations(place.path, path))
    .sort((one, other) => other.place.offset - one.place.offset);
  for (const candidate of candidates) if (await continuesAt(candidate.place, readAt)) return candidate;
  return undefined;
}

const lineFeed = 10;
const endWindowBytes = 64 * 1024;

/** The start of the last line that may still grow, so that a file that is followed from its end begins with a whole line. */
async function endOf(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const start = Math.max(0, size - endWindowBytes);
  const bytes = await readAtOf(handle)(start, size - start);
  const lineStart = bytes.lastIndexOf(lineFeed) + 1;
  return lineStart === 0 ? size : start + lineStart;
}

/**
 * Decides where to go on in a content: at the remembered place, at the place of the content it was copied from, at its end or at its start. `wait` means
 * that it is a copy whose original still stands: a rotation is under way.
 */
async function findStart(options: OpenOptions, readAt: ReadAt): Promise<Start | "done" | "wait"> {
  if (options.fromStart) return { from: contentStart };
  const own = options.known.byIdentity(options.identity);
  if (own && (await continuesAt(own, readAt))) {
    // The marks of an empty content fit any other that takes its inode.
    const isDone = own.done && own.offset > 0 && options.compressed;
    return isDone ? "done" : { from: own };
  }
  const origin = await originOf(options, readAt);
  if (!origin) return { from: contentStart };
  if (!origin.retired && (await originalHolds(origin.place))) return options.waits ? "wait" : { from: contentStart };
  return { from: origin.place, copyOf: origin.place };
}

async function openGzip(options: OpenOptions): Promise<OpenedFile | "done" | "wait"> {
  const readAt = gzipReadAt(options.path);
  const start = await findStart(options, readAt);
  if (start === "done" || start === "wait") return start;
  const { offset } = start.from;
  return { source: createGzipSource(options.path, offset), start, head: await readAt(0, Math.min(headBytes, offset)) };
}

async function openPlain(options: OpenOptions): Promise<OpenedFile | "done" | "wait"> {
  const handle = await open(options.path, "r");
  try {
    const { dev, ino } = await handle.stat({ bigint: true });
    const isSame = String(dev) === options.identity.device && String(ino) === options.identity.inode;
    const readAt = readAtOf(handle);
    // Rotated between the look and the opening: the next look finds both files.
    let start: Start | "done" | "wait" = "wait";
    if (isSame) start = await findStart(options, readAt);
    if (start === "done" || start === "wait") {
      await handle.close();
      return start;
    }
    if (options.fromEnd && start.from === contentStart) {
      const offset = await endOf(handle);
      start = { from: { ...contentStart, offset, tailEnd: offset } };
    }
    const head = await readAt(0, Math.min(headBytes, start.from.offset));
    return { source: await createFileSource(handle, start.from.offset), start, head };
  } catch (error) {
    await handle.close().catch(() => undefined);
    throw error;
  }
}

/**
 * Opens a file at the place to go on from. `done`: a compressed file that was read before. `wait`: a copy whose original still stands.
 *
 * @example const opened = await openFile({ path, identity, compressed: false, known, fromStart: false, fromEnd: false, waits: true });
 */
export const openFile = (options: OpenOptions): Promise<OpenedFile | "done" | "wait"> =>
  options.compressed ? openGzip(options) : openPlain(options);
