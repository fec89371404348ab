import { type Batch, createLedger, type DropReason, type Ledger } from "@taffrail/contracts";
import type { Spool } from "../spool/spool.ts";
import type { BatchBounds, BatchSource, Settlement } from "./batch-source.ts";
import { count, type Fate } from "./fate.ts";
import type { LaneSource, Mark } from "./lane-source.ts";

/** Reading and checking a batch blocks the event loop: no batch from disk is larger, whatever its sink likes. */
const diskBounds: BatchBounds = { maxRecords: 1000, maxCharacters: 256 * 1024 };

function bounded({ maxRecords, maxCharacters }: BatchBounds): BatchBounds {
  return {
    maxRecords: Math.min(maxRecords, diskBounds.maxRecords),
    maxCharacters: Math.min(maxCharacters, diskBounds.maxCharacters),
  };
}

/** Records on disk that wait for one sink, and the account of them: those of this process and those that earlier ones left. */
export class DurableLane implements LaneSource {
  /** Records that were routed to it and are, or were, on disk. */
  stored = 0;
  /** Records of earlier processes. */
  inherited = 0;
  readonly #source: BatchSource;
  readonly #book = createLedger();
  /** Records that were routed to it and never stored. */
  readonly #refused = createLedger();
  readonly #onDrop: (reason: DropReason, records: number) => void;
  readonly #onChange: () => void;
  #left = 0;

  constructor(
    spool: Spool,
    place: { readonly name: string; readonly bit: number },
    told: { readonly onDrop: (reason: DropReason, records: number) => void; readonly onChange: () => void },
  ) {
    this.#onDrop = told.onDrop;
    this.#onChange = told.onChange;
    this.#source = spool.source(place.name, {
      bit: place.bit,
      listener: {
        inherited: (records) => {
          this.inherited += records;
        },
        gone: (reason, records) => {
          this.#count(reason, records);
          this.#leave(records);
        },
      },
    });
  }

  get records(): number {
    return this.#source.records;
  }

  get bytes(): number {
    return this.#source.bytes;
  }

  /** Counts a record that was routed to it and not stored. The account of the whole family counts it elsewhere. */
  refuse(reason: DropReason): void {
    this.#refused.accept();
    this.#refused.drop(reason);
    this.#onDrop(reason, 1);
  }

  #count(fate: Fate, records: number): void {
    count(this.#book, fate, records);
    if (fate !== "delivered" && fate !== "filtered") this.#onDrop(fate, records);
  }

  /** The account of what is, or was, on disk. */
  onDisk(): Omit<Ledger, "filtered"> {
    const { delivered, dropped, pending } = this.#book.read();
    const accepted = this.stored + this.inherited;
    return { accepted, delivered, dropped, pending: accepted + pending };
  }

  /** The account, given how many records were offered. */
  ledger(offered: number): Ledger {
    const { delivered, dropped: lost, pending } = this.onDisk();
    const refused = this.#refused.read();
    const dropped = { ...lost };
    for (const [reason, records] of Object.entries(refused.dropped) as [DropReason, number][]) {
      dropped[reason] = (dropped[reason] ?? 0) + records;
    }
    const filtered = offered - this.stored - refused.accepted;
    return { accepted: offered + this.inherited, delivered, filtered, dropped, pending };
  }

  get isSearching(): boolean {
    return this.#source.isSearching === true;
  }

  next(bounds: BatchBounds): Batch | undefined {
    return this.#source.next(bounded(bounds));
  }

  settle(batch: Batch, settlement: Settlement): void {
    const { dropped, reason } = settlement;
    const lost = reason === undefined ? 0 : Math.min(Math.max(dropped, 0), batch.size);
    if (reason !== undefined && lost > 0) this.#count(reason, lost);
    this.#count("delivered", batch.size - lost);
    this.#source.settle(batch, settlement);
    this.#leave(batch.size);
  }

  mark(): Mark {
    return this.#left + this.#source.records;
  }

  reached(mark: Mark): boolean {
    return this.#left >= mark;
  }

  isFull(bounds: BatchBounds): boolean {
    const { maxRecords, maxCharacters } = bounded(bounds);
    return this.#source.records >= maxRecords || this.#source.bytes >= maxCharacters;
  }

  /** Its batches are not in pooled memory. */
  taint(): void {}

  /** What waits stays on disk for the next process. */
  giveUp(): void {}

  #leave(records: number): void {
    this.#left += records;
    this.#onChange();
  }
}

/**
 * What the ledger of the whole family says of records that went to durable sinks. With one such sink it is that sink's account. With several the
 * spool knows how many records wait for any of them; a record that two sinks dropped may then count as two drops, but never more than are done.
 *
 * @example durableTotals([lane], stored, spool.stats().records)
 */
export function durableTotals(
  lanes: readonly DurableLane[],
  stored: number,
  waiting: number,
): Omit<Ledger, "filtered"> {
  const inherited = Math.max(0, ...lanes.map((lane) => lane.inherited));
  const accounts = lanes.map((lane) => lane.onDisk());
  const pending = lanes.length === 1 ? (accounts[0]?.pending ?? 0) : waiting;
  const accepted = stored + inherited;
  const dropped: Partial<Record<DropReason, number>> = {};
  let done = Math.max(0, accepted - pending);
  for (const account of accounts) {
    for (const [reason, records] of Object.entries(account.dropped) as [DropReason, number][]) {
      const counted = Math.min(records, done);
      dropped[reason] = (dropped[reason] ?? 0) + counted;
      done -= counted;
    }
  }
  return {
    accepted,
    delivered: done,
    dropped,
    pending: accepted - done - Object.values(dropped).reduce((a, b) => a + b, 0),
  };
}
