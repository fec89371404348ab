import { randomBytes } from "node:crypto";

/** Where time comes from. Passed in everywhere, so that a test can move it. */
export interface Clock {
  /** Milliseconds since 1970, wall clock; may jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. Use it for durations and deadlines. */
  monotonic(): number;
}

/** Where identity comes from: lower-case hex of the given number of bytes. */
export interface IdSource {
  hex(bytes: number): string;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Cryptographic randomness. */
export const systemIds: IdSource = { hex: (bytes) => randomBytes(bytes).toString("hex") };
