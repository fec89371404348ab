import { fstatSync, write as writeCallback, writeSync } from "node:fs";
import { isTorn, type LineWriter, sleepSync, tornEnd } from "./line-writer.ts";

/** A write that the thread pool is carrying out. */
interface InFlight {
  readonly bytes: number;
  /** Size of the file before it began. */
  readonly sizeBefore: number;
}

const firstBufferBytes = 64 * 1024;
const pollMs = 1;
const encoder = new TextEncoder();

function writeBytes(descriptor: number, buffer: Uint8Array, offset: number, length: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writeCallback(descriptor, buffer, offset, length, null, (error, written) =>
      error ? reject(error) : resolve(written),
    );
  });
}

class FileWriter implements LineWriter {
  readonly #descriptor: number;
  #buffer: Uint8Array = Buffer.allocUnsafeSlow(firstBufferBytes);
  /** The rest stands in the buffer from `start` to `end`. */
  #start = 0;
  #end = 0;
  #torn = false;
  #inFlight: InFlight | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async write(text: string, signal: AbortSignal): Promise<void> {
    this.#add(text);
    while (this.#start < this.#end) {
      signal.throwIfAborted();
      const current = { bytes: this.#end - this.#start, sizeBefore: this.#size() };
      this.#inFlight = current;
      try {
        const written = await writeBytes(this.#descriptor, this.#buffer, this.#start, current.bytes);
        // Otherwise the blocking way took over while we waited, and has counted these bytes.
        if (this.#inFlight === current) this.#advance(written);
      } finally {
        if (this.#inFlight === current) this.#inFlight = undefined;
      }
    }
  }

  writeSync(text: string, timeoutMs: number): boolean {
    const deadline = performance.now() + timeoutMs;
    this.#takeOver(deadline);
    this.#add(text);
    while (this.#start < this.#end) {
      this.#advance(writeSync(this.#descriptor, this.#buffer, this.#start, this.#end - this.#start, null));
      if (this.#start < this.#end && performance.now() >= deadline) return false;
    }
    return true;
  }

  forget(): void {
    this.#end = this.#start + tornEnd(this.#buffer.subarray(this.#start, this.#end), this.#torn).length;
  }

  #size(): number {
    return fstatSync(this.#descriptor).size;
  }

  /** Puts text behind the rest. One UTF-16 unit takes at most three bytes of UTF-8. */
  #add(text: string): void {
    const needed = this.#end - this.#start + text.length * 3;
    if (needed > this.#buffer.length - this.#start) {
      const rest = this.#buffer.subarray(this.#start, this.#end);
      if (needed > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(needed);
      this.#buffer.set(rest, 0);
      this.#end -= this.#start;
      this.#start = 0;
    }
    this.#end += encoder.encodeInto(text, this.#buffer.subarray(this.#end)).written;
  }

  #advance(written: number): void {
    if (written > 0) this.#torn = isTorn(this.#buffer[this.#start + written - 1]);
    this.#start += written;
    if (this.#start < this.#end) return;
    this.#start = 0;
    this.#end = 0;
  }

  /** Takes over from the thread pool: waits until its bytes are in the file, or until it is clear that they will not come. */
  #takeOver(deadline: number): void {
    if (this.#inFlight === undefined) return;
    const { bytes, sizeBefore } = this.#inFlight;
    this.#inFlight = undefined;
    let grown = this.#size() - sizeBefore;
    while (grown < bytes && performance.now() < deadline) {
      sleepSync(pollMs);
      grown = this.#size() - sizeBefore;
    }
    this.#advance(Math.min(Math.max(grown, 0), bytes));
  }
}

/**
 * Makes a writer for a regular file opened for appending. A batch is encoded once into pooled memory and written by the thread pool. When the
 * process ends in the middle of that, the blocking way waits until the file has grown by the bytes in flight before it goes on, so that
 * nothing is lost, doubled or out of order. (If other processes append to the same file at that very moment, the wait may end early.)
 *
 * @example await createFileWriter(openSync("app.log", "a")).write("{}\n", signal);
 */
export function createFileWriter(descriptor: number): LineWriter {
  return new FileWriter(descriptor);
}
