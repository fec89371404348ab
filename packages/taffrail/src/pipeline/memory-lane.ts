import { createLedger, type DropReason, type Ledger, type Signal } from "@taffrail/contracts";
import type { BatchBounds, Settlement } from "./batch-source.ts";
import { type Chunk, chunkCost, recordCost, remainderCost } from "./chunk.ts";
import type { ChunkAccount, Picks } from "./chunk-account.ts";
import { planEviction } from "./eviction.ts";
import { count, type Fate } from "./fate.ts";
import type { LaneSource, Mark } from "./lane-source.ts";
import { charactersOf, MemoryBatch, type Slice, sizeOf } from "./memory-batch.ts";
import type { OverflowPolicy } from "./overflow.ts";
import { errorRank, rankCount } from "./ranks.ts";

/** What one sink still wants of a chunk. */
export interface Entry {
  readonly chunk: Chunk;
  readonly account: ChunkAccount | undefined;
  readonly sequence: number;
  picks: Picks;
  lines: readonly string[] | undefined;
  /** Memory that it takes up for this sink, in bytes. */
  cost: number;
}

interface Taken {
  readonly batch: MemoryBatch;
  readonly parts: readonly {
    readonly slice: Slice;
    readonly entry: Entry;
    readonly cost: number;
    readonly isLast: boolean;
  }[];
}

export interface MemoryLaneOptions {
  readonly signal: Signal;
  /** Bound of everything that waits or is being written, in bytes of memory. */
  readonly limitBytes: number;
  /** Share of it that only records of error and above may use. */
  readonly reserve: number;
  /** By rank. */
  readonly policies: readonly OverflowPolicy[];
  /** True when batches are better large than soon. */
  readonly lingers: boolean;
  /** Brings in what was logged but is not in a sealed chunk yet. */
  readonly gather: () => void;
  /** A chunk that other sinks still need was made smaller or larger by that many bytes. */
  readonly onResize: (chunk: Chunk, bytes: number) => void;
  readonly onDrop: (reason: DropReason, records: number) => void;
  readonly onChange: () => void;
}

/** A batch of one chunk is not joined with the next one from this size on: joining copies. In characters. */
const largeEnough = 48 * 1024;
/** Making room makes some more of it, so that it is not done for each record. Share of the buffer. */
const evictedShare = 1 / 32;

function splitPicks(picks: Picks, records: number): readonly [Picks, Picks] {
  if ("from" in picks) {
    const middle = Math.min(picks.to, picks.from + records);
    return [
      { from: picks.from, to: middle },
      { from: middle, to: picks.to },
    ];
  }
  return [picks.slice(0, records), picks.slice(records)];
}

/** Records in memory that wait for one sink: places in shared chunks, bounded, and with an exact account of their own. */
export class MemoryLane implements LaneSource {
  readonly limitBytes: number;
  readonly policies: readonly OverflowPolicy[];
  bytes = 0;
  records = 0;
  readonly #options: MemoryLaneOptions;
  readonly #normalLimit: number;
  readonly #book = createLedger();
  /** Memory of what waits, by rank; kept only where records of low rank may have to make room. */
  readonly #costOfRank: number[] | undefined;
  #queue: Entry[] = [];
  #head = 0;
  #taken: Taken | undefined;
  #sequence = 0;

  constructor(options: MemoryLaneOptions) {
    this.#options = options;
    this.limitBytes = options.limitBytes;
    this.policies = options.policies;
    this.#normalLimit = Math.floor(options.limitBytes * (1 - options.reserve));
    if (options.policies.includes("drop-old")) this.#costOfRank = new Array<number>(rankCount).fill(0);
  }

  /** The bound for records of a rank. */
  limitFor(rank: number): number {
    return rank >= errorRank ? this.limitBytes : this.#normalLimit;
  }

  /** Takes in its part of a sealed chunk. */
  accept(chunk: Chunk, picks: Picks, account: ChunkAccount | undefined): void {
    const size = sizeOf(picks);
    const slice = { chunk, picks, lines: undefined };
    const cost = (size === chunk.size ? chunk.cost + chunk.extra : charactersOf(slice) + recordCost * size) + chunkCost;
    chunk.holders += 1;
    this.#sequence += 1;
    this.#queue.push({ chunk, account, sequence: this.#sequence, picks, lines: undefined, cost });
    this.bytes += cost;
    this.records += size;
    this.#countRanks(slice, 1);
  }

  /** Counts records that never wait here. */
  count(fate: Fate, records: number): void {
    count(this.#book, fate, records);
    if (fate !== "delivered" && fate !== "filtered") this.#options.onDrop(fate, records);
  }

  /** The account, given how many records were offered. */
  ledger(accepted: number): Ledger {
    const read = this.#book.read();
    return { ...read, accepted, pending: accepted + read.pending };
  }

  next({ maxRecords, maxCharacters }: BatchBounds): MemoryBatch | undefined {
    if (this.records < maxRecords && this.bytes < maxCharacters) this.#options.gather();
    const parts: Taken["parts"][number][] = [];
    let records = 0;
    let characters = 0;
    while (this.#head < this.#queue.length && records < maxRecords) {
      const entry = this.#queue[this.#head];
      if (entry === undefined) break;
      const whole = charactersOf(entry);
      if (records > 0 && !this.#options.lingers && characters + whole > largeEnough) break;
      const part = this.#take(entry, whole, maxRecords - records, maxCharacters - characters, records === 0);
      if (part === undefined) break;
      parts.push(part);
      records += sizeOf(part.slice.picks);
      characters += charactersOf(part.slice);
    }
    this.#compact();
    if (parts.length === 0) return undefined;
    for (const { slice } of parts) slice.chunk.users += 1;
    const batch = new MemoryBatch(
      this.#options.signal,
      parts.map((part) => part.slice),
    );
    this.#taken = { batch, parts };
    return batch;
  }

  /** The first records of an entry, as many as are allowed; at least one if it must be. */
  #take(
    entry: Entry,
    whole: number,
    maxRecords: number,
    maxCharacters: number,
    must: boolean,
  ): Taken["parts"][number] | undefined {
    const size = sizeOf(entry.picks);
    if (size <= maxRecords && whole <= maxCharacters) {
      this.#head += 1;
      this.#countRanks(entry, -1);
      const { chunk, picks, lines, cost } = entry;
      return { slice: { chunk, picks, lines }, entry, cost, isLast: true };
    }
    let records = Math.min(size, maxRecords);
    let slice = this.#firstOf(entry, records);
    while (records > 1 && charactersOf(slice) > maxCharacters) {
      records = Math.max(1, Math.min(records - 1, Math.floor((records * maxCharacters) / charactersOf(slice))));
      slice = this.#firstOf(entry, records);
    }
    if (!must && charactersOf(slice) > maxCharacters) return undefined;
    if (records === size) {
      this.#head += 1;
      this.#countRanks(entry, -1);
      return { slice, entry, cost: entry.cost, isLast: true };
    }
    this.#countRanks(slice, -1);
    const cost = charactersOf(slice) + recordCost * records;
    entry.cost -= cost;
    entry.picks = splitPicks(entry.picks, records)[1];
    entry.lines = entry.lines?.slice(records);
    return { slice, entry, cost, isLast: false };
  }

  #firstOf({ chunk, picks, lines }: Entry, records: number): Slice {
    return { chunk, picks: splitPicks(picks, records)[0], lines: lines?.slice(0, records) };
  }

  settle(batch: unknown, { dropped, reason }: Settlement): void {
    const taken = this.#taken;
    if (taken === undefined || taken.batch !== batch) return;
    this.#taken = undefined;
    let left = reason === undefined ? 0 : Math.min(Math.max(dropped, 0), taken.batch.size);
    if (reason !== undefined) this.count(reason, left);
    count(this.#book, "delivered", taken.batch.size - left);
    for (const { slice, entry, cost, isLast } of taken.parts) {
      const [refused, done] = splitPicks(slice.picks, left);
      if (reason !== undefined && sizeOf(refused) > 0) entry.account?.settle(refused, reason);
      if (sizeOf(done) > 0) entry.account?.settle(done, "delivered");
      left -= sizeOf(refused);
      this.#leave(sizeOf(slice.picks), cost);
      slice.chunk.endUse();
      if (isLast && slice.lines === undefined) slice.chunk.release();
      if (slice.chunk.holders > 0) this.#park(slice.chunk);
    }
    this.#options.onChange();
  }

  /** Keeps memory that an aborted or unfinished write may still read from being used again. */
  taint(): void {
    for (const { slice } of this.#taken?.parts ?? []) slice.chunk.tainted = true;
  }

  /** Drops the oldest records of the lowest ranks, none above `rank`, until there is room. False, and nothing dropped, when that cannot be. */
  makeRoom(cost: number, rank: number): boolean {
    const need = this.bytes + cost - this.limitFor(rank);
    if (need <= 0) return true;
    const evictable = this.#costOfRank?.slice(0, rank + 1).reduce((sum, bytes) => sum + bytes, 0) ?? 0;
    if (evictable < need) return false;
    const waiting = this.#queue.slice(this.#head);
    const plan = planEviction(waiting, need + Math.floor(this.limitBytes * evictedShare), rank);
    for (const { entry, removed, kept, lines } of plan) this.#shrink(entry, removed, kept, lines);
    this.#queue = waiting.filter((entry) => sizeOf(entry.picks) > 0);
    this.#head = 0;
    this.#options.onChange();
    return this.bytes + cost <= this.limitFor(rank);
  }

  #shrink(entry: Entry, removed: readonly number[], kept: readonly number[], lines: readonly string[]): void {
    const { chunk } = entry;
    this.#countRanks(entry, -1);
    const before = entry.cost;
    if (entry.lines === undefined) chunk.release();
    entry.picks = kept;
    entry.lines = lines;
    entry.cost =
      kept.length === 0 ? 0 : remainderCost + lines.reduce((sum, line) => sum + line.length + 2 * recordCost, 0);
    this.#countRanks(entry, 1);
    entry.account?.settle(removed, "buffer-full");
    this.count("buffer-full", removed.length);
    this.#leave(removed.length, before - entry.cost);
  }

  /** A chunk that waits here was made smaller or larger. */
  resize(chunk: Chunk, bytes: number): void {
    for (let index = this.#queue.length - 1; index >= this.#head; index--) {
      const entry = this.#queue[index];
      if (entry?.chunk !== chunk) continue;
      if (entry.lines === undefined) {
        entry.cost += bytes;
        this.bytes += bytes;
      }
      return;
    }
  }

  mark(): Mark {
    this.#options.gather();
    return this.#sequence;
  }

  reached(mark: Mark): boolean {
    const oldest = this.#taken?.parts[0]?.entry ?? this.#queue[this.#head];
    return oldest === undefined || oldest.sequence > mark;
  }

  isFull({ maxRecords, maxCharacters }: BatchBounds): boolean {
    return this.records >= maxRecords || this.bytes - this.records * recordCost >= maxCharacters;
  }

  giveUp(reason: DropReason): void {
    this.#options.gather();
    const taken = this.#taken;
    if (taken !== undefined) {
      this.taint();
      this.settle(taken.batch, { dropped: taken.batch.size, reason });
    }
    const rest = this.#queue.slice(this.#head);
    this.#queue = [];
    this.#head = 0;
    for (const entry of rest) {
      const size = sizeOf(entry.picks);
      this.#countRanks(entry, -1);
      entry.account?.settle(entry.picks, reason);
      this.count(reason, size);
      this.#leave(size, entry.cost);
      if (entry.lines === undefined) entry.chunk.release();
    }
    this.#options.onChange();
  }

  #leave(records: number, cost: number): void {
    this.records -= records;
    this.bytes -= cost;
  }

  #park(chunk: Chunk): void {
    const difference = chunk.park();
    if (difference !== 0) this.#options.onResize(chunk, difference);
  }

  #countRanks(slice: Slice, sign: 1 | -1): void {
    const costs = this.#costOfRank;
    if (costs === undefined) return;
    const { chunk, picks } = slice;
    const add = (index: number): void => {
      const rank = chunk.rankAt(index);
      costs[rank] = (costs[rank] ?? 0) + sign * (chunk.endOf(index) - chunk.endOf(index - 1) + recordCost);
    };
    if ("from" in picks) for (let index = picks.from; index < picks.to; index++) add(index);
    else for (const index of picks) add(index);
  }

  /** Lets go of taken entries when they are half of the list: each entry is then moved once on average. */
  #compact(): void {
    if (this.#head * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}
