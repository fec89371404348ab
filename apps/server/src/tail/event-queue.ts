import { limits } from "@taffrail/contracts";
import type { TailEvent, TailRecordsEvent } from "../query/answers.ts";

/** A reader's queue: bounded, dropping the oldest batch of records first, and iterable once. */
export interface EventQueue extends AsyncIterableIterator<TailEvent> {
  push(event: TailEvent): void;
  /** Ends the iteration; what still waits is given up. */
  end(): void;
  /** Batches that were dropped because the reader was slow. */
  readonly dropped: number;
}

const done = { done: true, value: undefined } as const;

/** Other events than records are few; beyond this many waiting ones the reader is not reading at all. */
const problemsMax = 4;

const isRecords = (event: TailEvent): event is TailRecordsEvent => event.type === "records";

/** Takes the oldest batch out; what it matched is told with the next batch, so that the counts stay honest. */
const dropOldest = (waiting: readonly TailEvent[]): TailEvent[] => {
  const at = waiting.findIndex(isRecords);
  const dropped = waiting[at];
  const rest = waiting.toSpliced(at, 1);
  const next = rest.findIndex(isRecords);
  const heir = rest[next];
  if (dropped === undefined || !isRecords(dropped) || heir === undefined || !isRecords(heir)) return rest;
  rest[next] = { ...heir, matched: heir.matched + dropped.matched };
  return rest;
};

/**
 * Opens a queue for one reader. `onEnd` is called once, when the reader leaves or the queue is ended.
 *
 * @example
 * const queue = createEventQueue(() => readers.delete(queue));
 * queue.push({ type: "hello", serverTime: "2026-11-22T09:00:00.000Z" });
 */
export function createEventQueue(onEnd: () => void): EventQueue {
  let waiting: TailEvent[] = [];
  let wake: ((result: IteratorResult<TailEvent>) => void) | undefined;
  let isEnded = false;
  let dropped = 0;
  const end = (): void => {
    if (isEnded) return;
    isEnded = true;
    waiting = [];
    wake?.(done);
    wake = undefined;
    onEnd();
  };
  const take = (): Promise<IteratorResult<TailEvent>> => {
    if (isEnded) return Promise.resolve(done);
    const event = waiting.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    return new Promise((resolve) => {
      // A second reader would never be woken: the first one is let go.
      wake?.(done);
      wake = resolve;
    });
  };
  const enqueue = (event: TailEvent): void => {
    waiting.push(event);
    if (isRecords(event)) {
      if (waiting.filter(isRecords).length <= limits.tailQueue.value) return;
      waiting = dropOldest(waiting);
      dropped += 1;
    } else if (waiting.filter((one) => !isRecords(one)).length > problemsMax) {
      waiting = waiting.toSpliced(
        waiting.findIndex((one) => !isRecords(one)),
        1,
      );
    }
  };
  return {
    push(event) {
      if (isEnded) return;
      if (wake === undefined) return enqueue(event);
      wake({ done: false, value: event });
      wake = undefined;
    },
    end,
    get dropped() {
      return dropped;
    },
    next: take,
    return() {
      end();
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
