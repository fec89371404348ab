import { Readable, type Transform } from "node:stream";
import zlib from "node:zlib";
import { TaffrailError } from "@taffrail/contracts";
import type { IngestInput } from "./ingest.ts";

export interface ReadBodyOptions {
  /** Most bytes of a body, before and after decompression. */
  readonly bodyBytesMax: number;
  /** Told of every piece of the body that is kept in memory; may throw to refuse it. */
  readonly onBytes: (bytes: number) => void;
}

type Encoding = "identity" | "gzip" | "deflate" | "br" | "zstd";

/** zstd came to node:zlib after Node 20, so it is looked for rather than imported. */
const createZstd = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;

const encodings: readonly Encoding[] = ["gzip", "deflate", "br", ...(createZstd ? (["zstd"] as const) : [])];

function encodingOf(header: string | undefined): Encoding {
  const name = (header ?? "").trim().toLowerCase();
  if (name === "" || name === "identity") return "identity";
  const known = encodings.find((encoding) => encoding === (name === "x-gzip" ? "gzip" : name));
  if (known) return known;
  throw new TaffrailError("unsupported_encoding", { encoding: name.slice(0, 64), supported: encodings.join(", ") });
}

/** Some senders of `deflate` leave the zlib header away; its first byte always ends in 8. */
function createDecompressor(encoding: Exclude<Encoding, "identity">, firstByte: number): Transform {
  if (encoding === "gzip") return zlib.createGunzip();
  if (encoding === "br") return zlib.createBrotliDecompress();
  if (encoding === "zstd" && createZstd) return createZstd();
  return (firstByte & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw();
}

/** Pieces of a body, kept while they fit. */
interface Keep {
  add(chunk: Uint8Array): void;
  whole(): Uint8Array;
}

function createKeep(options: ReadBodyOptions): Keep {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    add(chunk): void {
      size += chunk.byteLength;
      if (size > options.bodyBytesMax) throw new TaffrailError("body_too_large", { limit: options.bodyBytesMax });
      options.onBytes(chunk.byteLength);
      chunks.push(chunk);
    },
    whole: () => (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)),
  };
}

/** What the reading of a body waits for, with everything needed to stop it early. */
interface Reading {
  readonly body: Readable;
  readonly keep: Keep;
  readonly encoding: Encoding;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads without destroying the stream: behind it is the connection on which the answer goes out. What comes after the outcome is let through
 * unread, so that a client that is still sending gets its answer.
 */
function startReading(reading: Reading, bodyBytesMax: number): void {
  const { body, keep, encoding } = reading;
  let decompressor: Transform | undefined;
  let wireBytes = 0;
  let ended = false;
  let settled = false;

  function settle(outcome: () => void): void {
    if (settled) return;
    settled = true;
    body.off("data", onData).off("end", onEnd).off("close", onClose);
    decompressor?.destroy();
    body.resume();
    outcome();
  }
  const fail = (error: unknown): void => settle(() => reading.reject(error));
  const truncated = (cause?: unknown): void => fail(new TaffrailError("body_truncated", {}, cause));
  function guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      fail(error);
    }
  }

  function open(firstByte: number): Transform {
    const opened = createDecompressor(encoding as Exclude<Encoding, "identity">, firstByte);
    opened.on("data", (chunk: Uint8Array) => guarded(() => keep.add(chunk)));
    opened.on("end", () => settle(() => reading.resolve(keep.whole())));
    opened.on("error", truncated);
    return opened;
  }
  function onData(chunk: Uint8Array): void {
    wireBytes += chunk.byteLength;
    if (wireBytes > bodyBytesMax) fail(new TaffrailError("body_too_large", { limit: bodyBytesMax }));
    else if (encoding === "identity") guarded(() => keep.add(chunk));
    else {
      decompressor ??= open(chunk[0] ?? 0);
      if (decompressor.write(chunk)) return;
      body.pause();
      decompressor.once("drain", () => body.resume());
    }
  }
  function onEnd(): void {
    ended = true;
    if (decompressor) decompressor.end();
    else settle(() => reading.resolve(keep.whole()));
  }
  function onClose(): void {
    if (!ended) truncated();
  }
  body.on("data", onData).on("end", onEnd).on("close", onClose).on("error", truncated);
}

async function readStream(
  body: Readable,
  encoding: Encoding,
  input: IngestInput,
  options: ReadBodyOptions,
): Promise<Uint8Array> {
  const { signal } = input;
  let onAbort = (): void => {};
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      onAbort = (): void => {
        body.destroy();
        reject(new TaffrailError("body_truncated"));
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      startReading({ body, keep: createKeep(options), encoding, resolve, reject }, options.bodyBytesMax);
    });
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * Reads a request body whole and decompresses it while it comes, so that a small body that unpacks to a huge one is stopped at the limit.
 *
 * @throws TaffrailError `unsupported_encoding`, `body_too_large`, `body_truncated` (also when the client went away), and what `onBytes` throws.
 * @example const bytes = await readBody(input, { bodyBytesMax: 64 * 1024 * 1024, onBytes: () => {} });
 */
export async function readBody(input: IngestInput, options: ReadBodyOptions): Promise<Uint8Array> {
  const encoding = encodingOf(input.contentEncoding);
  const { body, contentLength = 0, signal } = input;
  if (contentLength > options.bodyBytesMax) throw new TaffrailError("body_too_large", { limit: options.bodyBytesMax });
  if (signal?.aborted) throw new TaffrailError("body_truncated");
  if (!(body instanceof Uint8Array)) return await readStream(body, encoding, input, options);
  if (encoding === "identity") {
    // A copy: what is returned may be handed over to a thread, and then the caller's bytes would be gone.
    const keep = createKeep(options);
    keep.add(body);
    return Uint8Array.from(keep.whole());
  }
  return await readStream(Readable.from([body]), encoding, input, options);
}
