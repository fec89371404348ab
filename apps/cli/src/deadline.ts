import { TaffrailError } from "@taffrail/contracts";

/** A signal that aborts with `server_unreachable` when the server is silent for too long. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Stops the clock, so that the process can end. */
  clear(): void;
}

/**
 * Starts a deadline for an answer, in milliseconds; `outer` aborts it too.
 *
 * @example
 * const deadline = startDeadline(url, 10_000, out.closed);
 * try { await client.getStatus({}, { signal: deadline.signal }); } finally { deadline.clear(); }
 */
export function startDeadline(url: string, ms: number, outer: AbortSignal): Deadline {
  const late = new AbortController();
  const reason = `it took the request and said nothing for ${ms / 1000} s`;
  const timer = setTimeout(() => late.abort(new TaffrailError("server_unreachable", { url, reason })), ms);
  return { signal: AbortSignal.any([late.signal, outer]), clear: () => clearTimeout(timer) };
}
