import { closeSync, constants, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  allRoutes,
  encodeFooter,
  encodeHeader,
  frameHeaderBytes,
  type ReadHeader,
  type SinkBit,
  sealFrame,
} from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { type Lane, segmentEnding } from "./lane.ts";
import { countRecord, type Segment } from "./segment.ts";
import type { OpenFile, SegmentSync } from "./segment-sync.ts";

export interface WriterOptions {
  readonly lane: Lane;
  readonly sync: SegmentSync;
  readonly segmentBytes: number;
  /** Memory for records while the disk fails. */
  readonly holdBytes: number;
  readonly commit: "record" | "turn";
  /** Sinks that records are for, with their bits. */
  readonly sinks: () => readonly SinkBit[];
  /** Ms since 1970, without jumps. */
  readonly now: () => number;
  readonly monotonic: () => number;
  /** Must not come back to the writer before it returns. */
  readonly problem: (message: string) => void;
  /** Records can be read that could not before. */
  readonly readable: () => void;
}

const bufferBytes = 256 * 1024;
/** Least time between two attempts to use a disk that failed, in ms. */
const retryMs = 1000;
const rankError = 4;
/** Share of the memory that only errors and audit records may use. */
const holdReserve = 0.1;
const segmentDigits = 16;

/** Writes the records of one lane: one write for each (or for each turn of the event loop), into memory while the disk fails. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #lane: Lane;
  /** Frames that are not written yet; the segment counts them already. */
  #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #filled = 0;
  #segment: Segment | undefined;
  /** Its file; undefined while memory has it. */
  #file: OpenFile | undefined;
  #next = 1;
  #files = 0;
  #retryAt = 0;
  #turn: NodeJS.Immediate | undefined;
  /** What the disk said; undefined while it works. */
  failure: string | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#lane = options.lane;
  }

  /** Records that only memory has. */
  get heldRecords(): number {
    return this.#segment?.memory === undefined ? 0 : this.#segment.count;
  }

  /** Opens the first segment; throws what the file system says, but for a full disk: that passes, and memory holds the records meanwhile. */
  open(): void {
    try {
      this.#lane.cuts.create();
      this.#start(this.#makeFile());
    } catch (error) {
      if (!isFullDisk(error)) throw error;
      this.#fail(error);
    }
  }

  /** Takes a line. `stored`: the operating system has it; `held`: memory has it; `buffer-full`: the disk fails and memory is full. Never throws. */
  append(line: string, rank: number, routes: number): "stored" | "held" | "buffer-full" {
    const segment = this.#ready();
    const bytesMax = frameHeaderBytes + 3 * line.length;
    if (segment.memory !== undefined) return this.#hold(segment, line, rank, routes, bytesMax);
    if (this.#buffer.length - this.#filled < bytesMax) {
      this.#flush();
      if (this.#buffer.length < bytesMax) this.#buffer = Buffer.allocUnsafeSlow(bytesMax);
      if (this.#segment !== segment) return this.append(line, rank, routes);
    }
    const at = this.#filled;
    this.#filled = this.#encode(this.#buffer, at, segment, line, rank, routes);
    this.#lane.grew(this.#filled - at);
    if (this.#options.commit === "record") return this.#flush() ? "stored" : "held";
    this.#turn ??= setImmediate(() => this.flush());
    return "held";
  }

  /** Writes what the turn has collected. */
  flush(): void {
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
    this.#flush();
  }

  /** Tries a disk that failed again. */
  retry(): void {
    if (this.failure === undefined || this.#options.monotonic() < this.#retryAt) return;
    const held = this.#segment;
    try {
      if (held?.memory === undefined) this.#start(this.#makeFile());
      else this.#materialize(held);
      this.failure = undefined;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The next record goes to a new segment. */
  rotate(): void {
    if (!this.#flush()) return;
    const segment = this.#segment;
    const file = this.#file;
    if (segment === undefined || file === undefined) return;
    this.#segment = undefined;
    this.#file = undefined;
    segment.closed = true;
    try {
      const { count, routed, lastMs, header } = segment;
      writeSync(file.descriptor, encodeFooter({ count, routed, lastMs }, header.seed));
    } catch {
      // Without its footer it is read through once by whoever opens it.
    }
    this.#options.sync.finished(file);
  }

  /** Stops writing to a segment whose sync failed; its file is closed by who says so. */
  abandon(segment: Segment): void {
    const file = this.#file;
    if (this.#segment === segment && file !== undefined) {
      try {
        this.#writeOut(segment, file);
      } catch (error) {
        this.#fail(error);
        return;
      }
      this.#segment = undefined;
      this.#file = undefined;
    }
    segment.closed = true;
  }

  /** The file that is being written is no longer where it was: the next records stay in memory until there is a place for them. */
  lose(reason: unknown): void {
    this.#fail(reason);
  }

  /** Writes what memory holds if the disk lets it, and closes the file. */
  close(): void {
    this.#retryAt = 0;
    this.flush();
    this.retry();
    this.rotate();
  }

  /** The segment for the next record: in a file, or in memory while the disk fails. */
  #ready(): Segment {
    if (this.failure !== undefined && this.#options.monotonic() >= this.#retryAt) this.retry();
    const segment = this.#segment;
    if (segment !== undefined && !segment.closed && !this.#isFull(segment)) return segment;
    if (segment !== undefined && segment.memory === undefined) {
      this.rotate();
      if (segment.count === 0) this.#lane.trim();
    }
    this.#segment = undefined;
    if (this.failure === undefined) {
      try {
        return this.#start(this.#makeFile());
      } catch (error) {
        this.#fail(error);
      }
    }
    return this.#segment ?? this.#startInMemory();
  }

  #isFull(segment: Segment): boolean {
    if (segment.memory !== undefined) return false;
    const isOfOtherSinks = segment.header.sinks !== this.#options.sinks();
    return isOfOtherSinks || segment.size + this.#filled >= this.#options.segmentBytes;
  }

  #encode(target: Buffer, at: number, segment: Segment, line: string, rank: number, routes: number): number {
    const length = target.write(line, at + frameHeaderBytes, "utf8");
    const ms = Math.max(0, Math.min(0xffff_ffff, this.#options.now() - segment.header.createdAt)) >>> 0;
    sealFrame(target, at, length, segment.count, ms, rank, routes & allRoutes, segment.header.seed);
    countRecord(segment, routes, ms);
    this.#next += 1;
    return at + frameHeaderBytes + length;
  }

  #hold(segment: Segment, line: string, rank: number, routes: number, bytesMax: number): "held" | "buffer-full" {
    const { holdBytes } = this.#options;
    const room = rank >= rankError ? holdBytes : holdBytes * (1 - holdReserve);
    // Counted with a byte for each character: the exact size is known only after encoding.
    if (segment.size + frameHeaderBytes + line.length > room) return "buffer-full";
    const memory = withRoom(segment, bytesMax);
    const { size } = segment;
    segment.size = this.#encode(memory, size, segment, line, rank, routes);
    this.#lane.grew(segment.size - size);
    this.#options.readable();
    return "held";
  }

  /** Writes the collected frames. False when the disk failed and memory has them now. */
  #flush(): boolean {
    const segment = this.#segment;
    const file = this.#file;
    if (this.#filled === 0 || segment === undefined || file === undefined) return segment?.memory === undefined;
    try {
      this.#writeOut(segment, file);
    } catch (error) {
      this.#fail(error);
      return false;
    }
    if (this.#buffer.length > bufferBytes) this.#buffer = Buffer.allocUnsafeSlow(bufferBytes);
    const isSafe = this.#options.sync.wrote(file);
    this.#options.readable();
    return isSafe;
  }

  #writeOut(segment: Segment, { descriptor }: OpenFile): void {
    for (let at = 0; at < this.#filled; ) at += writeSync(descriptor, this.#buffer, at, this.#filled - at);
    segment.size += this.#filled;
    this.#filled = 0;
  }

  /** The disk refused: the frames that it did not take, and those to come, stay in memory until it works again. */
  #fail(error: unknown): void {
    const message = String(error);
    const isNew = this.failure === undefined;
    this.failure = message;
    if (isNew) this.#options.problem(`spool: records stay in memory: ${message}`);
    this.#retryAt = this.#options.monotonic() + retryMs;
    const segment = this.#segment;
    const file = this.#file;
    if (segment === undefined || file === undefined) return;
    const unwritten = this.#filled;
    this.#filled = 0;
    this.#leave(segment, file);
    this.#segment = undefined;
    this.#file = undefined;
    if (unwritten > 0) this.#takeBack(segment, unwritten);
  }

  /** Closes a file that could not be written, cut to its whole frames if that is possible. */
  #leave(segment: Segment, file: OpenFile): void {
    segment.closed = true;
    try {
      ftruncateSync(file.descriptor, segment.size);
    } catch {
      // The rest of a frame stays at its end, where readers stop by themselves.
    }
    this.#options.sync.finished(file);
  }

  /** Moves the frames that were not written into memory, under the same numbers. */
  #takeBack(from: Segment, unwritten: number): void {
    const { seed } = from.header;
    const read = (target: Buffer, position: number): number => this.#buffer.copy(target, 0, position, unwritten);
    const frames = new FrameReader(read, seed, 0, unwritten);
    const lines: { line: string; rank: number; routes: number }[] = [];
    while (frames.advance()) {
      const line = Buffer.allocUnsafe(frames.payloadBytes);
      frames.copyTo(line, 0);
      lines.push({ line: line.toString("utf8"), rank: frames.rank, routes: frames.routes });
    }
    from.count -= lines.length;
    for (const { routes } of lines) {
      for (const [at, { bit }] of from.header.sinks.entries())
        if ((routes & (1 << bit)) !== 0) from.routed[at] = (from.routed[at] ?? 0) - 1;
    }
    this.#next -= lines.length;
    this.#lane.grew(-unwritten);
    if (from.count === 0) this.#lane.trim();
    const segment = this.#startInMemory();
    for (const { line, rank, routes } of lines) {
      const { size } = segment;
      segment.size = this.#encode(
        withRoom(segment, frameHeaderBytes + 3 * line.length),
        size,
        segment,
        line,
        rank,
        routes,
      );
      this.#lane.grew(segment.size - size);
    }
    this.#options.readable();
  }

  #header(): { readonly header: ReadHeader; readonly bytes: Buffer } {
    const sinks = this.#options.sinks();
    const fields = {
      laneId: this.#lane.claim.id,
      first: this.#next,
      createdAt: Math.floor(this.#options.now()),
      sinks,
    };
    const bytes = encodeHeader(fields);
    return { header: { ...fields, bytes: bytes.length, seed: bytes.readUInt32LE(bytes.length - 4) }, bytes };
  }

  #startInMemory(): Segment {
    const { header, bytes } = this.#header();
    const segment = { ...emptySegment(header), memory: Buffer.from(bytes) };
    this.#segment = segment;
    this.#file = undefined;
    this.#lane.segments.push(segment);
    this.#lane.grew(segment.size);
    return segment;
  }

  #makeFile(): OpenFile {
    const { header, bytes } = this.#header();
    const path = this.#newPath(header.first);
    return { segment: { ...emptySegment(header), path }, descriptor: createWith(path, bytes) };
  }

  #start(file: OpenFile): Segment {
    this.#segment = file.segment;
    this.#file = file;
    this.#lane.segments.push(file.segment);
    this.#lane.grew(file.segment.size);
    this.#options.sync.created(file);
    return file.segment;
  }

  /** Writes what memory holds to a file, and goes on in it. */
  #materialize(segment: Segment): void {
    const path = this.#newPath(segment.header.first);
    const descriptor = createWith(path, (segment.memory ?? Buffer.alloc(0)).subarray(0, segment.size));
    segment.path = path;
    segment.memory = undefined;
    this.#file = { segment, descriptor };
    this.#options.sync.created(this.#file);
    this.#options.sync.wrote(this.#file);
  }

  #newPath(first: number): string {
    this.#files += 1;
    const number = String(first).padStart(segmentDigits, "0");
    return join(this.#lane.claim.path, `${number}-${this.#files}${segmentEnding}`);
  }
}

function isFullDisk(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return ["ENOSPC", "EDQUOT"].includes(code);
}

function emptySegment(header: ReadHeader): Segment {
  const routed = header.sinks.map(() => 0);
  const state = { count: 0, routed, lastMs: 0, closed: false, damaged: false };
  return { header, path: undefined, memory: undefined, size: header.bytes, ...state };
}

/** Makes a file with these bytes and leaves it open at its end; nothing stays behind when that fails. */
function createWith(path: string, bytes: Buffer): number {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    rmSync(path, { force: true });
    throw error;
  }
}

/** The memory of a segment, with room for more bytes. */
function withRoom(segment: Segment, bytes: number): Buffer {
  const memory = segment.memory ?? Buffer.alloc(0);
  if (memory.length - segment.size >= bytes) return memory;
  const larger = Buffer.allocUnsafe(Math.max(segment.size + bytes, 2 * memory.length));
  memory.copy(larger, 0, 0, segment.size);
  segment.memory = larger;
  return larger;
}
