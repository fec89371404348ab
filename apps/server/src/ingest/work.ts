import { limits, TaffrailError } from "@taffrail/contracts";
import {
  createRowEncoder,
  type DecodedItem,
  decodeLogsJson,
  decodeLogsRequest,
  invalidUtf8At,
  walkLogsRequest,
} from "@taffrail/protocol";
import type { Frame, Job, JobContext, Outcome, Target } from "./job.ts";
import { parseLines } from "./line-work.ts";
import { createRefusals } from "./refusals.ts";
import { createRowFrames } from "./row-frames.ts";

const dayMs = 86_400_000;

function putItem(target: Target, item: DecodedItem): void {
  if ("error" in item) {
    target.refusals.add(item.error, item.sample, 0);
    return;
  }
  try {
    target.frames.add(target.encode(item.record), 0);
  } catch (error) {
    if (!(error instanceof TaffrailError)) throw error;
    target.refusals.add(error, item.record.body, 0);
  }
}

function textOf(body: Uint8Array): string {
  const offset = invalidUtf8At(body);
  if (offset >= 0) throw new TaffrailError("invalid_utf8", { offset });
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
}

/** The walk says whether the bytes may go to the engine as they came; then no record is looked at one by one. */
function walkBody(job: JobContext): Outcome | undefined {
  const walk = walkLogsRequest(job.body, {
    oldestMs: job.receivedAtMs - job.retentionDays * dayMs,
    latestMs: job.receivedAtMs + limits.futureSkew.value,
  });
  const refusals = createRefusals();
  if (walk.records === 0) return { frames: [], refusals, timesReplaced: 0 };
  if (!walk.plain) return undefined;
  const { timeMinMs, timeMaxMs, records: count } = walk;
  const frame: Frame = { kind: "otlp-logs", payload: job.body, count, timeMinMs, timeMaxMs, lastLine: 0 };
  return { frames: [frame], refusals, timesReplaced: 0 };
}

/**
 * Walks an OTLP protobuf body; undefined when its records must be decoded one by one.
 *
 * @throws TaffrailError `malformed_protobuf`.
 * @example const outcome = runWalk(job) ?? runJob(job);
 */
export function runWalk(job: Job): Outcome | undefined {
  return job.kind === "otlp-protobuf" ? walkBody(job) : undefined;
}

/**
 * Turns one body into frames for the journal and a list of what was refused. Pure and synchronous: small bodies run in place, large ones in a
 * worker thread.
 *
 * @throws TaffrailError when the body as a whole is no request: `malformed_protobuf`, `malformed_json`, `wrong_field_type`, `invalid_utf8`.
 * @example const { frames, refusals } = runJob({ kind: "otlp-json", body, retentionDays: 30, receivedAtMs: clock.now() });
 */
export function runJob(job: Job): Outcome {
  const walked = runWalk(job);
  if (walked) return walked;
  const { retentionDays, receivedAtMs, body } = job;
  const target: Target = {
    encode: createRowEncoder({ retentionDays, receivedAtMs }),
    frames: createRowFrames(),
    refusals: createRefusals(),
  };
  if (job.kind === "lines") parseLines(body, job.lines, receivedAtMs, target);
  else {
    const items = job.kind === "otlp-json" ? decodeLogsJson(textOf(body)) : decodeLogsRequest(body);
    for (const item of items) putItem(target, item);
  }
  const { frames, timesReplaced } = target.frames.finish();
  return { frames, refusals: target.refusals, timesReplaced };
}
