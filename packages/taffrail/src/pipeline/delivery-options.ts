import type { Clock, Sink } from "@taffrail/contracts";
import type { RetryPolicy } from "./backoff.ts";
import type { BreakerPolicy } from "./breaker.ts";
import type { LaneSource } from "./lane-source.ts";
import type { SinkStart } from "./sink-start.ts";

/** What the delivery to one sink is given. */
export interface DeliveryOptions {
  readonly sink: Sink;
  /** Takes batches while the breaker is open, and those whose retry time is over. */
  readonly fallback: Sink | undefined;
  readonly source: LaneSource;
  readonly retry: RetryPolicy;
  readonly writeTimeoutMs: number;
  readonly breaker: BreakerPolicy | false;
  readonly clock: Clock;
  readonly random: () => number;
  readonly start: SinkStart;
  readonly fallbackStart: SinkStart | undefined;
  /** Runs background work outside of the caller's asynchronous context. */
  readonly detach: (work: () => void) => void;
  /** Told about each failed attempt, for the one who reports. */
  readonly onFailure: (reason: string) => void;
}
