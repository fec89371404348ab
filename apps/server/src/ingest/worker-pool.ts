import { Worker } from "node:worker_threads";
import { type ErrorCode, type ErrorDetails, TaffrailError } from "@taffrail/contracts";
import { entryPath } from "../entry-path.ts";
import type { Job, Outcome } from "./job.ts";

/** What a worker is sent. */
export interface WorkerRequest {
  readonly job: Job;
}

/** What a worker answers: the outcome, an error of the catalogue, or the stack of a bug. */
export type WorkerAnswer =
  | { readonly outcome: Outcome }
  | { readonly failure: { readonly code: ErrorCode; readonly details: ErrorDetails } }
  | { readonly bug: string };

export interface WorkerPoolOptions {
  /** Threads at most; they start when there is work. */
  readonly workersMax: number;
  /** Memory of one thread beyond which it ends, with an error for its body; MiB. */
  readonly memoryMiBMax: number;
}

/** Runs jobs in worker threads, in the order they came. The queue is bounded by the caller, who bounds the bytes of bodies in flight. */
export interface WorkerPool {
  /** Rejects with the TaffrailErrors of `runJob`; `body_too_complex` when the job needed more memory than a thread may use. */
  run(job: Job): Promise<Outcome>;
  /** Ends the threads; jobs that still wait reject with `shutting_down`. Idempotent. */
  close(): Promise<void>;
}

interface Waiting {
  readonly job: Job;
  /** Kept apart: the body itself is handed over to the thread. */
  readonly bodyBytes: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

interface Lane {
  readonly worker: Worker;
  current: Waiting | undefined;
}

/** A body that owns its memory is handed over; one that shares it is copied. */
function transferList({ body }: Job): ArrayBuffer[] {
  return body.byteLength > 0 && body.byteLength === body.buffer.byteLength ? [body.buffer as ArrayBuffer] : [];
}

function settle(waiting: Waiting, answer: WorkerAnswer): void {
  if ("outcome" in answer) waiting.resolve(answer.outcome);
  else if ("failure" in answer) waiting.reject(new TaffrailError(answer.failure.code, answer.failure.details));
  else waiting.reject(new Error(`the decode worker failed: ${answer.bug}`));
}

/** A thread that ran out of memory was given a body too much for it; anything else is a bug. */
function deathOf(error: Error & { code?: string }, bytes: number, memoryMiBMax: number): Error {
  if (error.code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  return new TaffrailError("body_too_complex", { bytes, limit: memoryMiBMax }, error);
}

/** Starts a thread. `onFree` is called after each answer, `onDeath` once when it is gone. */
function openLane(memoryMiBMax: number, onFree: () => void, onDeath: (lane: Lane, reason: Error) => void): Lane {
  const worker = new Worker(entryPath(import.meta.url, "./decode-worker.js"), {
    // Flags of the parent are not for it: those of a test runner would lead it to TypeScript sources.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMiBMax },
  });
  // An idle thread must not keep the process alive.
  worker.unref();
  const lane: Lane = { worker, current: undefined };
  worker.on("message", (answer: WorkerAnswer) => {
    const { current } = lane;
    lane.current = undefined;
    if (current) settle(current, answer);
    onFree();
  });
  worker.on("error", (error) => onDeath(lane, error as Error));
  worker.on("exit", (code) => onDeath(lane, new Error(`the decode worker ended with code ${code}`)));
  return lane;
}

/**
 * Makes a pool; no thread starts before the first job, and a thread that died is replaced at the next.
 *
 * @example const pool = createWorkerPool({ workersMax: 1, memoryMiBMax: 1024 }); await pool.run(job);
 */
export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const queue: Waiting[] = [];
  const lanes = new Set<Lane>();
  let closed = false;

  function remove(lane: Lane, reason: Error): void {
    if (!lanes.delete(lane)) return;
    const { current } = lane;
    lane.current = undefined;
    if (current)
      current.reject(
        closed ? new TaffrailError("shutting_down") : deathOf(reason, current.bodyBytes, options.memoryMiBMax),
      );
    pump();
  }

  function idleLane(): Lane | undefined {
    for (const lane of lanes) if (!lane.current) return lane;
    if (lanes.size >= options.workersMax) return undefined;
    const lane = openLane(options.memoryMiBMax, pump, remove);
    lanes.add(lane);
    return lane;
  }

  function pump(): void {
    while (queue.length > 0 && !closed) {
      const lane = idleLane();
      const next = lane && queue.shift();
      if (!lane || !next) return;
      lane.current = next;
      lane.worker.postMessage({ job: next.job } satisfies WorkerRequest, transferList(next.job));
    }
  }

  return {
    run(job): Promise<Outcome> {
      if (closed) return Promise.reject(new TaffrailError("shutting_down"));
      return new Promise((resolve, reject) => {
        queue.push({ job, bodyBytes: job.body.byteLength, resolve, reject });
        pump();
      });
    },
    async close(): Promise<void> {
      closed = true;
      for (const { reject } of queue.splice(0)) reject(new TaffrailError("shutting_down"));
      await Promise.all([...lanes].map(({ worker }) => worker.terminate()));
    },
  };
}
