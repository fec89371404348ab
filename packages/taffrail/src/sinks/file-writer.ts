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

/**
 * Makes a writer for a regular file opened for appending. A batch is encoded once into pooled memory and written by the thread pool. When the
 * process ends in the middle of that, the blocking way waits until the file has grown by the bytes in flight before it goes on, so that
 * nothing is lost, doubled or out of order. (If other processes append to the same file at that very moment, the wait may end early.)
 *
 * @example await createFileWriter(openSync("app.log", "a")).write("{}\n", signal);
 */
export function createFileWriter(descriptor: number): LineWriter {
  let buffer: Uint8Array = Buffer.allocUnsafeSlow(firstBufferBytes);
  let start = 0;
  let end = 0;
  let torn = false;
  let inFlight: InFlight | undefined;

  const add = (text: string): void => {
    // One UTF-16 unit takes at most three bytes of UTF-8.
    const needed = end - start + text.length * 3;
    if (needed > buffer.length - start && (start > 0 || needed > buffer.length)) {
      const rest = buffer.subarray(start, end);
      if (needed > buffer.length) buffer = Buffer.allocUnsafeSlow(needed);
      buffer.set(rest, 0);
      end -= start;
      start = 0;
    }
    end += encoder.encodeInto(text, buffer.subarray(end)).written;
  };
  const advance = (written: number): void => {
    if (written > 0) torn = isTorn(buffer[start + written - 1]);
    start += written;
    if (start >= end) {
      start = 0;
      end = 0;
    }
  };

  /** Takes over from the thread pool: waits until its bytes are in the file, or until it is clear that they will not come. */
  const awaitInFlight = (deadline: number): void => {
    if (inFlight === undefined) return;
    const { bytes, sizeBefore } = inFlight;
    inFlight = undefined;
    let grown = fstatSync(descriptor).size - sizeBefore;
    while (grown < bytes && performance.now() < deadline) {
      sleepSync(pollMs);
      grown = fstatSync(descriptor).size - sizeBefore;
    }
    advance(Math.min(Math.max(grown, 0), bytes));
  };

  return {
    async write(text, signal) {
      add(text);
      while (start < end) {
        signal.throwIfAborted();
        const current = { bytes: end - start, sizeBefore: fstatSync(descriptor).size };
        inFlight = current;
        try {
          const written = await writeBytes(descriptor, buffer, start, current.bytes);
          // Otherwise the blocking way took over while we waited, and has counted these bytes.
          if (inFlight === current) advance(written);
        } finally {
          if (inFlight === current) inFlight = undefined;
        }
      }
    },
    writeSync(text, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      awaitInFlight(deadline);
      add(text);
      while (start < end) {
        advance(writeSync(descriptor, buffer, start, end - start, null));
        if (start < end && performance.now() >= deadline) return false;
      }
      return true;
    },
    forget() {
      const rest = tornEnd(buffer.subarray(start, end), torn);
      end = start + rest.length;
    },
  };
}
