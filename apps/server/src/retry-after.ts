import type { TaffrailError } from "@taffrail/contracts";

/** Seconds to wait where the error does not know better: what passes by itself, like a start of the engine, takes about as long. */
const usualSeconds = 2;

/**
 * Headers of an error answer: 429 and 503 say when to come again, in whole seconds.
 *
 * @example retryHeaders(new TaffrailError("shutting_down")) // { "retry-after": "2" }
 */
export function retryHeaders(error: TaffrailError): Readonly<Record<string, string>> {
  if (error.status !== 429 && error.status !== 503) return {};
  const known = Number(error.details.retryAfter);
  return { "retry-after": String(known > 0 ? Math.ceil(known) : usualSeconds) };
}
