import { writeSync } from "node:fs";
import { type LineWriter, sleepSync } from "./line-writer.ts";

const firstWaitMs = 1;
const longestWaitMs = 20;

function isFull(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === "EAGAIN" || code === "EWOULDBLOCK";
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}

/**
 * Makes a writer for a pipe, a socket or a terminal. The system call is made on the main thread, so that it is always known which bytes are out;
 * when the reader is slow a non-blocking descriptor answers EAGAIN, and the writer comes back 1 to 20 ms later instead of blocking.
 *
 * @example await createStreamWriter(1).write(Buffer.from("{}\n"), signal); // 3
 */
export function createStreamWriter(descriptor: number): LineWriter {
  /** Writes what the descriptor takes now; 0 when it is full. */
  const push = (bytes: Uint8Array): number => {
    try {
      return writeSync(descriptor, bytes);
    } catch (error) {
      if (isFull(error)) return 0;
      throw error;
    }
  };

  return {
    async write(bytes, signal) {
      let wait = firstWaitMs;
      for (;;) {
        if (signal.aborted) throw new Error("the reader does not keep up");
        const written = push(bytes);
        if (written > 0) return written;
        await sleep(wait, signal);
        wait = Math.min(wait * 2, longestWaitMs);
      }
    },
    // Nothing is ever under way between two turns of the loop.
    takeOver: () => 0,
    writeSync(bytes, deadline) {
      let done = 0;
      while (done < bytes.length) {
        const written = push(bytes.subarray(done));
        if (written === 0) {
          if (performance.now() >= deadline) break;
          sleepSync(firstWaitMs);
        }
        done += written;
      }
      return done;
    },
  };
}
