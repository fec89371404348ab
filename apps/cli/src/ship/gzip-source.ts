import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { chunkBytes, type Source, type SourceEvent } from "./source.ts";

/** Decompresses a file; the stream ends with an error when the file does not end as it should. */
export function gunzipStream(path: string): Readable {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  // `pipe` passes no errors on, and leaves the file open when the reader stops early.
  file.on("error", (error) => gunzip.destroy(error));
  gunzip.on("close", () => file.destroy());
  return file.pipe(gunzip);
}

/**
 * A source over a compressed file, read once from an offset of its decompressed content. A file that ends too early gives what it has, then ends with
 * the damage named.
 *
 * @example const source = createGzipSource("/var/log/app.log.2.gz", 0);
 */
export function createGzipSource(path: string, offset: number): Source {
  const stream = gunzipStream(path);
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let skip = offset;
  const read = async (): Promise<SourceEvent> => {
    for (;;) {
      const next = await chunks.next();
      if (next.done) return { kind: "ended" };
      const bytes = next.value.subarray(Math.min(skip, next.value.length));
      skip -= next.value.length - bytes.length;
      if (bytes.length > 0) return { kind: "bytes", bytes };
    }
  };
  return {
    read: () =>
      read().catch((error: unknown) => ({
        kind: "ended",
        damage: error instanceof Error ? error.message : String(error),
      })),
    async close() {
      stream.destroy();
    },
  };
}
