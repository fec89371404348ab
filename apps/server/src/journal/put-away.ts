import { open } from "node:fs/promises";
import { basename } from "node:path";
import { type Clock, type DropReason, type ErrorCode, limits, TaffrailError } from "@taffrail/contracts";
import type { DeadLetterEntry, DeadLetters } from "./dead-letters.ts";
import { isThere } from "./file-effects.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Segment } from "./segment.ts";
import { framesOf } from "./split-segment.ts";

/** What a segment is put away for. */
export interface Guilt {
  readonly code: ErrorCode;
  readonly reason: string;
}

/** Takes out of the journal what the store does not take, and says so where people look: quarantine file, dead letter, report. */
export interface PutAway {
  /**
   * `stored`: rows of it that are in the store all the same. Answers what the others are dropped for: `sink-refused`, or `damaged` when somebody removed
   * the file. Rejects when the file cannot be moved; then nothing happened.
   */
  keep(segment: Segment, stored: number, guilt: Guilt): Promise<DropReason>;
  /** The store holds more rows than the segment has: nothing to save, but never silent. */
  surplus(segment: Segment, stored: number): Promise<void>;
}

export interface PutAwayOptions {
  readonly quarantine: Quarantine;
  readonly deadLetters: Pick<DeadLetters, "add">;
  readonly clock: Clock;
  readonly report: (error: TaffrailError) => void;
}

/** The first bytes of the payload when the segment has one frame; else nothing, because they would be one tenant's only. */
async function sampleOf({ path, salt, summary }: Segment): Promise<Uint8Array> {
  if (summary.frames !== 1) return new Uint8Array();
  for await (const { at, frame } of framesOf(path, salt)) {
    const file = await open(path, "r");
    try {
      const sample = Buffer.alloc(Math.min(limits.deadLetterSample.value, frame.length - frame.payloadAt));
      await file.read(sample, 0, sample.length, at + frame.payloadAt);
      return sample;
    } finally {
      await file.close();
    }
  }
  return new Uint8Array();
}

function lettersOf(segment: Segment, error: TaffrailError, sample: Uint8Array, now: number): DeadLetterEntry[] {
  return [...segment.summary.tenants].map(([tenant, part]) => ({
    tenant,
    source: "journal",
    code: error.code,
    message: error.message,
    sample,
    count: part.rows,
    receivedAtMs: now,
  }));
}

/** @example const putAway = createPutAway({ quarantine, deadLetters, clock, report }); */
export function createPutAway({ quarantine, deadLetters, clock, report }: PutAwayOptions): PutAway {
  const tell = async (segment: Segment, error: TaffrailError, sample: Uint8Array): Promise<void> => {
    report(error);
    await deadLetters.add(lettersOf(segment, error, sample, clock.now())).catch((failure: unknown) => {
      if (failure instanceof TaffrailError) report(failure);
    });
  };
  const unequal = ({ path, summary }: Segment, stored: number): TaffrailError =>
    new TaffrailError("rows_unequal", { file: basename(path), stored, expected: summary.rows });
  return {
    async keep(segment, stored, { code, reason }): Promise<DropReason> {
      const records = segment.summary.rows - stored;
      const file = basename(segment.path);
      if (!(await isThere(segment.path))) {
        await tell(segment, new TaffrailError("segment_gone", { file, records }), new Uint8Array());
        return "damaged";
      }
      const sample = await sampleOf(segment).catch(() => new Uint8Array());
      await quarantine.keepFile(segment.path, { code, reason, records });
      const refused = new TaffrailError("frame_refused", { file, records, reason });
      await tell(segment, code === "rows_unequal" ? unequal(segment, stored) : refused, sample);
      return "sink-refused";
    },
    surplus: (segment, stored) => tell(segment, unequal(segment, stored), new Uint8Array()),
  };
}
