import { parentPort } from "node:worker_threads";
import { TaffrailError } from "@taffrail/contracts";
import type { Job, Outcome } from "./job.ts";
import { runJob } from "./work.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker-pool.ts";

/** An outcome without its methods, which cannot cross to another thread. */
function plainOutcome({ frames, refusals, timesReplaced }: Outcome): Outcome {
  return { frames, refusals: { kept: refusals.kept, counts: refusals.counts }, timesReplaced };
}

function answerTo(job: Job): WorkerAnswer {
  try {
    return { outcome: plainOutcome(runJob(job)) };
  } catch (error) {
    if (error instanceof TaffrailError) return { failure: { code: error.code, details: error.details } };
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Buffers that are whole can be handed over instead of copied. */
function transferable(answer: WorkerAnswer): ArrayBuffer[] {
  if (!("outcome" in answer)) return [];
  const buffers = new Set<ArrayBuffer>();
  for (const { payload } of answer.outcome.frames) {
    if (payload.byteLength === payload.buffer.byteLength) buffers.add(payload.buffer as ArrayBuffer);
  }
  return [...buffers];
}

parentPort?.on("message", ({ job }: WorkerRequest) => {
  const answer = answerTo(job);
  parentPort?.postMessage(answer, transferable(answer));
});
