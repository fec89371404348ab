import { readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Claim } from "./claims.ts";
import { CursorFile } from "./cursor-file.ts";
import { CutLog } from "./cut-log.ts";
import { openSegment } from "./open-segment.ts";
import type { Quarantine } from "./quarantine.ts";
import { endOf, type Segment } from "./segment.ts";

/** How far a sink is in a lane; what its reader answers. */
export interface Progress {
  readonly sink: string;
  /** Number of the first record that it still needs; later ones may be skipped for it, earlier ones never come back. */
  readonly next: number;
}

export interface LaneOptions {
  readonly claim: Claim;
  readonly quarantine: Quarantine;
  readonly problem: (message: string) => void;
  /** A segment is deleted. */
  readonly removed: (segment: Segment) => void;
}

/** Ending of segment files. */
export const segmentEnding = ".seg";

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A file without records does no harm where it is.
  }
}

/** One sub-directory that is ours: its segments in the order of their records, and which batches of them were handed out. */
export class Lane {
  readonly claim: Claim;
  readonly cuts: CutLog;
  readonly segments: Segment[] = [];
  /** True for the lane that this process writes; the others are only read. */
  readonly isOwn: boolean;
  /** Least number that a file began with which is in quarantine now; infinite when there is none. */
  readonly spoiledFrom: number;
  tornTails = 0;
  readonly #quarantine: Quarantine;
  readonly #problem: (message: string) => void;
  readonly #removed: (segment: Segment) => void;
  readonly #readers: Progress[] = [];
  /** Places of sinks that this process does not have. */
  #bytes = 0;
  #removedTo = 1;
  readonly #strangers = new Map<string, number>();

  constructor({ claim, quarantine, problem, removed }: LaneOptions, isOwn: boolean) {
    this.claim = claim;
    this.isOwn = isOwn;
    this.#quarantine = quarantine;
    this.#problem = problem;
    this.#removed = removed;
    this.cuts = new CutLog(claim.path, claim.id);
    this.spoiledFrom = isOwn ? Number.POSITIVE_INFINITY : this.#load();
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A segment, or more of one. */
  grew(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Number after the last record there is. */
  get end(): number {
    const last = this.segments.at(-1);
    return last === undefined ? this.#removedTo : endOf(last);
  }

  /** Sinks that records wait for although this process has no such sink. */
  get strangers(): string[] {
    const waiting = this.segments.flatMap((segment) =>
      segment.header.sinks.filter(({ name }) => this.#placeOf(name) < endOf(segment)).map(({ name }) => name),
    );
    return [...new Set(waiting)].filter((name) => !this.#readers.some(({ sink }) => sink === name));
  }

  join(reader: Progress): void {
    this.#readers.push(reader);
  }

  /** Deletes the oldest segments that nobody needs any more. */
  trim(): void {
    let oldest = this.segments[0];
    while (oldest !== undefined && this.#isDone(oldest)) {
      this.segments.shift();
      this.#remove(oldest);
      oldest = this.segments[0];
    }
  }

  /** Gives up a segment whatever waits in it. */
  discard(segment: Segment): void {
    this.segments.splice(this.segments.indexOf(segment), 1);
    this.#remove(segment);
  }

  /** Segments from the oldest on that only sinks still want which this process does not have. */
  wantedByStrangers(): Segment[] {
    const first = this.segments.findIndex((segment) => this.#readers.some(({ next }) => next < endOf(segment)));
    return this.segments.slice(0, first === -1 ? this.segments.length : first).filter(({ closed }) => closed);
  }

  close(): void {
    this.cuts.close();
  }

  #isDone(segment: Segment): boolean {
    // A piece of memory goes as soon as it is empty; a file stays open for more.
    if (!segment.closed && segment.memory === undefined) return false;
    const end = endOf(segment);
    const { sinks } = segment.header;
    if (segment.count === 0) return this.#readers.every(({ next }) => next >= end);
    if (sinks.length === 0) return this.#readers.length > 0 && this.#readers.every(({ next }) => next >= end);
    return sinks.every(({ name }) => this.#placeOf(name) >= end);
  }

  #placeOf(sink: string): number {
    const reader = this.#readers.find((candidate) => candidate.sink === sink);
    if (reader !== undefined) return reader.next;
    let place = this.#strangers.get(sink);
    if (place === undefined) {
      place = new CursorFile(this.claim.path, this.claim.id, sink).read()?.next ?? 0;
      this.#strangers.set(sink, place > this.end ? 0 : place);
    }
    return place;
  }

  #remove(segment: Segment): void {
    this.#bytes -= segment.size;
    this.#removedTo = Math.max(this.#removedTo, endOf(segment));
    segment.closed = true;
    segment.memory = undefined;
    this.#removed(segment);
    const { path } = segment;
    segment.path = undefined;
    try {
      if (path !== undefined && !(segment.damaged && this.#putAway(path, "damaged"))) rmSync(path, { force: true });
      this.cuts.forgetBefore(endOf(segment));
    } catch (error) {
      this.#problem(`the spool cannot remove what is delivered: ${String(error)}`);
    }
  }

  #putAway(path: string, reason: string): boolean {
    const isAway = this.#quarantine.put(path, this.claim.id, reason);
    const what = isAway ? "is in quarantine" : "stays where it is";
    this.#problem(`spool file ${basename(path)} of ${this.claim.id} ${what}: ${reason}`);
    return isAway;
  }

  /** Opens what lies in the directory. Returns the least number that a spoiled file began with. */
  #load(): number {
    this.cuts.load();
    let spoiledFrom = Number.POSITIVE_INFINITY;
    const found = new Map<number, Segment>();
    const empty: Segment[] = [];
    for (const name of this.#files()) {
      const path = join(this.claim.path, name);
      const opened = openSegment(path, this.claim.id);
      if (typeof opened === "string") {
        this.#putAway(path, opened);
        spoiledFrom = Math.min(spoiledFrom, Number.parseInt(name, 10) || Number.POSITIVE_INFINITY);
        continue;
      }
      if (opened.tornBytes > 0) this.tornTails += 1;
      if (opened.segment.count === 0) empty.push(opened.segment);
      else this.#keepLonger(found, opened.segment);
    }
    this.segments.push(...[...found.values()].sort((one, other) => one.header.first - other.header.first));
    this.#bytes = this.segments.reduce((sum, { size }) => sum + size, 0);
    return Math.min(spoiledFrom, this.#dropEmpty(empty), this.#firstGap());
  }

  /** Number of the first record that is missing between two files: the end of the earlier one is cut off, however far its sinks were. */
  #firstGap(): number {
    const cut = this.segments.find((segment, index) => endOf(segment) < (this.segments[index + 1]?.header.first ?? 0));
    return cut === undefined ? Number.POSITIVE_INFINITY : endOf(cut);
  }

  /** Removes files without a record. Returns the least number of one that must have had records, since later ones begin with higher numbers. */
  #dropEmpty(empty: readonly Segment[]): number {
    let spoiledFrom = Number.POSITIVE_INFINITY;
    const last = this.segments.at(-1)?.header.first ?? 0;
    for (const segment of empty) {
      const { header, path = "" } = segment;
      if (header.first > this.end && this.segments.length > 0) {
        // It tells that records before it are missing, and how many.
        this.segments.push(segment);
        continue;
      }
      const isSpoiled = header.first < last && !this.segments.some((other) => other.header.first === header.first);
      if (isSpoiled) {
        spoiledFrom = Math.min(spoiledFrom, header.first);
        this.#putAway(path, "damaged");
      } else removeQuietly(path);
    }
    return spoiledFrom;
  }

  /** A process that died while it rewrote a segment leaves two files of the same records. */
  #keepLonger(found: Map<number, Segment>, segment: Segment): void {
    const { first } = segment.header;
    const other = found.get(first);
    const [kept, spare] = other !== undefined && other.count >= segment.count ? [other, segment] : [segment, other];
    found.set(first, kept);
    if (spare?.path !== undefined) this.#putAway(spare.path, "duplicate");
  }

  #files(): string[] {
    try {
      return readdirSync(this.claim.path).filter((name) => name.endsWith(segmentEnding));
    } catch (error) {
      this.#problem(`the spool cannot read ${this.claim.path}: ${String(error)}`);
      return [];
    }
  }
}
