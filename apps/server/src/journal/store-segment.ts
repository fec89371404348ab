import type { Failpoint } from "@taffrail/experiments";
import { cutByDays, type DayPart } from "./day-parts.ts";
import { classifyFailure, type InsertFailure } from "./insert-failure.ts";
import type { Segment } from "./segment.ts";
import type { BlockSettings, InsertMode, SegmentInsert, SegmentStore } from "./segment-store.ts";
import type { Trial } from "./trial.ts";

/** What one attempt came to. `unequal`: inserted without an error, twice, yet the store holds another number of rows. */
export type Outcome =
  | { readonly type: "stored" }
  | { readonly type: "unequal"; readonly stored: number }
  | { readonly type: "failed"; readonly failure: InsertFailure; readonly during: "insert" | "count" }
  | { readonly type: "stopped" };

export interface AttemptOptions {
  readonly store: SegmentStore;
  readonly failpoint: Failpoint;
  readonly signal: AbortSignal;
}

function sameSettings(left: BlockSettings, right: BlockSettings): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => left[key] === right[key]);
}

/** How a segment is sent the first time: under its token only if nothing was sent before and the statement is still the one in its header. */
export function firstMode(segment: Segment, store: SegmentStore): InsertMode {
  const { header, sentBefore } = segment;
  const same = header?.statementVersion === store.statementVersion;
  if (sentBefore || !header || !same) return "seq-check";
  return sameSettings(header.blockSettings, store.blockSettings) ? "first" : "seq-check";
}

/** Settles as the promise does, or rejects at once on abort; what is left running ends on its own. */
export function untilAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

function insertOf(segment: Segment, store: SegmentStore, part: DayPart | undefined, index: number): SegmentInsert {
  const { path, kind, salt, header, summary } = segment;
  const base = `${kind}-${summary.seqFrom}-${summary.seqTo}-${salt.toString(16)}`;
  return {
    path,
    kind,
    token: part ? `${base}-${index}` : base,
    statementVersion: header?.statementVersion ?? store.statementVersion,
    blockSettings: header?.blockSettings ?? store.blockSettings,
    seqFrom: summary.seqFrom,
    seqTo: summary.seqTo,
    rows: summary.rows,
    ...(part && { days: part }),
  };
}

async function insertAll(segment: Segment, trial: Trial, mode: InsertMode, options: AttemptOptions): Promise<void> {
  const { store, failpoint, signal } = options;
  const parts = cutByDays(segment.summary.timeMinMs, segment.summary.timeMaxMs, trial.daysPerInsert);
  for (const [index, part] of parts.entries()) {
    failpoint("journal.insert.before");
    await untilAbort(store.insert(insertOf(segment, store, part, index), mode, signal), signal);
    failpoint("journal.insert.after");
  }
}

/** Rows of the segment that the store holds. */
async function countStored(segment: Segment, { store, failpoint, signal }: AttemptOptions): Promise<number> {
  failpoint("journal.count.before");
  const stored = await untilAbort(store.countRange(segment.kind, segment.summary.ranges, signal), signal);
  failpoint("journal.count.after");
  return Number(stored);
}

/**
 * Tries once to bring a segment into the store and proves it by counting. Rows that may be there already are counted first: after a crash most
 * segments turn out to be complete. Never rejects.
 */
export async function attemptSegment(segment: Segment, trial: Trial, options: AttemptOptions): Promise<Outcome> {
  const { rows } = segment.summary;
  let during: "insert" | "count" = "count";
  try {
    let stored = trial.mode === "seq-check" ? await countStored(segment, options) : 0;
    // The second round repairs what the engine took for a repetition, or lost, under the token of the first.
    for (const mode of [trial.mode, "seq-check"] as const) {
      if (stored >= rows) break;
      during = "insert";
      await insertAll(segment, trial, mode, options);
      during = "count";
      stored = await countStored(segment, options);
    }
    return stored === rows ? { type: "stored" } : { type: "unequal", stored };
  } catch (error) {
    if (options.signal.aborted) return { type: "stopped" };
    return { type: "failed", failure: classifyFailure(error), during };
  }
}

/** Counts what a segment that is about to be put away has in the store. Never rejects. */
export async function attemptCount(segment: Segment, options: AttemptOptions): Promise<Outcome> {
  try {
    const stored = await countStored(segment, options);
    return { type: "unequal", stored };
  } catch (error) {
    if (options.signal.aborted) return { type: "stopped" };
    return { type: "failed", failure: classifyFailure(error), during: "count" };
  }
}
