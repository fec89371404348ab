import { fstatSync, write as writeCallback, writeSync } from "node:fs";
import { type LineWriter, sleepSync } from "../line-writer.ts";

/** A write that the thread pool is carrying out. */
interface InFlight {
  readonly bytes: number;
  /** Size of the file before it began. */
  readonly sizeBefore: number;
}

const pollMs = 1;

function writeBytes(descriptor: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    writeCallback(descriptor, bytes, 0, bytes.length, null, (error, written) =>
      error ? reject(error) : resolve(written),
    );
  });
}

/**
 * Makes a writer for a regular file opened for appending. The bytes of a batch go to the thread pool as they are. When the process ends in the
 * middle of that, the blocking way waits until the file has grown by the bytes in flight before it goes on, so that nothing is lost, doubled or
 * out of order. (If other processes append to the same file at that very moment, the wait may end early.)
 *
 * @example await createFileWriter(openSync("app.log", "a")).write(Buffer.from("{}\n"), signal); // 3
 */
export function createFileWriter(descriptor: number): LineWriter {
  let inFlight: InFlight | undefined;
  const size = (): number => fstatSync(descriptor).size;

  return {
    // A system call in the thread pool cannot be taken back, and its memory must stay: an abort is noticed before and after it.
    async write(bytes, signal) {
      signal.throwIfAborted();
      const current = { bytes: bytes.length, sizeBefore: size() };
      inFlight = current;
      try {
        const written = await writeBytes(descriptor, bytes);
        // Otherwise the blocking way took over while we waited, and has counted these bytes.
        return inFlight === current ? written : 0;
      } finally {
        if (inFlight === current) inFlight = undefined;
      }
    },
    takeOver(deadline) {
      if (inFlight === undefined) return 0;
      const { bytes, sizeBefore } = inFlight;
      inFlight = undefined;
      let grown = size() - sizeBefore;
      while (grown < bytes && performance.now() < deadline) {
        sleepSync(pollMs);
        grown = size() - sizeBefore;
      }
      return Math.min(Math.max(grown, 0), bytes);
    },
    writeSync(bytes, deadline) {
      let done = 0;
      while (done < bytes.length) {
        try {
          done += writeSync(descriptor, bytes, done, bytes.length - done, null);
        } catch (error) {
          if (done === 0) throw error;
          return done;
        }
        if (performance.now() >= deadline) break;
      }
      return done;
    },
  };
}
