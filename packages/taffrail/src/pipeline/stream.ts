import { createLedger, type DropReason, type Ledger } from "@taffrail/contracts";
import type { ProcessorChain } from "../plugins/processor-chain.ts";
import type { Spool } from "../spool/spool.ts";
import { BytePool } from "./byte-pool.ts";
import { Chunk, chunkCost, recordCost } from "./chunk.ts";
import { ChunkAccount, type Picks, type Routing } from "./chunk-account.ts";
import { picksFor, routesAt } from "./chunk-routing.ts";
import { type DurableLane, durableTotals } from "./durable-lane.ts";
import { count, worse } from "./fate.ts";
import { sizeOf } from "./memory-batch.ts";
import { processChunk, processLine } from "./processing.ts";
import { rankCount } from "./ranks.ts";
import type { Routes } from "./routes.ts";
import type { SheddingStep } from "./shedding.ts";
import { PressedLane, type StreamLane } from "./stream-lane.ts";

export interface StreamOptions {
  readonly routes: Routes;
  readonly lanes: readonly StreamLane[];
  readonly shedding: boolean;
  readonly spool: Spool | undefined;
  readonly processors: ProcessorChain | undefined;
  readonly onDrop: (sink: string, reason: DropReason, records: number) => void;
}

/** Size at which a chunk is sealed: while some sink waits for work, and while all are busy. In bytes of `Chunk.cost`. */
const sealIdle = 64 * 1024;
const sealBusy = 256 * 1024;
/** Sinks that want batches of so few records have each record looked at. */
const fewRecords = 256;
/** No record is as small as that: all of them go the slow way. */
const noRoom = -1;

/**
 * The records of one signal, from the call to the queues of the sinks. They are gathered in one open chunk; the fast way of a record is a comparison
 * and four writes into it. Everything out of the ordinary (the first record of a chunk, a full buffer, records whose fields decide their routes,
 * sinks with a spool, shedding) goes the slow way.
 */
export class Stream {
  readonly #routes: Routes;
  readonly #lanes: readonly StreamLane[];
  readonly #memory: readonly PressedLane[];
  readonly #durable: readonly DurableLane[];
  readonly #memoryMask: number;
  readonly #durableMask: number;
  readonly #spool: Spool | undefined;
  readonly #processors: ProcessorChain | undefined;
  readonly #onDrop: StreamOptions["onDrop"];
  readonly #book = createLedger();
  readonly #pool = new BytePool();
  /** Least number of records that fills a batch of some sink that waits for company. */
  readonly #fullAt: number;
  /** For each rank the routes that may go the fast way; -1: none. */
  readonly #fast: number[] = new Array<number>(rankCount).fill(-1);
  #open: Chunk;
  #room = noRoom;
  /** Records that were offered to the sinks, but for those of the open chunk. */
  #offered = 0;
  /** Records that the spool took. */
  #stored = 0;
  #ended = false;
  #exiting = false;

  constructor(options: StreamOptions) {
    const { routes, lanes, shedding } = options;
    this.#routes = routes;
    this.#lanes = lanes;
    this.#memory = lanes.flatMap((lane) =>
      lane.memory === undefined ? [] : [new PressedLane(lane, lane.memory, shedding)],
    );
    this.#durable = lanes.flatMap((lane) => lane.durable ?? []);
    this.#memoryMask = this.#memory.reduce((mask, { lane }) => mask | lane.bit, 0);
    this.#durableMask = lanes.reduce((mask, lane) => (lane.durable === undefined ? mask : mask | lane.bit), 0);
    this.#spool = options.spool;
    this.#processors = options.processors?.active === true ? options.processors : undefined;
    this.#onDrop = options.onDrop;
    const lingering = this.#memory.filter(({ lane }) => lane.delivery.lingerMs > 0);
    this.#fullAt = Math.min(Number.POSITIVE_INFINITY, ...lingering.map(({ lane }) => lane.delivery.bounds.maxRecords));
    this.#open = new Chunk(this.#pool);
    this.#setFast();
  }

  /** Takes a line in. Never throws; waits only under the policy `block`. */
  push(line: string, rank: number, routes: number): void {
    const chunk = this.#open;
    const cost = chunk.cost + line.length + recordCost;
    if (cost > this.#room || routes !== this.#fast[rank]) {
      this.#pushSlowly(line, rank, routes);
      return;
    }
    chunk.text += line;
    chunk.cost = cost;
    chunk.ranks |= 1 << rank;
    chunk.ends.push(cost * 8 + rank);
  }

  /** Counts records that end before they are offered to the sinks. */
  filter(records: number): void {
    this.#book.accept(records);
    this.#book.filter(records);
  }

  refuse(reason: DropReason): void {
    this.#book.accept();
    this.#book.drop(reason);
    this.#onDrop("logger", reason, 1);
  }

  /** A record that is held back counts as pending, until it is pushed or filtered. */
  hold(records: number): void {
    this.#book.accept(records);
  }

  unhold(records: number): void {
    this.#book.filter(records);
  }

  /** A held record is pushed: it has been accepted already. */
  release(line: string, rank: number, routes: number): void {
    this.#book.accept(-1);
    this.push(line, rank, routes);
  }

  /** Changes the level of one sink's route for what is pushed from now on. */
  setLevel(index: number, level: Parameters<Routes["setLevel"]>[1]): void {
    this.seal();
    this.#routes.setLevel(index, level);
    this.#setFast();
  }

  setShedding(on: boolean): void {
    for (const pressed of this.#memory) pressed.isShedding = on;
    this.#room = noRoom;
  }

  /** Brings everything that was pushed into the queues of its sinks. */
  readonly seal = (): void => {
    if (this.#open.size === 0) return;
    const pushed = this.#open;
    this.#open = new Chunk(this.#pool);
    this.#room = noRoom;
    this.#offered += pushed.size;
    this.#book.accept(pushed.size);
    this.#handOut(
      this.#processors === undefined || this.#durableMask !== 0 ? pushed : this.#process(pushed, this.#processors),
    );
    for (const pressed of this.#memory) pressed.update(0);
  };

  /** After this each record is dropped. */
  end(): void {
    this.seal();
    this.#ended = true;
  }

  /** Writes what waits by blocking. After a final one each record is written at once. Returns how many records stay behind, by sink. */
  drainSync(final: boolean): ReadonlyMap<string, number> {
    this.seal();
    this.#exiting ||= final;
    this.#room = noRoom;
    const left = new Map<string, number>();
    for (const { delivery, name, memory } of this.#lanes) {
      delivery.drainSync(() => false);
      if (memory !== undefined && delivery.source.records > 0) left.set(name, delivery.source.records);
    }
    this.#spool?.syncSync();
    return left;
  }

  /** Something left the buffer of a sink. */
  relieve(): void {
    for (const pressed of this.#memory) pressed.update(this.#open.cost);
  }

  ledger(): Ledger {
    this.seal();
    const read = this.#book.read();
    if (this.#durable.length === 0) return read;
    const disk = durableTotals(this.#durable, this.#stored, this.#spool?.stats().records ?? 0);
    const dropped = { ...read.dropped };
    let pending = read.pending + disk.accepted - this.#stored - disk.delivered;
    for (const [reason, records] of Object.entries(disk.dropped) as [DropReason, number][]) {
      dropped[reason] = (dropped[reason] ?? 0) + records;
      pending -= records;
    }
    const accepted = read.accepted + disk.accepted - this.#stored;
    return { accepted, delivered: read.delivered + disk.delivered, filtered: read.filtered, dropped, pending };
  }

  /** Each sink's own account, of all records that were offered to the sinks. */
  sinkLedgers(): ReadonlyMap<string, Ledger> {
    this.seal();
    return new Map(this.#lanes.map((lane) => [lane.name, lane.ledger(this.#offered)]));
  }

  get pressure(): { readonly fill: number; readonly shedding: SheddingStep } {
    this.relieve();
    const fill = Math.max(0, ...this.#memory.map((pressed) => pressed.fill));
    return { fill, shedding: Math.max(0, ...this.#memory.map((pressed) => pressed.step)) as SheddingStep };
  }

  #setFast(): void {
    const isPlain = this.#processors === undefined || this.#durableMask === 0;
    this.#routes.byRank.forEach((mask, rank) => {
      this.#fast[rank] = mask === 0 || (mask & this.#durableMask) !== 0 || !isPlain ? -1 : mask;
    });
  }

  #pushSlowly(line: string, rank: number, routes: number): void {
    if (this.#ended) {
      this.refuse("closed");
      return;
    }
    if ((routes & this.#durableMask) !== 0 || (this.#durableMask !== 0 && this.#processors !== undefined)) {
      this.#pushDurably(line, rank, routes);
    } else {
      this.#pushToMemory(line, rank, routes);
    }
    if (this.#exiting) this.drainSync(true);
  }

  /** Records for a spool are processed at once: what is on disk is what will be sent. */
  #pushDurably(line: string, rank: number, routes: number): void {
    const made = this.#processors === undefined ? line : processLine(this.#processors, line, rank);
    if (typeof made !== "string") {
      this.#end(routes, made.reason ?? "filtered");
      return;
    }
    const durable = routes & this.#durableMask;
    if (durable !== 0) this.#append(made, rank, durable);
    this.#pushToMemory(made, rank, routes);
  }

  #append(line: string, rank: number, routes: number): void {
    const result = this.#spool?.append(line, rank, routes) ?? "closed";
    const isTaken = result === "stored" || result === "held";
    if (isTaken) this.#stored += 1;
    else this.#book.drop(result);
    for (const { bit, durable } of this.#lanes) {
      if (durable === undefined || (routes & bit) === 0) continue;
      if (isTaken) durable.stored += 1;
      else durable.refuse(result);
    }
  }

  #pushToMemory(line: string, rank: number, routes: number): void {
    const cost = line.length + recordCost;
    let entering = routes & this.#memoryMask;
    let dropping = 0;
    let why: DropReason | undefined;
    for (const pressed of this.#memory) {
      if ((entering & pressed.lane.bit) === 0) continue;
      const reason = this.#admit(pressed, cost, rank);
      if (reason === undefined) continue;
      pressed.memory.count(reason, 1);
      entering &= ~pressed.lane.bit;
      dropping |= pressed.lane.bit;
      why ??= reason;
    }
    const isOnDisk = (routes & this.#durableMask) !== 0;
    if (entering === 0) this.#end(routes, why ?? "filtered", { dropping, isOnDisk });
    else this.#add(line, rank, routes, { dropping, why });
    this.#setRoom();
  }

  /** Why a sink does not take the record now, or undefined. */
  #admit(pressed: PressedLane, cost: number, rank: number): DropReason | undefined {
    const { memory } = pressed;
    pressed.update(this.#open.cost);
    if (pressed.sheds(rank)) return "shed";
    if (memory.bytes + this.#open.cost + cost + chunkCost <= memory.limitFor(rank)) return undefined;
    this.seal();
    return pressed.makeRoom(cost + chunkCost, rank);
  }

  /** A record that enters no queue in memory: its account ends here, or with that of the spool. */
  #end(routes: number, fate: DropReason | "filtered", { dropping = 0, isOnDisk = false } = {}): void {
    this.#offered += 1;
    this.#book.accept();
    for (const { bit, memory, durable } of this.#lanes) {
      if ((dropping & bit) !== 0) continue;
      const isFailed = fate === "plugin-failed" && (routes & bit) !== 0;
      if (memory !== undefined) memory.count(isFailed ? fate : "filtered", 1);
      else if (isFailed && durable !== undefined) durable.refuse(fate);
    }
    if (!isOnDisk) count(this.#book, fate, 1);
  }

  #add(
    line: string,
    rank: number,
    routes: number,
    { dropping, why }: { readonly dropping: number; readonly why: DropReason | undefined },
  ): void {
    const chunk = this.#open;
    const index = chunk.size;
    // Of those that dropped it now, and of sinks that are none of its routes, the chunk knows nothing.
    const actual = routes & ~dropping;
    if (actual !== this.#routes.byRank[rank] && chunk.masks === undefined) {
      chunk.masks = chunk.ends.map((packed) => this.#routes.byRank[packed & 7] ?? 0);
    }
    chunk.masks?.push(actual);
    if (why !== undefined) {
      chunk.marks ??= [];
      chunk.marks.push({ index, lanes: dropping, reason: why });
    }
    chunk.add(line, rank);
    if (index === 0) {
      for (const { lane } of this.#memory) lane.delivery.schedule();
    }
    if (chunk.cost >= this.#sealAt || chunk.size >= this.#fullAt) this.#sealFull();
  }

  /** Size at which the open chunk is sealed: larger while nobody would take it anyway. */
  get #sealAt(): number {
    const { byRank } = this.#routes;
    const isFree = ({ lane }: PressedLane): boolean =>
      !lane.delivery.isBusy && lane.delivery.lingerMs === 0 && byRank.some((mask) => (mask & lane.bit) !== 0);
    return this.#memory.some(isFree) ? sealIdle : sealBusy;
  }

  #sealFull(): void {
    this.seal();
    for (const { lane } of this.#memory) lane.delivery.startIfDue();
  }

  #setRoom(): void {
    const isSlow =
      this.#exiting ||
      this.#ended ||
      this.#open.size === 0 ||
      this.#fullAt < fewRecords ||
      this.#open.masks !== undefined;
    let room = isSlow ? noRoom : this.#sealAt;
    for (const pressed of this.#memory) room = pressed.step > 0 ? noRoom : Math.min(room, pressed.room - chunkCost);
    this.#room = room;
  }

  #process(pushed: Chunk, processors: ProcessorChain): Chunk {
    return processChunk(pushed, new Chunk(this.#pool), processors, (index, reason) => {
      const routes = routesAt(pushed, index, this.#routes.byRank);
      const mark = pushed.marks?.find((entry) => entry.index === index);
      for (const { lane, memory } of this.#memory) {
        if (((mark?.lanes ?? 0) & lane.bit) !== 0) continue;
        memory.count(reason !== undefined && (routes & lane.bit) !== 0 ? reason : "filtered", 1);
      }
      const fate = worse(reason ?? "filtered", mark?.reason ?? "filtered");
      count(this.#book, fate, 1);
    });
  }

  /** Gives each sink its part of a sealed chunk. */
  #handOut(chunk: Chunk): void {
    if (chunk.size === 0) return;
    const { byRank } = this.#routes;
    const parts: (Picks | undefined)[] = [];
    let isWaitedFor = false;
    for (const { lane } of this.#memory) {
      const picks = picksFor(chunk, lane.bit, byRank);
      parts.push(picks);
      if (picks !== undefined && !lane.delivery.isBusy) isWaitedFor = true;
    }
    const account = this.#accountOf(chunk, parts);
    if (!isWaitedFor) chunk.park();
    for (let index = 0; index < this.#memory.length; index++) {
      const pressed = this.#memory[index];
      const picks = parts[index];
      if (pressed === undefined) continue;
      const { lane, memory } = pressed;
      const marked = chunk.marks?.filter((mark) => (mark.lanes & lane.bit) !== 0).length ?? 0;
      memory.count("filtered", chunk.size - marked - (picks === undefined ? 0 : sizeOf(picks)));
      if (picks === undefined) continue;
      memory.accept(chunk, picks, account);
      lane.delivery.schedule();
    }
  }

  /** Who counts the records of a chunk for the whole family; undefined when the account of the spool does. */
  #accountOf(chunk: Chunk, parts: readonly (Picks | undefined)[]): ChunkAccount | undefined {
    const { byRank } = this.#routes;
    const onDisk = this.#durableMask === 0 ? undefined : picksFor(chunk, this.#durableMask, byRank);
    if (onDisk !== undefined && sizeOf(onDisk) === chunk.size) return undefined;
    const isPlain = onDisk === undefined && chunk.masks === undefined && chunk.marks === undefined;
    let wanting = 0;
    let isAlike = isPlain;
    for (const picks of parts) {
      if (picks === undefined) continue;
      wanting += 1;
      if (!("from" in picks)) isAlike = false;
    }
    const routing: Routing = {
      routesAt: (index) => routesAt(chunk, index, byRank),
      memoryLanes: this.#memoryMask,
      durableLanes: this.#durableMask,
    };
    return new ChunkAccount(chunk, wanting, isAlike ? undefined : routing, this.#book);
  }
}
