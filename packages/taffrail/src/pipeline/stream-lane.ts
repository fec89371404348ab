import type { DropReason, Ledger } from "@taffrail/contracts";
import type { Delivery } from "./delivery.ts";
import type { DurableLane } from "./durable-lane.ts";
import type { MemoryLane } from "./memory-lane.ts";
import { infoRank } from "./ranks.ts";
import { isShed, nextStep, riseAt, type SheddingStep } from "./shedding.ts";

/** The way of one stream to one sink, whether its records wait in memory or on disk. */
export interface StreamLane {
  readonly name: string;
  readonly bit: number;
  readonly delivery: Delivery;
  readonly memory: MemoryLane | undefined;
  readonly durable: DurableLane | undefined;
  ledger(offered: number): Ledger;
}

/** A lane in memory, with its shedding. */
export class PressedLane {
  readonly lane: StreamLane;
  readonly memory: MemoryLane;
  step: SheddingStep = 0;
  #isShedding: boolean;
  #info = 0;

  constructor(lane: StreamLane, memory: MemoryLane, isShedding: boolean) {
    this.lane = lane;
    this.memory = memory;
    this.#isShedding = isShedding;
  }

  /** Switched off, nothing is shed any more. */
  set isShedding(on: boolean) {
    this.#isShedding = on;
    if (!on) this.step = 0;
    this.update(0);
  }

  get fill(): number {
    return this.memory.bytes / this.memory.limitBytes;
  }

  /** Looks at the buffer again. `further`: bytes that are about to come. */
  update(further: number): void {
    if (this.#isShedding) this.step = nextStep(this.step, (this.memory.bytes + further) / this.memory.limitFor(0));
  }

  /** Bytes that ordinary records may still take before something changes. */
  get room(): number {
    const limit = this.memory.limitFor(0);
    const rise = this.#isShedding ? riseAt(this.step) * limit : Number.POSITIVE_INFINITY;
    return Math.min(limit, rise) - this.memory.bytes;
  }

  /** True when this record is left out for now. */
  sheds(rank: number): boolean {
    if (this.step === 0) return false;
    if (rank === infoRank) this.#info += 1;
    return isShed(this.step, rank, this.#info);
  }

  /** Why a record that does not fit is dropped, or undefined once there is room. */
  makeRoom(cost: number, rank: number): DropReason | undefined {
    const { memory, lane } = this;
    if (cost > memory.limitBytes) return "too-large";
    const fits = (): boolean => memory.bytes + cost <= memory.limitFor(rank);
    const policy = memory.policies[rank];
    if (!fits() && policy === "drop-old") memory.makeRoom(cost, rank);
    if (!fits() && policy === "block") lane.delivery.drainSync(fits);
    return fits() ? undefined : "buffer-full";
  }
}
