/** How a batch that a sink could not take is tried again. All values in ms. */
export interface RetryPolicy {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Time after the first attempt when a batch is given up; infinite: never. */
  readonly retryForMs: number;
}

export const defaultRetry: RetryPolicy = { minDelayMs: 100, maxDelayMs: 10_000, retryForMs: 300_000 };

/** No wish of a sink and no policy lets a batch wait longer for its next attempt, in ms. */
const longestDelayMs = 3_600_000;

/**
 * Delay before the next attempt, in ms: doubles with each attempt, and a random half of it is jitter, so that many senders do not come back at
 * once. A sink's own wish (`Retry-After`) is the least delay, but bounded by `retryForMs` and by an hour.
 *
 * @example retryDelay(defaultRetry, 3, undefined, Math.random) // 200 to 400
 */
export function retryDelay(
  policy: RetryPolicy,
  attempt: number,
  afterMs: number | undefined,
  random: () => number,
): number {
  const ceiling = Math.min(policy.maxDelayMs, policy.minDelayMs * 2 ** Math.min(attempt - 1, 30));
  const delay = ceiling / 2 + (ceiling / 2) * random();
  return Math.min(Math.max(delay, afterMs ?? 0), policy.retryForMs, longestDelayMs);
}
