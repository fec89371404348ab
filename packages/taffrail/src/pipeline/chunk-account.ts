import type { LedgerBook } from "@taffrail/contracts";
import type { Chunk } from "./chunk.ts";
import { count, type Fate, worse } from "./fate.ts";

/** Which records of a chunk, by index: a list, or all from one up to another. */
export type Picks = readonly number[] | { readonly from: number; readonly to: number };

/** Which sinks each record of a chunk goes to, as bit masks, and which sinks count. */
export interface Routing {
  /** Routes of the record `index`, without the sinks that dropped it when it was pushed. */
  readonly routesAt: (index: number) => number;
  /** Sinks whose records are counted here. */
  readonly memoryLanes: number;
  /** Sinks of durable mode: records that go to one of them are counted by the account of the spool. */
  readonly durableLanes: number;
}

function bitCount(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

/** Records that one sink is still to decide, and what the others made of them so far. */
interface Single {
  open: number;
  fate: Fate;
}

/**
 * Counts each record of a chunk once in the ledger of the whole family, when the last of its sinks is done with it: as dropped if any sink dropped
 * it, else as delivered if any has it, else as filtered. Chunks whose records share one fate cost a few numbers; lists are made only when the
 * sinks want, or decide, different parts.
 */
export class ChunkAccount {
  readonly #book: LedgerBook;
  readonly #size: number;
  /** Sinks that have not decided, while all records are alike. */
  #open: number;
  #fate: Fate = "filtered";
  /** Undefined entries are counted elsewhere, or counted already. */
  #singles: (Single | undefined)[] | undefined;

  /** `lanes`: how many sinks want something of the chunk. `routing`: undefined when each of them wants all of it and all records are counted here. */
  constructor(chunk: Chunk, lanes: number, routing: Routing | undefined, book: LedgerBook) {
    this.#book = book;
    this.#size = chunk.size;
    this.#open = lanes;
    if (routing !== undefined) this.#singles = this.#separate(chunk, routing);
  }

  #separate(chunk: Chunk, { routesAt, memoryLanes, durableLanes }: Routing): (Single | undefined)[] {
    const singles: (Single | undefined)[] = [];
    for (let index = 0; index < chunk.size; index++) {
      const routes = routesAt(index);
      const isElsewhere = (routes & durableLanes) !== 0;
      singles.push(isElsewhere ? undefined : { open: bitCount(routes & memoryLanes), fate: "filtered" });
    }
    for (const { index, reason } of chunk.marks ?? []) {
      const single = singles[index];
      if (single !== undefined) single.fate = worse(single.fate, reason);
    }
    return singles;
  }

  /** One sink has decided some records. */
  settle(picks: Picks, fate: Fate): void {
    const records = "from" in picks ? picks.to - picks.from : picks.length;
    if (this.#singles !== undefined) this.#settleSome(picks, fate);
    // The last sink, and the others said nothing that matters: whatever part it decides is decided for good.
    else if (this.#open === 1 && this.#fate === "filtered") count(this.#book, fate, records);
    else if (records === this.#size) this.#settleAll(fate);
    else this.#settleSome(picks, fate);
  }

  #settleAll(fate: Fate): void {
    this.#fate = worse(this.#fate, fate);
    this.#open -= 1;
    if (this.#open === 0) count(this.#book, this.#fate, this.#size);
  }

  #settleSome(picks: Picks, fate: Fate): void {
    this.#singles ??= Array.from({ length: this.#size }, () => ({ open: this.#open, fate: this.#fate }));
    if ("from" in picks) {
      for (let index = picks.from; index < picks.to; index++) this.#settleOne(index, fate);
    } else {
      for (const index of picks) this.#settleOne(index, fate);
    }
  }

  #settleOne(index: number, fate: Fate): void {
    const single = this.#singles?.[index];
    if (single === undefined || this.#singles === undefined) return;
    single.fate = worse(single.fate, fate);
    single.open -= 1;
    if (single.open > 0) return;
    count(this.#book, single.fate, 1);
    this.#singles[index] = undefined;
  }
}
