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

/** Cryptographic randomness. Web Crypto rather than `node:crypto`, because the web page imports this package too. */
export const systemIds: IdSource = {
  hex: (bytes) =>
    Array.from(globalThis.crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join(""),
};
