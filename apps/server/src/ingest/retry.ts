import type { TaffrailError } from "@taffrail/contracts";

/** Seconds to wait where the error does not know better. */
const retryAfterSeconds = 5;

/**
 * Headers of an error answer: 429 and 503 say when to come again, in seconds.
 *
 * @example retryHeaders(new TaffrailError("shutting_down")) // { "retry-after": "5" }
 */
export function retryHeaders(error: TaffrailError): Readonly<Record<string, string>> {
  if (error.status !== 429 && error.status !== 503) return {};
  const known = Number(error.details.retryAfter);
  return { "retry-after": String(known > 0 ? Math.ceil(known) : retryAfterSeconds) };
}
