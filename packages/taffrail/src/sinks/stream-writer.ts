import { writeSync } from "node:fs";
import { isTorn, type LineWriter, sleepSync, tornEnd } from "./line-writer.ts";

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
 * @example await createStreamWriter(1).write("{}\n", signal);
 */
export function createStreamWriter(descriptor: number): LineWriter {
  let rest: Uint8Array = new Uint8Array(0);
  let torn = false;

  /** Writes until everything is out (true) or the descriptor is full (false). */
  const push = (): boolean => {
    while (rest.length > 0) {
      try {
        const written = writeSync(descriptor, rest);
        if (written > 0) torn = isTorn(rest[written - 1]);
        rest = rest.subarray(written);
      } catch (error) {
        if (isFull(error)) return false;
        throw error;
      }
    }
    return true;
  };
  const add = (text: string): void => {
    if (text === "") return;
    const bytes = Buffer.from(text);
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
  };

  return {
    async write(text, signal) {
      add(text);
      let wait = firstWaitMs;
      while (!push()) {
        if (signal.aborted) throw new Error("the reader does not keep up");
        await sleep(wait, signal);
        wait = Math.min(wait * 2, longestWaitMs);
      }
    },
    writeSync(text, timeoutMs) {
      add(text);
      const end = performance.now() + timeoutMs;
      while (!push()) {
        if (performance.now() >= end) return false;
        sleepSync(firstWaitMs);
      }
      return true;
    },
    forget() {
      rest = tornEnd(rest, torn);
    },
  };
}
