import type { Clock } from "@taffrail/contracts";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves both times forward, in ms. */
  advance(milliseconds: number): void;
  /** Sets the wall clock alone, in ms since 1970: a jump, as a time server makes it. */
  jumpTo(milliseconds: number): void;
}

/**
 * Makes a clock that stands at `start` (ms since 1970, default 2026-11-22T09:00:00Z).
 *
 * @example const clock = manualClock(); clock.advance(1000);
 */
export function manualClock(start: number = Date.UTC(2026, 10, 22, 9)): ManualClock {
  let wall = start;
  let elapsed = 0;
  return {
    now: () => wall,
    monotonic: () => elapsed,
    advance(milliseconds) {
      if (!(milliseconds >= 0)) throw new RangeError(`a clock cannot advance by ${milliseconds} ms`);
      wall += milliseconds;
      elapsed += milliseconds;
    },
    jumpTo(milliseconds) {
      wall = milliseconds;
    },
  };
}
