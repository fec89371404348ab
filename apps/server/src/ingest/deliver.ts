import { TaffrailError } from "@taffrail/contracts";
import type { DeadLetters } from "../journal/dead-letters.ts";
import type { Journal } from "../journal/journal.ts";
import type { Frame, Outcome } from "./job.ts";
import type { Refusals } from "./refusals.ts";

/** Where records and refused records are kept. */
export interface Stores {
  readonly journal: Pick<Journal, "append">;
  readonly deadLetters: Pick<DeadLetters, "add">;
}

/** Who sent a body and how it came. */
export interface Origin {
  readonly source: string;
  readonly tenant: string;
  readonly principal: string;
  readonly receivedAtMs: number;
}

/** How far the frames of a body got. `error` is set when one could not be written; the ones before it are durable. */
export interface Delivery {
  readonly accepted: number;
  readonly lastLine: number;
  readonly error?: TaffrailError;
}

async function bury(stores: Stores, refusals: Refusals, origin: Origin): Promise<void> {
  if (refusals.kept.length === 0) return;
  const { tenant, source, receivedAtMs } = origin;
  const entries = refusals.kept.map(({ code, message, sample, count }) => ({
    tenant,
    source,
    code,
    message,
    sample: Buffer.from(sample, "utf8"),
    count,
    receivedAtMs,
  }));
  await stores.deadLetters.add(entries);
}

async function append(stores: Stores, frames: readonly Frame[], origin: Origin): Promise<Delivery> {
  let accepted = 0;
  let lastLine = 0;
  for (const frame of frames) {
    const { kind, payload, count, timeMinMs, timeMaxMs } = frame;
    try {
      await stores.journal.append({ ...origin, batchId: "", kind, payload, count, timeMinMs, timeMaxMs });
    } catch (error) {
      if (!(error instanceof TaffrailError)) throw error;
      return { accepted, lastLine, error };
    }
    accepted += count;
    lastLine = frame.lastLine;
  }
  return { accepted, lastLine };
}

/**
 * Makes what became of a body durable: first the refused records, so that the sender is told to send everything again when they cannot be kept
 * and nothing is stored twice; then the frames in their order, up to the first that the journal does not take.
 *
 * @throws TaffrailError `journal_unavailable` when the refused records cannot be kept; then nothing was accepted.
 */
export async function deliver(stores: Stores, outcome: Outcome, origin: Origin): Promise<Delivery> {
  await bury(stores, outcome.refusals, origin);
  return await append(stores, outcome.frames, origin);
}
