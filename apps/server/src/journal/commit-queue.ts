import type { Clock } from "@taffrail/contracts";
import type { Guilt } from "./put-away.ts";
import type { Segment } from "./segment.ts";
import type { Trial } from "./trial.ts";

/** `insert`: on its way into the store. `put-away`: found guilty, to be counted and quarantined. `delete`: stored, only its file remains. */
type Phase = "insert" | "put-away" | "delete";

/** A segment in the committer's hands. */
export interface QueueEntry {
  readonly segment: Segment;
  /** Position in the order of acceptance; pieces of a segment share it. */
  readonly order: number;
  /** Shared by all pieces of one segment. */
  readonly lineage: { putAway: number };
  trial: Trial;
  phase: Phase;
  guilt: Guilt;
  notBeforeMs: number;
  /** The last reason for waiting that was reported, so that it is said once. */
  toldReason: string;
}

const innocent: Guilt = { code: "frame_refused", reason: "" };
const freshState = { phase: "insert", guilt: innocent, notBeforeMs: 0, toldReason: "" } as const;

interface Waiter {
  readonly order: number;
  readonly resolve: () => void;
}

/** The waiting segments in order of acceptance, and who waits for them. */
export class CommitQueue {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #entries: QueueEntry[] = [];
  #nextOrder = 0;
  #newestTurn = false;
  #wakeUp: (() => void) | undefined;
  /** Segments and pieces that were stored or put away so far. */
  settledCount = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.length;
  }
  /** Segments whose rows are not yet accounted for. */
  get unsettled(): number {
    return this.#entries.reduce((sum, entry) => sum + (entry.phase === "delete" ? 0 : 1), 0);
  }
  /** The segment that has waited longest. */
  get oldest(): Segment | undefined {
    return this.#entries.find((entry) => entry.phase !== "delete")?.segment;
  }

  push(segment: Segment, trial: Trial): void {
    const lineage = { putAway: 0 };
    const order = this.#nextOrder;
    this.#nextOrder += 1;
    this.#entries.push({ ...freshState, segment, order, lineage, trial });
    this.wake();
  }

  /** The next segment to work on, newest and oldest in turn, so that a backlog neither starves nor hides what happens now. */
  pick(): QueueEntry | undefined {
    const now = this.#clock.monotonic();
    const free = (entry: QueueEntry): boolean => entry.notBeforeMs <= now;
    const entry = this.#newestTurn ? this.#entries.findLast(free) : this.#entries.find(free);
    if (entry) this.#newestTurn = !this.#newestTurn;
    return entry;
  }

  pause(entry: QueueEntry, pauseMs: number): void {
    entry.notBeforeMs = this.#clock.monotonic() + pauseMs;
  }

  /** Waits until something is added, or the next paused segment is free. */
  async sleep(): Promise<void> {
    const now = this.#clock.monotonic();
    const next = Math.min(...this.#entries.map((entry) => entry.notBeforeMs));
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
      if (Number.isFinite(next)) timer = setTimeout(resolve, Math.max(1, next - now));
    });
    this.#wakeUp = undefined;
    clearTimeout(timer);
  }

  wake(): void {
    this.#wakeUp?.();
  }

  settled(entry: QueueEntry): void {
    this.settledCount += 1;
    entry.phase = "delete";
    this.#tellWaiters();
  }

  remove(entry: QueueEntry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  replace(entry: QueueEntry, pieces: readonly { readonly segment: Segment; readonly trial: Trial }[]): void {
    const { order, lineage } = entry;
    this.#entries = this.#entries.flatMap((other) =>
      other === entry
        ? pieces.map(({ segment, trial }): QueueEntry => ({ ...freshState, segment, order, lineage, trial }))
        : [other],
    );
  }

  /** Resolves when all that is in the queue now is stored or put away; rejects on abort. */
  settledUpToNow(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiters.delete(waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        order: this.#nextOrder,
        resolve: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiters.add(waiter);
      this.#tellWaiters();
    });
  }

  #tellWaiters(): void {
    const first = this.#entries.find((entry) => entry.phase !== "delete")?.order ?? Number.POSITIVE_INFINITY;
    for (const waiter of [...this.#waiters]) {
      if (waiter.order > first) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}
