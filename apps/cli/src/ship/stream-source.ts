import type { Readable } from "node:stream";
import type { Source, SourceEvent } from "./source.ts";

/**
 * A source over a stream like standard input. A reader that falls behind stops the stream, and so the program that writes into the pipe.
 *
 * @example const source = createStreamSource(process.stdin);
 */
export function createStreamSource(stream: Readable): Source {
  let over = false;
  let failure: Error | undefined;
  stream.on("end", () => {
    over = true;
  });
  stream.on("close", () => {
    over = true;
  });
  stream.on("error", (error) => {
    failure = error;
    over = true;
  });
  // Without a listener for it the stream would not begin to read.
  stream.on("readable", () => {});
  return {
    async read(): Promise<SourceEvent> {
      const bytes: unknown = stream.read();
      if (Buffer.isBuffer(bytes)) return { kind: "bytes", bytes };
      if (failure) throw failure;
      return over ? { kind: "ended" } : { kind: "idle" };
    },
    async close() {
      stream.destroy();
    },
  };
}
