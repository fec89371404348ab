/** Puts text onto a descriptor. What could not be written stays as a rest and comes first the next time. */
export interface LineWriter {
  /** Adds `text` to the rest and resolves when all of it is out; rejects with the system's error or when `signal` aborts. */
  write(text: string, signal: AbortSignal): Promise<void>;
  /** Blocks until the rest, an unfinished `write` and `text` are out, at most for `timeoutMs`. Returns false when something is left; may throw the system's error. */
  writeSync(text: string, timeoutMs: number): boolean;
  /** Forgets the rest, but for the end of a line that is half out: a line is never torn. */
  forget(): void;
}

const lineFeed = 10;

/**
 * The part of a rest that must still be written when the rest is given up: the end of a torn line, or nothing.
 *
 * @example tornEnd(Buffer.from("lf\n{}\n"), true).toString() // "lf\n"
 */
export function tornEnd(rest: Uint8Array, torn: boolean): Uint8Array {
  return torn ? rest.subarray(0, rest.indexOf(lineFeed) + 1) : rest.subarray(0, 0);
}

/** True when the last byte written ended no line. */
export function isTorn(lastByte: number | undefined): boolean {
  return lastByte !== lineFeed;
}

/** Blocks this thread. Only for the end of a process. */
export function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
