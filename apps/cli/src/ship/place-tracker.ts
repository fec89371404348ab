import type { Batch } from "./batch.ts";
import { headBytes, markOf, type Place } from "./place.ts";
import type { FileIdentity } from "./place-store.ts";

/** A batch that was begun; hand it back when the server has answered. */
interface Ticket {
  readonly generation: number;
  done: boolean;
  readonly place: Place;
}

export interface TrackerOptions {
  readonly identity: FileIdentity;
  /** Where the file is found now; it changes when the file is renamed. */
  readonly path: () => string;
  /** The place to go on from. */
  readonly start: Pick<Place, "offset" | "tail" | "tailEnd">;
  /** The first bytes of the content, as many as the head mark wants or there are. */
  readonly head: Buffer;
  /** Makes a place durable. Called in the order of the places. */
  readonly save: (place: Place) => void;
}

/**
 * Keeps the place of one file. Batches may be settled in any order; the place moves on only over batches that are settled without a gap, so that
 * nothing is passed over when the process ends.
 */
export interface PlaceTracker {
  /** Takes the bytes that were read, for the head mark. */
  noteBytes(bytes: Buffer): void;
  begin(batch: Pick<Batch, "endOffset" | "tail">): Ticket;
  settle(ticket: Ticket): void;
  /** The file was cut: gives the place that its old content was read to, and starts at 0. Tickets of the old content move nothing any more. */
  restart(): Place;
  /** Everything was read and settled: a compressed file is not read again. */
  finish(): void;
}

const noBytes = Buffer.alloc(0);

/** The start of a content that nothing was read of. */
export const contentStart: TrackerOptions["start"] = { offset: 0, tail: markOf(noBytes), tailEnd: 0 };

/** Makes the tracker of a file. */
export function createPlaceTracker(options: TrackerOptions): PlaceTracker {
  let generation = 0;
  let head = options.head;
  let waiting: Ticket[] = [];

  const placeAt = (point: TrackerOptions["start"], done: boolean): Place => ({
    path: options.path(),
    device: options.identity.device,
    inode: options.identity.inode,
    offset: point.offset,
    head: markOf(head.subarray(0, Math.min(headBytes, point.offset))),
    tail: point.tail,
    tailEnd: point.tailEnd,
    done,
  });
  let begun = placeAt(options.start, false);
  let settled = begun;

  return {
    noteBytes(bytes) {
      if (head.length < headBytes) head = Buffer.concat([head, bytes.subarray(0, headBytes - head.length)]);
    },
    begin({ endOffset, tail }) {
      const mark = tail
        ? { tail: markOf(tail.bytes), tailEnd: tail.end }
        : { tail: begun.tail, tailEnd: begun.tailEnd };
      begun = placeAt({ offset: endOffset, ...mark }, false);
      const ticket: Ticket = { generation, done: false, place: begun };
      waiting.push(ticket);
      return ticket;
    },
    settle(ticket) {
      ticket.done = true;
      if (ticket.generation !== generation) return;
      const before = settled;
      while (waiting[0]?.done) settled = waiting.shift()?.place ?? settled;
      if (settled !== before) options.save(settled);
    },
    restart() {
      const old = begun;
      generation += 1;
      waiting = [];
      head = noBytes;
      begun = placeAt(contentStart, false);
      settled = begun;
      return old;
    },
    finish() {
      settled = { ...settled, done: true };
      options.save(settled);
    },
  };
}
