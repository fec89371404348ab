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

async function bury(stores: Stores, kept: Refusals["kept"], origin: Origin): Promise<void> {
  if (kept.length === 0) return;
  const { tenant, source, receivedAtMs } = origin;
  const entries = kept.map(({ code, message, sample, count }) => ({
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

/** Refused records that the sender will not send again: all of them, or after a failure those on lines before it. */
function settled({ refusals }: Outcome, { error, lastLine }: Delivery): Refusals["kept"] {
  return error ? refusals.kept.filter(({ line }) => line > 0 && line <= lastLine) : refusals.kept;
}

/**
 * Makes what became of a body durable: the frames in their order, up to the first that the journal does not take; then the refused records, so that
 * a sender that is told to send everything again leaves no second set of them. When frames are durable and the refused records cannot be kept, the
 * answer stays the success that it is: sending again would store the frames twice, and the answer counts and names what was refused.
 *
 * @throws TaffrailError `journal_unavailable` when nothing was accepted and the refused records cannot be kept.
 *
 * @example const { accepted, error } = await deliver(stores, runJob(job), origin);
 */
export async function deliver(stores: Stores, outcome: Outcome, origin: Origin): Promise<Delivery> {
  const delivery = await append(stores, outcome.frames, origin);
  try {
    await bury(stores, settled(outcome, delivery), origin);
  } catch (error) {
    if (!(error instanceof TaffrailError) || delivery.accepted === 0) throw error;
  }
  return delivery;
}
