import { TaffrailError } from "@taffrail/contracts";
import { retryHeaders } from "../retry-after.ts";
import type { LineRefusal, LinesAnswer, LinesResult } from "./ingest.ts";
import { type Refusals, refusedTotal } from "./refusals.ts";

/** Refused lines that an answer names. */
const namedLines = 20;

function named(refusals: Refusals): readonly LineRefusal[] {
  const inOrder = [...refusals.kept].sort((one, other) => one.line - other.line);
  return inOrder.slice(0, namedLines).map(({ line, code, message }) => ({ line, code, message }));
}

/** Answers a request that failed as a whole. */
export function linesFailure(error: TaffrailError): LinesAnswer {
  return { status: error.status, headers: retryHeaders(error), body: { error: error.toJSON() } };
}

/**
 * Answers lines: 200 when any was accepted or there was none, 400 when all were refused. When the journal failed after a part of the lines was
 * durable, the answer is that failure and says which lines those are.
 *
 * @example linesAnswer(refusals, { accepted: 3, lastLine: 3 }).status // 200
 */
export function linesAnswer(
  refusals: Refusals,
  delivery: { readonly accepted: number; readonly lastLine: number; readonly error?: TaffrailError },
): LinesAnswer {
  const { accepted, lastLine, error } = delivery;
  const result: LinesResult = { accepted, rejected: refusedTotal(refusals), errors: named(refusals) };
  const [first] = refusals.kept;
  if (!error && accepted === 0 && first) {
    const reason = new TaffrailError(first.code, first.details);
    return { status: 400, headers: {}, body: { ...result, error: reason.toJSON() } };
  }
  if (!error) return { status: 200, headers: {}, body: result };
  if (accepted === 0) return linesFailure(error);
  const body = { ...result, error: error.toJSON(), acceptedThroughLine: lastLine };
  return { status: error.status, headers: retryHeaders(error), body };
}
