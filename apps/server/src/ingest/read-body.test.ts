import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import zlib from "node:zlib";
import { TaffrailError } from "@taffrail/contracts";
import { afterEach, describe, expect, test } from "vitest";
import type { IngestInput } from "./ingest.ts";
import { readBody } from "./read-body.ts";
import { otlpInput } from "./testdata/requests.ts";

const limit = 100_000;
const body = Buffer.from("some bytes, ".repeat(1000));

function read(change: Partial<IngestInput>, onBytes: (bytes: number) => void = () => {}): Promise<Uint8Array> {
  return readBody(otlpInput(body, change), { bodyBytesMax: limit, onBytes });
}

async function codeOf(reading: Promise<unknown>): Promise<string> {
  return await reading.then(
    () => "ok",
    (error: unknown) => (error instanceof TaffrailError ? error.code : String(error)),
  );
}

const chunked = (bytes: Uint8Array, size = 1000): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    ),
  );

describe("encodings", () => {
  const packed: readonly (readonly [string | undefined, Uint8Array])[] = [
    [undefined, body],
    ["identity", body],
    ["gzip", zlib.gzipSync(body)],
    ["GZIP", zlib.gzipSync(body)],
    ["x-gzip", zlib.gzipSync(body)],
    ["deflate", zlib.deflateSync(body)],
    ["deflate", zlib.deflateRawSync(body)],
    ["br", zlib.brotliCompressSync(body)],
    ["gzip", Buffer.concat([zlib.gzipSync(body.subarray(0, 500)), zlib.gzipSync(body.subarray(500))])],
  ];
  test.each(packed)("%s, whole and in pieces", async (contentEncoding, bytes) => {
    expect(Buffer.from(await read({ body: bytes, contentEncoding })).equals(body)).toBe(true);
    expect(Buffer.from(await read({ body: chunked(bytes), contentEncoding })).equals(body)).toBe(true);
  });

  test("an empty body is empty, whatever its encoding", async () => {
    for (const contentEncoding of [undefined, "gzip", "deflate", "br"]) {
      expect(await read({ body: Readable.from([]), contentEncoding })).toHaveLength(0);
    }
  });

  test("unknown ones are refused, and zstd where this Node has none", async () => {
    expect(await codeOf(read({ contentEncoding: "compress" }))).toBe("unsupported_encoding");
    expect(await codeOf(read({ contentEncoding: "gzip, gzip" }))).toBe("unsupported_encoding");
    if (!("createZstdDecompress" in zlib))
      expect(await codeOf(read({ contentEncoding: "zstd" }))).toBe("unsupported_encoding");
  });

  test.each(["gzip", "deflate", "br"])("damaged or truncated %s", async (contentEncoding) => {
    const compress = { gzip: zlib.gzipSync, deflate: zlib.deflateSync, br: zlib.brotliCompressSync }[contentEncoding];
    const bytes = compress?.(body) ?? Buffer.alloc(0);
    expect(await codeOf(read({ body: bytes.subarray(0, bytes.length - 5), contentEncoding }))).toBe("body_truncated");
    expect(await codeOf(read({ body: chunked(bytes.subarray(0, 20), 7), contentEncoding }))).toBe("body_truncated");
    expect(await codeOf(read({ body: Buffer.from("not compressed at all"), contentEncoding }))).toBe("body_truncated");
  });
});

describe("size", () => {
  test("a length that says too much is refused unread", async () => {
    const unread = new Readable({
      read(): void {
        throw new Error("it was read");
      },
    });
    expect(await codeOf(read({ body: unread, contentLength: limit + 1 }))).toBe("body_too_large");
  });

  test("a body may be as large as the limit and no larger, known or not", async () => {
    const exact = Buffer.alloc(limit, 97);
    expect(await read({ body: exact })).toHaveLength(limit);
    expect(await read({ body: chunked(exact) })).toHaveLength(limit);
    const larger = Buffer.alloc(limit + 1, 97);
    expect(await codeOf(read({ body: larger }))).toBe("body_too_large");
    expect(await codeOf(read({ body: chunked(larger) }))).toBe("body_too_large");
    expect(await codeOf(read({ body: zlib.gzipSync(larger), contentEncoding: "gzip" }))).toBe("body_too_large");
  });

  test("a bomb is stopped at the limit: little more of it is ever unpacked", async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(200_000_000));
    let kept = 0;
    const reading = read({ body: chunked(bomb, 16_384), contentEncoding: "gzip" }, (bytes) => {
      kept += bytes;
    });
    expect(await codeOf(reading)).toBe("body_too_large");
    expect(kept).toBeLessThanOrEqual(limit);
  });

  test("what onBytes throws ends the reading", async () => {
    const full = (): never => {
      throw new TaffrailError("ingest_overloaded", { limit: 1 });
    };
    expect(await codeOf(read({}, full))).toBe("ingest_overloaded");
    expect(await codeOf(read({ body: chunked(body) }, full))).toBe("ingest_overloaded");
    expect(await codeOf(read({ body: zlib.gzipSync(body), contentEncoding: "gzip" }, full))).toBe("ingest_overloaded");
  });
});

describe("a client over HTTP", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** Serves one request with `readBody` and tells what came of it; the answer is the outcome. */
  async function serve(): Promise<{ readonly port: number; readonly outcome: Promise<string> }> {
    let tell: (outcome: string) => void = () => {};
    const outcome = new Promise<string>((resolve) => {
      tell = resolve;
    });
    server = createServer((incoming, outgoing) => {
      const encoding = incoming.headers["content-encoding"];
      void codeOf(read({ body: incoming, contentEncoding: encoding })).then((code) => {
        tell(code);
        outgoing.end(code);
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    return { port: (server.address() as AddressInfo).port, outcome };
  }

  test("that goes away half-way: the body is not whole", async () => {
    const { port, outcome } = await serve();
    const outgoing = request({ port, host: "127.0.0.1", method: "POST", headers: { "content-length": 1000 } });
    outgoing.on("error", () => {});
    outgoing.write("only a part");
    setTimeout(() => outgoing.destroy(), 50);
    expect(await outcome).toBe("body_truncated");
  });

  test("that sends too much still gets the answer, and may use its connection again", async () => {
    const { port } = await serve();
    const answer = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: Buffer.alloc(20 * limit) });
    expect(await answer.text()).toBe("body_too_large");
    const next = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: "small" });
    expect(await next.text()).toBe("ok");
  });

  test("whose request is aborted is not waited for", async () => {
    const stuck = new Readable({ read(): void {} });
    const abort = new AbortController();
    const reading = codeOf(read({ body: stuck, signal: abort.signal }));
    abort.abort();
    expect(await reading).toBe("body_truncated");
    expect(await codeOf(read({ signal: abort.signal }))).toBe("body_truncated");
    expect(stuck.destroyed).toBe(true);
  });
});
