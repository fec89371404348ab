import type { Writable } from "node:stream";

/** Where a command writes text. `write` resolves when the stream wants more, so that a slow reader slows the command and not the memory. */
export interface Output {
  readonly isTerminal: boolean;
  /** Characters a line may have on the terminal; a usual width when there is none. */
  readonly columns: number;
  write(text: string): Promise<void>;
  /** Aborts when the reader went away (`| head`): nobody wants the rest. */
  readonly closed: AbortSignal;
}

interface MaybeTerminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const usualColumns = 100;

/**
 * Wraps a stream. A reader that goes away (EPIPE) is no error: `closed` aborts and later writes vanish. Any other error of the stream rejects the
 * next write.
 *
 * @example const output = createOutput(process.stdout);
 */
export function createOutput(stream: Writable & MaybeTerminal): Output {
  const gone = new AbortController();
  let failure: Error | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") failure = error;
    gone.abort();
  });
  const drained = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        stream.off("drain", done);
        gone.signal.removeEventListener("abort", done);
        resolve();
      };
      stream.once("drain", done);
      gone.signal.addEventListener("abort", done);
    });
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? usualColumns,
    closed: gone.signal,
    async write(text) {
      if (failure) throw failure;
      if (gone.signal.aborted || text === "") return;
      if (!stream.write(text)) await drained();
    },
  };
}
