import type { ErrorCode, ErrorDetails, TaffrailError } from "@taffrail/contracts";

/** One refused record, or the last of several alike: `count` says how many it stands for. */
interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
  /** First bytes of the record as text. */
  readonly sample: string;
  count: number;
  /** Line of the body, from 1; 0 where there are no lines. */
  readonly line: number;
}

/** Refused records of one body. Bounded: of each code the first are kept one by one, the rest are counted on the last. */
export interface Refusals {
  readonly kept: readonly Refusal[];
  /** Records refused, by code. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Refusals being gathered. */
export interface RefusalBook extends Refusals {
  add(error: TaffrailError, sample: string, line: number): void;
}

/** Refusals of each code that are kept one by one. */
const keptPerCode = 20;

/** Characters of a refused record that are kept. */
const sampleCharacters = 1024;

/**
 * Opens a book of refusals for one body.
 *
 * @example const refusals = createRefusals(); refusals.add(error, line.text, line.number);
 */
export function createRefusals(): RefusalBook {
  const kept: Refusal[] = [];
  const counts: Record<string, number> = {};
  const last = new Map<string, Refusal>();
  return {
    kept,
    counts,
    add(error, sample, line): void {
      const count = (counts[error.code] ?? 0) + 1;
      counts[error.code] = count;
      const latest = last.get(error.code);
      if (latest && count > keptPerCode) {
        latest.count++;
        return;
      }
      const { code, message, details } = error;
      const refusal = {
        code,
        message,
        details,
        sample: sample.slice(0, sampleCharacters),
        count: 1,
        line,
      };
      kept.push(refusal);
      last.set(error.code, refusal);
    },
  };
}

/** Records refused in all. */
export function refusedTotal(refusals: Refusals): number {
  return Object.values(refusals.counts).reduce((sum, count) => sum + count, 0);
}
