/**
 * Puts bytes onto a descriptor, in pieces. It keeps none of them: how far a batch has come is known to the one who calls, since the memory of a
 * batch may be used again as soon as its write has settled.
 */
export interface LineWriter {
  /** Writes a first part of `bytes` and gives its length; rejects with the system's error, or when `signal` aborts first. */
  write(bytes: Uint8Array, signal: AbortSignal): Promise<number>;
  /** Takes over a `write` that has not settled: how many of its bytes are out. Its promise gives 0 then. Blocks until that is known or `deadline` (monotonic ms). */
  takeOver(deadline: number): number;
  /** Blocks until all bytes are out or until `deadline`, and gives how many are; may throw the system's error when none is. */
  writeSync(bytes: Uint8Array, deadline: number): number;
}

/** Blocks this thread. Only for the end of a process. */
export function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
