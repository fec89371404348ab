import type { LineError, LinesResult } from "@taffrail/client";
import type { TaffrailError } from "@taffrail/contracts";

/** What the server took, in records. */
export interface Delivered {
  readonly shipped: number;
  readonly rejected: number;
  readonly errors: readonly LineError[];
}

/** What is left of a shipment to be sent. */
export interface Remainder {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly records: number;
}

/** What an answer settles, and what has to be sent again. */
export interface Settled {
  readonly delivered: Delivered;
  readonly rest: Remainder | undefined;
}

/** What a good answer settles: everything that was sent. */
export function settledByAnswer(result: LinesResult, records: number): Settled {
  const shipped = Math.min(result.accepted, records);
  return { delivered: { shipped, rejected: records - shipped, errors: result.errors }, rest: undefined };
}

const lineFeed = 10;

/** The body without its first lines. */
function withoutLines(sent: Remainder, lines: number): Remainder | undefined {
  let start = 0;
  for (let line = 0; line < lines; line += 1) start = sent.body.indexOf(lineFeed, start) + 1;
  return lines >= sent.records ? undefined : { body: sent.body.subarray(start), records: sent.records - lines };
}

/**
 * An error may still settle records: all were refused one by one, or a large body was taken up to a line before the journal failed. Undefined when it
 * settles nothing.
 */
export function settledByError(error: TaffrailError, sent: Remainder): Settled | undefined {
  const { accepted, rejected, acceptedThroughLine } = error.details;
  if (typeof accepted !== "number" || typeof rejected !== "number") return undefined;
  if (typeof acceptedThroughLine === "number") {
    const lines = Math.min(acceptedThroughLine, sent.records);
    const shipped = Math.min(accepted, lines);
    return { delivered: { shipped, rejected: lines - shipped, errors: [] }, rest: withoutLines(sent, lines) };
  }
  const errors = [{ line: 1, code: error.code, message: error.message }];
  return accepted === 0 ? { delivered: { shipped: 0, rejected: sent.records, errors }, rest: undefined } : undefined;
}
