import { type Clock, limits, TaffrailError } from "@taffrail/contracts";
import { createRecentSum, type RecentSum } from "./recent-sum.ts";
import { isOwnSender, type SegmentSummary } from "./segment.ts";

/** How long a sender counts as one of several after its last frame, milliseconds. */
const senderMemoryMs = 60_000;
/** The window over which the drain rate is measured, milliseconds. */
const rateWindowMs = 30_000;
/** The window over which refusals are counted, milliseconds. */
const refusedWindowMs = 60_000;
const retryAfterMaxSeconds = 60;
/** Senders remembered at most; beyond it the ones with nothing waiting are forgotten first. */
const sendersMax = 10_000;

interface Sender {
  bytes: number;
  lastMs: number;
}

/**
 * How much may wait on disk. Bytes are reserved when a frame is let in, turned into used bytes when it is written, and released when its segment
 * leaves. A sender (a source of a tenant) may hold at most half while others send too; the server's own log is no other sender.
 */
export interface Budget {
  /**
   * Lets a frame in or throws: `ingest_busy` with the `limit` in bytes that is used up (all, the sender's half, or what may wait in memory), or
   * `ingest_stalled` when the oldest segment has been waiting (`oldestMs`) for too long. Both carry `retryAfter` in seconds.
   */
  admit(sender: string, bytes: number, oldestMs: number): void;
  /** The frame is on disk: `reserved` bytes were asked for, `actual` were written. */
  written(sender: string, reserved: number, actual: number): void;
  /** The frame came to nothing. */
  cancelled(sender: string, reserved: number): void;
  /** Bytes on disk that no sender is charged for, such as headers; negative when they go. */
  overhead(bytes: number): void;
  /** A segment was found on disk at start. */
  found(segment: Pick<SegmentSummary, "bytes" | "senders">): void;
  /** A segment left the disk. `drained`: its rows are in the store, which counts for the drain rate. */
  released(segment: Pick<SegmentSummary, "bytes" | "senders">, options: { readonly drained: boolean }): void;
  setLimit(bytes: number): void;
  readonly limit: number;
  readonly used: number;
  /** Frames refused within the last minute. */
  readonly refusedLastMinute: number;
  drainBytesPerSecond(): number;
}

export interface BudgetOptions {
  readonly clock: Clock;
  readonly limitBytes: number;
  /** Oldest age, in this process, of a waiting segment; beyond it nothing is let in. Milliseconds. */
  readonly ageMs: number;
}

class JournalBudget implements Budget {
  readonly #options: BudgetOptions;
  readonly #senders = new Map<string, Sender>();
  readonly #drained: RecentSum;
  readonly #refused: RecentSum;
  #limit: number;
  #used = 0;
  #reserved = 0;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#limit = options.limitBytes;
    this.#drained = createRecentSum({ clock: options.clock, windowMs: rateWindowMs });
    this.#refused = createRecentSum({ clock: options.clock, windowMs: refusedWindowMs });
  }

  get limit(): number {
    return this.#limit;
  }
  get used(): number {
    return this.#used;
  }
  get refusedLastMinute(): number {
    return this.#refused.total();
  }
  setLimit(bytes: number): void {
    this.#limit = bytes;
  }

  admit(sender: string, bytes: number, oldestMs: number): void {
    const now = this.#options.clock.monotonic();
    const mine = this.#sender(sender, now);
    mine.lastMs = now;
    const refusal = this.#refusalOf(sender, mine.bytes + bytes, bytes, oldestMs);
    if (refusal) {
      this.#refused.add(1);
      throw refusal;
    }
    this.#reserved += bytes;
    mine.bytes += bytes;
  }

  written(sender: string, reserved: number, actual: number): void {
    this.#reserved -= reserved;
    this.#used += actual;
    this.#charge(sender, actual - reserved);
  }
  cancelled(sender: string, reserved: number): void {
    this.#reserved -= reserved;
    this.#charge(sender, -reserved);
  }
  overhead(bytes: number): void {
    this.#used += bytes;
  }
  found({ bytes, senders }: Pick<SegmentSummary, "bytes" | "senders">): void {
    this.#used += bytes;
    for (const [sender, share] of senders) this.#charge(sender, share);
  }
  released(
    { bytes, senders }: Pick<SegmentSummary, "bytes" | "senders">,
    { drained }: { readonly drained: boolean },
  ): void {
    const now = this.#options.clock.monotonic();
    this.#used -= bytes;
    for (const [sender, share] of senders) this.#charge(sender, -share);
    this.#forget(now, senderMemoryMs);
    if (drained) this.#drained.add(bytes);
  }

  drainBytesPerSecond(): number {
    return this.#drained.perSecond();
  }

  /** `mineAfter`: what the sender would hold with these `bytes`. */
  #refusalOf(sender: string, mineAfter: number, bytes: number, oldestMs: number): TaffrailError | undefined {
    const { clock, ageMs } = this.#options;
    // What waits for its write waits in memory, so that has a bound of its own.
    if (this.#reserved > 0 && this.#reserved + bytes > limits.journalQueue.value)
      return new TaffrailError("ingest_busy", { limit: limits.journalQueue.value, retryAfter: 1 });
    const share = this.#othersSend(sender, clock.monotonic()) ? this.#limit / 2 : this.#limit;
    const over = this.#used + this.#reserved + bytes - this.#limit;
    const overShare = mineAfter - share;
    if (over > 0 || overShare > 0) {
      const limit = over > 0 && over >= overShare ? this.#limit : share;
      return new TaffrailError("ingest_busy", { limit, retryAfter: this.#retryAfter(Math.max(over, overShare)) });
    }
    if (oldestMs <= ageMs) return undefined;
    return new TaffrailError("ingest_stalled", { hours: ageMs / 3_600_000, retryAfter: retryAfterMaxSeconds / 2 });
  }

  /** Seconds until that many bytes have drained at the present rate. */
  #retryAfter(bytesOver: number): number {
    const rate = this.drainBytesPerSecond();
    const seconds = rate > 0 ? Math.ceil(bytesOver / rate) : retryAfterMaxSeconds / 2;
    return Math.min(retryAfterMaxSeconds, Math.max(1, seconds));
  }

  #sender(name: string, now: number): Sender {
    const known = this.#senders.get(name);
    if (known) return known;
    if (this.#senders.size >= sendersMax) this.#forget(now, 0);
    const fresh = { bytes: 0, lastMs: now };
    this.#senders.set(name, fresh);
    return fresh;
  }

  #forget(now: number, olderThanMs: number): void {
    for (const [name, sender] of this.#senders)
      if (sender.bytes <= 0 && now - sender.lastMs >= olderThanMs) this.#senders.delete(name);
  }

  #othersSend(name: string, now: number): boolean {
    for (const [other, sender] of this.#senders)
      if (other !== name && !isOwnSender(other) && (sender.bytes > 0 || now - sender.lastMs < senderMemoryMs))
        return true;
    return false;
  }

  #charge(name: string, bytes: number): void {
    this.#sender(name, this.#options.clock.monotonic()).bytes += bytes;
  }
}

/**
 * Opens the budget of a journal.
 *
 * @example const budget = createBudget({ clock, limitBytes: 1e9, ageMs: 86_400_000 }); budget.admit("default\0otlp", 1000, 0);
 */
export function createBudget(options: BudgetOptions): Budget {
  return new JournalBudget(options);
}
