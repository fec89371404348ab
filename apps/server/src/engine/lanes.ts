import { limits } from "@taffrail/contracts";
import type { Lane } from "./engine.ts";

/** How many sessions each lane has. */
export type LaneSizes = Readonly<Record<Lane, number>>;

/** Work that waits for a session of its lane. */
export interface LaneJob {
  readonly lane: Lane;
  /** A job whose shape ended the engine once; two of them never run at the same time. */
  readonly suspect: boolean;
  start(slot: number): void;
}

export interface Lanes {
  /** Queues a job, or starts it at once when a session is free. False: the queue of its lane is full. */
  submit(job: LaneJob): boolean;
  /** Takes a waiting job out of the queue; false when it is not (any more) waiting. */
  withdraw(job: LaneJob): boolean;
  /** The slot's job ended. */
  release(slot: number): void;
  /** Jobs in sessions right now. */
  running(): number;
}

/**
 * Gives each lane its own sessions and a first-in-first-out queue, so that no lane ever waits behind another. Slots are numbered over all lanes.
 *
 * @example const lanes = createLanes({ ingest: 1, interactive: 3, background: 1 });
 */
export function createLanes(sizes: LaneSizes): Lanes {
  const slots: { readonly lane: Lane; job: LaneJob | undefined }[] = [];
  for (const lane of ["ingest", "interactive", "background"] as const) {
    for (let index = 0; index < sizes[lane]; index += 1) slots.push({ lane, job: undefined });
  }
  const waiting: Record<Lane, LaneJob[]> = { ingest: [], interactive: [], background: [] };

  const suspectRuns = (): boolean => slots.some((slot) => slot.job?.suspect === true);
  const next = (lane: Lane): LaneJob | undefined => {
    const index = waiting[lane].findIndex((job) => !job.suspect || !suspectRuns());
    return index < 0 ? undefined : waiting[lane].splice(index, 1)[0];
  };
  const fill = (): void => {
    slots.forEach((slot, number) => {
      if (slot.job !== undefined) return;
      const job = next(slot.lane);
      if (job === undefined) return;
      slot.job = job;
      job.start(number);
    });
  };

  return {
    submit(job): boolean {
      if (waiting[job.lane].length >= limits.engineQueue.value) return false;
      waiting[job.lane].push(job);
      fill();
      return true;
    },
    withdraw(job): boolean {
      const index = waiting[job.lane].indexOf(job);
      if (index >= 0) waiting[job.lane].splice(index, 1);
      return index >= 0;
    },
    release(slot): void {
      const entry = slots[slot];
      if (entry !== undefined) entry.job = undefined;
      fill();
    },
    running: () => slots.filter((slot) => slot.job !== undefined).length,
  };
}
