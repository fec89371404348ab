import type { Batch, DropReason, Signal } from "@taffrail/contracts";
import type { BatchBounds } from "../pipeline/batch-source.ts";
import { BatchBuilder } from "./batch-builder.ts";
import { CursorFile } from "./cursor-file.ts";
import { FrameReader } from "./frame-reader.ts";
import type { Lane, Progress } from "./lane.ts";
import { endOf, maskOf, openBytes, routedTo, type Segment, type SegmentBytes } from "./segment.ts";
import type { SourceListener } from "./spool.ts";
import { createSpoolBatch } from "./spool-batch.ts";

export interface LaneReaderOptions {
  readonly lane: Lane;
  readonly sink: string;
  /** First part of the batch ids of this sink in this lane. */
  readonly spoolId: string;
  readonly signal: Signal;
  readonly listener: SourceListener | undefined;
  /** Records that came before this moment (ms since 1970) are too old. */
  readonly oldestAllowed: () => number;
  readonly problem: (message: string) => void;
}

/** Bytes that are looked at in one turn of the event loop: a sink that wants few of the records must not block it. */
const searchBytes = 512 * 1024;

/** The segment that is being read. */
interface Place {
  readonly segment: Segment;
  readonly bytes: SegmentBytes;
  readonly frames: FrameReader;
  readonly mask: number;
  /** Records of it for this sink that are decided. */
  decided: number;
}

/** Where a batch must end. */
interface Cut {
  readonly before: number;
  /** The batch was handed out before: it is the same again, whatever the bounds are now. */
  readonly isKnown: boolean;
}

/** One sink's way through one lane. */
export class LaneReader implements Progress {
  readonly sink: string;
  /** Number of the first record that is not decided; the next batch begins there. */
  next: number;
  /** Records that wait, those handed out included. */
  waiting = 0;
  /** True when the last look ended before anything was found, and goes on with the next one. */
  isSearching = false;
  readonly #lane: Lane;
  readonly #options: LaneReaderOptions;
  readonly #cursor: CursorFile;
  #place: Place | undefined;
  /** Number of the record that follows the last one looked at. */
  #expected: number;
  #out: { readonly batch: Batch; readonly last: number } | undefined;

  constructor(options: LaneReaderOptions) {
    this.#options = options;
    this.#lane = options.lane;
    this.sink = options.sink;
    this.#cursor = new CursorFile(this.#lane.claim.path, this.#lane.claim.id, this.sink);
    this.next = this.#lane.isOwn ? this.#lane.end : this.#restore();
    this.#expected = this.next;
    this.#lane.join(this);
    // Its file is made now: on a full disk there is no room for it later.
    if (this.#lane.isOwn) this.#save(0);
  }

  /** Number of the first record that waits: `next`, but for those that were looked at and are for others. */
  get needed(): number {
    return this.#out === undefined ? this.#expected : this.next;
  }

  get isOwn(): boolean {
    return this.#lane.isOwn;
  }

  /** Bytes on disk from the segment on that is being read. */
  get bytes(): number {
    return this.#lane.segments.reduce((sum, segment) => sum + (endOf(segment) > this.next ? segment.size : 0), 0);
  }

  /** A record for this sink was appended. */
  appended(): void {
    this.waiting += 1;
  }

  /** The oldest batch; the same one until it is settled. Undefined when there is none, or none was found yet (`isSearching`). */
  batch(bounds: BatchBounds): Batch | undefined {
    this.isSearching = false;
    let left = searchBytes;
    while (this.#out === undefined) {
      const place = this.#enter();
      if (place === undefined) return undefined;
      if (left <= 0) {
        this.isSearching = true;
        return undefined;
      }
      const from = place.frames.position;
      const isFound = this.#collect(place, bounds, from + left);
      left -= place.frames.position - from;
      if (!isFound && left > 0 && !this.#leave(place)) return undefined;
    }
    return this.#out.batch;
  }

  /** The batch that is out is decided. */
  settle(): void {
    if (this.#out === undefined) return;
    const { batch, last } = this.#out;
    this.#out = undefined;
    if (this.#place !== undefined) this.#place.decided += batch.size;
    this.#decide(batch.size);
    this.next = last + 1;
    this.#save(0);
    this.#lane.trim();
  }

  /** Gives up whole segments that ended before the moment; for sinks that do not ask. */
  expire(segment: Segment): boolean {
    if (this.#out !== undefined || this.next > segment.header.first || this.#place?.segment === segment) return false;
    const records = routedTo(segment, this.sink);
    this.#decide(records);
    this.#gone("too-old", records);
    this.#moveTo(endOf(segment));
    return true;
  }

  /** Nothing is written to the lane any more: what is left of it may be for other sinks only. */
  finish(): void {
    if (this.waiting > 0 || this.#out !== undefined || this.next >= this.#lane.end) return;
    this.#moveTo(this.#lane.end);
    this.#save(0);
  }

  /** The process ends while only memory has these records: they are given up. */
  forsake(segment: Segment): void {
    const isHere = this.#place?.segment === segment;
    const records = Math.min(this.waiting, routedTo(segment, this.sink) - (isHere ? (this.#place?.decided ?? 0) : 0));
    this.#decide(records);
    this.#gone("deadline", records);
  }

  /** Stops reading; tells what waits as gone when the lane is no longer ours. */
  close(isLost: boolean): void {
    this.#place?.bytes.close();
    this.#place = undefined;
    this.#cursor.close();
    if (!isLost) return;
    this.#gone("closed", this.waiting);
    this.waiting = 0;
  }

  /** Finds the place where an earlier process stopped. */
  #restore(): number {
    const { segments, end, spoiledFrom } = this.#lane;
    const first = segments[0]?.header.first ?? end;
    const stored = this.#cursor.read();
    // A place beyond the records there are is not believed: to repeat under the same ids is better than to skip.
    let next = stored === undefined || stored.next > end ? Math.min(first, spoiledFrom) : stored.next;
    // What came before the first file was delivered and deleted, unless a file before it is spoiled.
    if (spoiledFrom >= first) next = Math.max(next, first);
    this.next = next;
    const handedOut = stored?.next === next ? stored.handedOut : 0;
    if (handedOut >= next) this.#lane.cuts.remember(this.sink, next, handedOut);
    this.waiting = segments.reduce(
      (sum, segment) => sum + (endOf(segment) > next ? routedTo(segment, this.sink) : 0),
      0,
    );
    const within = segments.find(({ header, count }) => header.first < next && next < header.first + count);
    if (within !== undefined) this.waiting -= this.#skipTo(this.#open(within), next);
    this.#options.listener?.inherited(this.waiting);
    return next;
  }

  /** Walks to the record `next`. Returns how many records for this sink come before it; missing ones count as for it. */
  #skipTo(place: Place, next: number): number {
    const { frames, segment, mask } = place;
    let expected = segment.header.first;
    while (frames.advance()) {
      const number = segment.header.first + frames.index;
      if (number >= next) {
        frames.unread();
        break;
      }
      place.decided += number - expected + ((frames.routes & mask) === 0 ? 0 : 1);
      expected = number + 1;
    }
    place.decided += next - expected;
    return place.decided;
  }

  #open(segment: Segment): Place {
    const bytes = openBytes(segment);
    const frames = new FrameReader(bytes.read, segment.header.seed, segment.header.bytes, segment.size);
    this.#place = { segment, bytes, frames, mask: maskOf(segment, this.sink), decided: 0 };
    return this.#place;
  }

  /** The segment in which the next record stands, or will stand. */
  #enter(): Place | undefined {
    if (this.#place !== undefined) return this.#place;
    const segment = this.#lane.segments.find((candidate) => endOf(candidate) > this.next || !candidate.closed);
    if (segment === undefined) return undefined;
    const { first } = segment.header;
    if (first > this.next) {
      this.#options.listener?.inherited(first - this.next);
      this.#gone("damaged", first - this.next);
      this.#moveTo(first);
    }
    this.#expected = this.next;
    return this.#open(segment);
  }

  /** Puts a batch together; false when the segment has no record for this sink any more (for now), or none before the place `stopAt`. */
  #collect(place: Place, bounds: BatchBounds, stopAt: number): boolean {
    const { frames, segment } = place;
    frames.end = segment.size;
    const builder = new BatchBuilder(bounds, segment.size - frames.position);
    let cut = this.#knownCut();
    // A batch that is put together again must be the same: it is looked for to its end.
    const isInTime = (): boolean => cut.isKnown || frames.position < stopAt;
    while (this.#expected < cut.before && isInTime() && this.#advance(place)) {
      const number = segment.header.first + frames.index;
      const step = this.#judge(place, number, builder, cut);
      if (step === "stop") {
        frames.unread();
        break;
      }
      if (step === "pass over") {
        this.#passOver(place, number);
        cut = this.#knownCut();
        continue;
      }
      if ((frames.routes & place.mask) !== 0) builder.add(frames);
      this.#expected = number + 1;
    }
    if (frames.skippedBytes > 0) segment.damaged = true;
    if (!builder.isEmpty) {
      this.#handOut(builder);
      return true;
    }
    // A stretch in which nothing is for this sink is passed over; reading goes on behind it.
    if (!isInTime()) this.#moveTo(this.#expected);
    if (this.#expected < cut.before) return false;
    this.#moveTo(cut.before);
    return true;
  }

  /** Where the batch that begins here ended when it was handed out before; else before what it must end. */
  #knownCut(): Cut {
    const last = this.#lane.cuts.lastOf(this.sink, this.next);
    if (last !== undefined) return { before: last + 1, isKnown: true };
    return { before: this.#lane.cuts.nextAfter(this.sink, this.next), isKnown: false };
  }

  #judge(
    { segment, frames, mask }: Place,
    number: number,
    builder: BatchBuilder,
    cut: Cut,
  ): "take" | "pass over" | "stop" {
    if (number > this.#expected) return builder.isEmpty ? "pass over" : "stop";
    if (cut.isKnown) return "take";
    const came = segment.header.createdAt + frames.ms;
    if (builder.isEmpty && came < this.#options.oldestAllowed()) return "pass over";
    return (frames.routes & mask) === 0 || builder.hasRoom(frames.payloadBytes) ? "take" : "stop";
  }

  #advance({ frames, segment }: Place): boolean {
    try {
      return frames.advance();
    } catch (error) {
      this.#options.problem(`the spool cannot read ${segment.path ?? "its memory"}: ${String(error)}`);
      return false;
    }
  }

  /** Steps over a damaged place up to `number`, or over the record `number` because it is too old. */
  #passOver(place: Place, number: number): void {
    if (number > this.#expected) {
      // How many of the missing were for this sink shows at the end of the segment.
      place.frames.unread();
      this.#moveTo(number);
      return;
    }
    if ((place.frames.routes & place.mask) !== 0) {
      place.decided += 1;
      this.#decide(1);
      this.#gone("too-old", 1);
    }
    this.#moveTo(number + 1);
  }

  #handOut(builder: BatchBuilder): void {
    const { signal, spoolId, problem } = this.#options;
    const { ends, ranks } = builder;
    const last = this.#expected - 1;
    const id = `${spoolId}-${this.next}-${last}`;
    this.#out = { batch: createSpoolBatch({ signal, id, bytes: builder.bytes(), ends, ranks }), last };
    if (this.#lane.cuts.lastOf(this.sink, this.next) !== last) {
      try {
        this.#lane.cuts.add(this.sink, this.next, last);
      } catch (error) {
        // The cursor, which needs no new room on the disk, still knows it.
        problem(`the spool cannot note a batch: ${String(error)}`);
      }
    }
    this.#save(last);
  }

  /** Leaves a segment that was read to its end; false when it may still grow. */
  #leave(place: Place): boolean {
    const { segment, frames, bytes } = place;
    if (!segment.closed) return false;
    bytes.close();
    this.#place = undefined;
    const missing = Math.min(routedTo(segment, this.sink) - place.decided, this.waiting);
    if (frames.skippedBytes > 0 || frames.tailBytes > 0 || missing > 0) segment.damaged = true;
    if (missing > 0) {
      this.#decide(missing);
      this.#gone("damaged", missing);
    }
    this.#moveTo(Math.max(this.next, endOf(segment)));
    this.#save(0);
    this.#lane.trim();
    return true;
  }

  #moveTo(number: number): void {
    this.next = number;
    this.#expected = number;
  }

  #decide(records: number): void {
    // More than were counted: a file changed under us. They came from somewhere, so they count as found.
    if (records > this.waiting) this.#options.listener?.inherited(records - this.waiting);
    this.waiting = Math.max(0, this.waiting - records);
  }

  #gone(reason: DropReason, records: number): void {
    if (records > 0) this.#options.listener?.gone(reason, records);
  }

  #save(handedOut: number): void {
    try {
      this.#cursor.write({ next: this.next, handedOut });
    } catch (error) {
      this.#options.problem(`the spool cannot note how far ${this.sink} is: ${String(error)}`);
    }
  }
}
