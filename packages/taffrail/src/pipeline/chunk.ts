import type { DropReason, EncodedRecord } from "@taffrail/contracts";
import type { BytePool } from "./byte-pool.ts";
import { auditRank, levelOfRank } from "./ranks.ts";

/** Memory of a record beside its text: its packed end, and its share of lists. In bytes. */
export const recordCost = 16;
/** Memory of a chunk beside its records, with its place in a queue and its account, in bytes. */
export const chunkCost = 640;
/** The same for what is left of a chunk when most of it was dropped. */
export const remainderCost = 256;

/** A record that some sinks have dropped when it was pushed, while others still get it. */
export interface DropMark {
  readonly index: number;
  /** The sinks that dropped it, as a bit mask. */
  readonly lanes: number;
  readonly reason: DropReason;
}

/**
 * Lines that were logged one after the other, with what is known of each. The open chunk grows; a sealed one never changes, and is shared by all
 * sinks that want some of it. Memory: one text, or its bytes, for all records together, and one number for each.
 */
export class Chunk {
  /** All lines, while they are not kept as bytes only. */
  text = "";
  /** Characters of all lines and `recordCost` for each: one number that is both the size in memory and, with the count, the end of the text. */
  cost = 0;
  /** Bit set of the ranks that occur. */
  ranks = 0;
  /** For each record `cost` after it, times 8, and its rank. Small integers, so one list of plain numbers. */
  readonly ends: number[] = [];
  /** Routes of each record; undefined while all records go where their rank sends them. */
  masks: number[] | undefined;
  marks: DropMark[] | undefined;
  /** Bytes by which its memory exceeds its characters, once it is parked. */
  extra = 0;
  /** Sink queues that still want something of it. */
  holders = 0;
  /** Writes under way that read its bytes. */
  users = 0;
  /** An aborted write may read the bytes at any later time. */
  tainted = false;
  readonly #pool: BytePool;
  #bytes: Uint8Array | undefined;
  #slab: Uint8Array | undefined;

  constructor(pool: BytePool) {
    this.#pool = pool;
  }

  get size(): number {
    return this.ends.length;
  }

  get characters(): number {
    return this.cost - recordCost * this.ends.length;
  }

  /** Adds a line; the fast way of a record does the same by itself. */
  add(line: string, rank: number): void {
    this.text += line;
    this.cost += line.length + recordCost;
    this.ranks |= 1 << rank;
    this.ends.push(this.cost * 8 + rank);
  }

  rankAt(index: number): number {
    return (this.ends[index] ?? 0) & 7;
  }

  /** Position in the text at which the record `index` ends; 0 for -1. */
  endOf(index: number): number {
    const packed = this.ends[index];
    return packed === undefined ? 0 : (packed - (packed & 7)) / 8 - recordCost * (index + 1);
  }

  /** All lines as UTF-8, encoded once for all sinks. Valid while the write that asked for it is under way. */
  bytes(): Uint8Array {
    if (this.#bytes === undefined) {
      const { bytes, slab } = this.#pool.encode(this.text);
      this.#bytes = bytes;
      this.#slab = slab;
    }
    return this.#bytes;
  }

  /** All lines; decoded anew when only the bytes are kept. */
  wholeText(): string {
    const bytes = this.#bytes;
    if (this.text !== "" || bytes === undefined) return this.text;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return bytes.byteLength === this.characters ? view.toString("latin1") : view.toString();
  }

  /** Some records, by index, in order; `lines` holds their lines if they were taken out before. */
  records(picks: readonly number[], lines?: readonly string[]): EncodedRecord[] {
    const text = lines === undefined ? this.wholeText() : "";
    return picks.map((index, position) => {
      const line = lines?.[position] ?? text.slice(this.endOf(index - 1), this.endOf(index));
      const rank = this.rankAt(index);
      return rank === auditRank ? { line, level: "info", audit: true } : { line, level: levelOfRank(rank) };
    });
  }

  /** Makes a chunk that has to wait as small as it can be: bytes, and no pieces of text. Returns by how many bytes its size changed thereby. */
  park(): number {
    if (this.users > 0) return 0;
    const bytes = this.bytes();
    this.text = "";
    const before = this.extra;
    this.extra = (this.#slab ?? bytes).byteLength - this.characters;
    return this.extra - before;
  }

  /** One sink queue needs it no more. With the last one, and the last write, the memory goes. */
  release(): void {
    this.holders -= 1;
    this.#letGo();
  }

  /** A write that read it is decided. Its queue may have let go of the chunk before, when it dropped the rest. */
  endUse(): void {
    this.users -= 1;
    this.#letGo();
  }

  #letGo(): void {
    if (this.holders > 0 || this.users > 0) return;
    this.text = "";
    this.#recycle();
    this.#bytes = undefined;
  }

  #recycle(): void {
    if (this.#slab !== undefined && !this.tainted) this.#pool.giveBack(this.#slab);
    this.#slab = undefined;
  }
}
