import { type Clock, type IdSource, limits, TaffrailError } from "@taffrail/contracts";
import type { Failpoint } from "@taffrail/experiments";
import { syncDirectory, writeAll } from "./file-effects.ts";
import { frameHead, headerFrame } from "./frame-codec.ts";
import type { AppendReceipt, AppendRequest, FrameKind } from "./journal.ts";
import { closedSegment, createSegmentFile, cutBack, nameClosed, type OpenSegment } from "./open-segment.ts";
import { createTally, type Segment } from "./segment.ts";
import type { SegmentStore } from "./segment-store.ts";
import type { SeqAllocator } from "./seq-allocator.ts";

/** Frames that one write and one fsync carry at most. */
const groupFramesMax = 4096;
/** Frames that a segment holds at most; it bounds what a tally keeps. */
const segmentFramesMax = 65_536;
/** Pause before another try to cut off what a failed write left behind, milliseconds. */
const cutRetryMs = 1000;

export interface SegmentWriterOptions {
  readonly kind: FrameKind;
  readonly dir: string;
  readonly store: Pick<SegmentStore, "statementVersion" | "blockSettings">;
  readonly seq: SeqAllocator;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly failpoint: Failpoint;
  /** How old a segment may get before it is closed, milliseconds; asked again each time. */
  readonly ageMs: () => number;
  /** Called in the same turn as the acknowledgement, once the frame of `bytes` is on disk. */
  readonly onAccepted: (request: AppendRequest, bytes: number) => void;
  readonly onRefused: (request: AppendRequest) => void;
  /** Bytes of a segment header that came. */
  readonly onOverhead: (bytes: number) => void;
  readonly onClosed: (segment: Segment) => void;
  readonly report: (error: TaffrailError) => void;
}

interface Waiting {
  readonly type: "frame";
  readonly request: AppendRequest;
  readonly resolve: (receipt: AppendReceipt) => void;
  readonly reject: (error: TaffrailError) => void;
}

/** A place in the queue at which the open segment is closed. */
interface Roll {
  readonly type: "roll";
  readonly done: () => void;
}

interface EncodedFrame {
  readonly waiting: Waiting;
  readonly seqBase: bigint;
  readonly bytes: number;
}

function unavailable(cause: unknown): TaffrailError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TaffrailError("journal_unavailable", { reason }, cause);
}

/** Writes the segments of one kind, one at a time. Everything that touches the open file happens in `#pump`, so nothing overlaps. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #queue: (Waiting | Roll)[] = [];
  readonly #stuck = new Set<OpenSegment>();
  #open: OpenSegment | undefined;
  #block = { next: 0n, end: 0n };
  #ageTimer: NodeJS.Timeout | undefined;
  #cutTimer: NodeJS.Timeout | undefined;
  #pumping: Promise<void> | undefined;
  #cutting: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  /** When the open segment was created, wall clock; undefined when none is open. */
  get openCreatedMs(): number | undefined {
    return this.#open?.createdMs;
  }
  /** Segments whose failed last write still has to be cut off. */
  get stuck(): number {
    return this.#stuck.size;
  }

  append(request: AppendRequest): Promise<AppendReceipt> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ type: "frame", request, resolve, reject });
      this.#kick();
    });
  }

  /** Closes the open segment after everything that was appended before; resolves when it was handed on. */
  roll(): Promise<void> {
    return new Promise((done) => {
      this.#queue.push({ type: "roll", done });
      this.#kick();
    });
  }

  /** Looks at the age again, because the allowed age changed. */
  rearm(): void {
    clearTimeout(this.#ageTimer);
    const open = this.#open;
    if (!open) return;
    const restMs = this.#options.ageMs() - (this.#options.clock.monotonic() - open.sinceMs);
    this.#ageTimer = setTimeout(() => this.#ageReached(open), Math.max(1, restMs));
  }

  /** Waits for what is queued, closes the open segment and stops all timers. */
  async close(): Promise<void> {
    await this.roll();
    await this.#pumping;
    this.#closed = true;
    clearTimeout(this.#ageTimer);
    clearTimeout(this.#cutTimer);
    await this.#retryCuts();
  }

  #ageReached(open: OpenSegment): void {
    if (this.#open !== open) return;
    if (this.#options.clock.monotonic() - open.sinceMs + 1 < this.#options.ageMs()) this.rearm();
    else void this.roll();
  }

  #kick(): void {
    if (this.#pumping !== undefined) return;
    this.#pumping = this.#pump().finally(() => {
      this.#pumping = undefined;
      // Something may have been queued between the last look and this turn.
      if (this.#queue.length > 0) this.#kick();
    });
  }

  async #pump(): Promise<void> {
    // One turn later, appends of the same tick are in the queue and share the write.
    await Promise.resolve();
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      const mustRoll = first.type === "roll" || !this.#fits(first.request);
      if (mustRoll && this.#open) await this.#seal(this.#open);
      if (first.type === "roll") {
        this.#queue.shift();
        first.done();
      } else await this.#writeGroup(first);
    }
  }

  #fits(request: AppendRequest): boolean {
    const open = this.#open;
    if (!open) return true;
    const { frames } = open.tally;
    if (frames >= segmentFramesMax) return false;
    if (this.#block.end - this.#block.next < BigInt(request.count)) return false;
    return frames === 0 || open.size + request.payload.length <= limits.segment.value;
  }

  /** Takes from the queue what goes into the open segment with one write. The first frame always goes. */
  #takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    let bytes = this.#open?.size ?? 0;
    let records = 0n;
    const framesMax = Math.min(groupFramesMax, segmentFramesMax - (this.#open?.tally.frames ?? 0));
    for (let next = this.#queue[0]; next?.type === "frame"; next = this.#queue[0]) {
      bytes += next.request.payload.length;
      records += BigInt(next.request.count);
      const full = bytes > limits.segment.value || records > this.#block.end - this.#block.next;
      if (group.length > 0 && (full || group.length >= framesMax)) break;
      group.push(next);
      this.#queue.shift();
    }
    return group;
  }

  async #writeGroup(first: Waiting): Promise<void> {
    let group: Waiting[] = [];
    try {
      await this.#ensureOpen(first.request.count);
    } catch (error) {
      this.#refuse([first], error);
      this.#queue.shift();
      return;
    }
    const open = this.#open;
    if (!open) return;
    group = this.#takeGroup();
    try {
      const frames = await this.#writeAndSync(open, group);
      for (const frame of frames) this.#accept(open, frame);
    } catch (error) {
      await this.#abandon(open, group, error);
    }
  }

  async #ensureOpen(count: number): Promise<void> {
    const { kind, dir, store, seq, clock, ids } = this.#options;
    if (this.#open) return;
    if (this.#block.end - this.#block.next < BigInt(count)) this.#block = await seq.reserve(count);
    const createdMs = Math.floor(clock.now());
    this.#open = await createSegmentFile({
      dir,
      salt: Number.parseInt(ids.hex(4), 16),
      seqFrom: this.#block.next,
      header: {
        format: 1,
        kind,
        statementVersion: store.statementVersion,
        blockSettings: store.blockSettings,
        createdMs,
        writer: seq.writer,
      },
      tally: createTally(),
      createdMs,
      sinceMs: clock.monotonic(),
    });
    this.rearm();
  }

  /** Appends the group's frames and forces them to disk. Nothing of the segment's tally changes here, so a throw leaves it at the last good byte. */
  async #writeAndSync(open: OpenSegment, group: readonly Waiting[]): Promise<EncodedFrame[]> {
    const { failpoint, kind } = this.#options;
    const fresh = open.size === 0;
    const header = fresh ? [headerFrame(open.header, open.seqFrom, open.salt)] : [];
    const buffers: Uint8Array[] = [...header];
    const frames = group.map((waiting) => {
      const { request } = waiting;
      const seqBase = this.#block.next;
      this.#block = { next: seqBase + BigInt(request.count), end: this.#block.end };
      const head = frameHead({ ...request, seqBase }, kind, request.payload, open.salt);
      buffers.push(head, request.payload);
      return { waiting, seqBase, bytes: head.length + request.payload.length };
    });
    failpoint("journal.write.before");
    const written = await writeAll(open.file, buffers, open.size);
    failpoint("journal.write.after");
    failpoint("journal.fsync.before");
    await open.file.datasync();
    if (fresh) await syncDirectory(open.dir);
    failpoint("journal.fsync.after");
    failpoint("journal.ack.before");
    const headerBytes = header[0]?.length ?? 0;
    open.size += written;
    open.tally.addBytes(headerBytes);
    this.#options.onOverhead(headerBytes);
    return frames;
  }

  #accept(open: OpenSegment, { waiting, seqBase, bytes }: EncodedFrame): void {
    open.tally.add({ ...waiting.request, seqBase }, bytes);
    this.#options.onAccepted(waiting.request, bytes);
    waiting.resolve({ seqBase, count: waiting.request.count });
  }

  #refuse(group: readonly Waiting[], cause: unknown): void {
    const error = unavailable(cause);
    this.#options.report(error);
    for (const { request, reject } of group) {
      this.#options.onRefused(request);
      reject(error);
    }
  }

  /** The write or its fsync failed: this file takes no further frame, and what the group may have left in it goes. */
  async #abandon(open: OpenSegment, group: readonly Waiting[], cause: unknown): Promise<void> {
    this.#open = undefined;
    clearTimeout(this.#ageTimer);
    await open.file.close().catch(() => undefined);
    await this.#cut(open);
    this.#refuse(group, cause);
  }

  async #cut(open: OpenSegment): Promise<void> {
    let done = false;
    try {
      this.#options.failpoint("journal.abandon.before");
      done = await cutBack(open);
    } catch {
      // Only an armed failpoint throws here; it stands for a disk that refuses the cut.
    }
    if (!done) {
      this.#stuck.add(open);
      clearTimeout(this.#cutTimer);
      if (!this.#closed) this.#cutTimer = setTimeout(() => void this.#retryCuts(), cutRetryMs);
      return;
    }
    this.#stuck.delete(open);
    if (open.tally.frames > 0) this.#options.onClosed(closedSegment(open, open.path));
  }

  /** One after the other, so that no segment is cut, and handed on, twice. */
  #retryCuts(): Promise<void> {
    this.#cutting = this.#cutting.then(async () => {
      for (const open of [...this.#stuck]) await this.#cut(open);
    });
    return this.#cutting;
  }

  async #seal(open: OpenSegment): Promise<void> {
    const { failpoint, onClosed } = this.#options;
    this.#open = undefined;
    clearTimeout(this.#ageTimer);
    await open.file.close().catch((error: unknown) => this.#options.report(unavailable(error)));
    let segment = closedSegment(open, open.path);
    try {
      failpoint("journal.seal.before");
      segment = await nameClosed(open);
      failpoint("journal.seal.after");
    } catch {
      // Only an armed failpoint throws here; the file keeps the name it has.
    }
    onClosed(segment);
  }
}
