import { TaffrailError } from "@taffrail/contracts";
import type { EngineLimits } from "./engine-protocol.ts";

const reasonCharactersMax = 500;

/** The engine's own error numbers that mean something particular to us. */
export const engineCodes = {
  rows: 158,
  timeout: 159,
  memory: 241,
  noMemory: 173,
  cancelled: 394,
  answer: 396,
} as const;

/** The engine's own words, from "Code: 62." on, in one line and no longer than a person reads. */
function plainReason(message: string): string {
  const text = message
    .replace(/DB::Exception:\s*/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return text.length > reasonCharactersMax ? `${text.slice(0, reasonCharactersMax)}…` : text;
}

/**
 * Names what the engine said in the words of the catalogue.
 *
 * @example engineError({ code: 159, message: "Code: 159. DB::Exception: Timeout exceeded" }, limits) // query_timeout
 */
export function engineError(
  failure: { readonly code: number | undefined; readonly message: string },
  limits: EngineLimits,
): TaffrailError {
  switch (failure.code) {
    case engineCodes.timeout:
      return new TaffrailError("query_timeout", { seconds: limits.max_execution_time });
    // Its own cap, or the machine's.
    case engineCodes.memory:
    case engineCodes.noMemory:
      return new TaffrailError("query_memory", { limit: limits.max_memory_usage });
    case engineCodes.rows:
      return new TaffrailError("query_rows", { limit: limits.max_rows_to_read });
    case engineCodes.answer:
      return new TaffrailError("answer_too_large", { limit: limits.max_result_bytes });
    case engineCodes.cancelled:
      return new TaffrailError("query_failed", {
        reason: "the query was cancelled",
        engineCode: engineCodes.cancelled,
      });
    default:
      return new TaffrailError("query_failed", {
        reason: plainReason(failure.message),
        engineCode: failure.code ?? 0,
      });
  }
}
