/** When a sink that keeps failing is left alone, and for how long. */
export interface BreakerPolicy {
  /** Failed attempts in a row that open the breaker. */
  readonly failures: number;
  /** Time without attempts, in ms; then one batch is tried. */
  readonly openForMs: number;
}

export const defaultBreaker: BreakerPolicy = { failures: 5, openForMs: 30_000 };

export type BreakerState = "closed" | "open" | "half-open";

/** Counts failures of one sink and says when to leave it alone. */
export interface Breaker {
  readonly state: BreakerState;
  /** Time until an attempt is allowed, in ms; 0: now. */
  waitMs(): number;
  /** An attempt begins: after the open time it is the probe. */
  begin(): void;
  succeeded(): void;
  failed(): void;
}

/**
 * Makes a breaker. It is closed until `failures` attempts in a row failed; then open for `openForMs`; then half-open: the next attempt closes it or
 * opens it anew. Without a policy it never opens.
 *
 * @example createBreaker({ failures: 5, openForMs: 30_000 }, () => clock.monotonic()).waitMs() // 0
 */
export function createBreaker(policy: BreakerPolicy | false, now: () => number): Breaker {
  let state: BreakerState = "closed";
  let failures = 0;
  let openUntil = 0;
  return {
    get state() {
      return state;
    },
    waitMs: () => (state === "open" ? Math.max(0, openUntil - now()) : 0),
    begin() {
      if (state === "open") state = "half-open";
    },
    succeeded() {
      state = "closed";
      failures = 0;
    },
    failed() {
      failures += 1;
      if (policy === false || (state === "closed" && failures < policy.failures)) return;
      state = "open";
      openUntil = now() + policy.openForMs;
    },
  };
}
