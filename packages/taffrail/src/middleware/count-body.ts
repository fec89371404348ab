import type { ServerResponse } from "node:http";

/** The size of what was given to `write` or `end`; other arguments (callbacks, nothing) are no body. */
function sizeOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === "string") {
    const isEncoding = typeof encoding === "string" && Buffer.isEncoding(encoding);
    return Buffer.byteLength(chunk, isEncoding ? encoding : "utf8");
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

/**
 * Counts the bytes of a response's body as they are handed to it. Compression that is added later writes through what stands here, so what is
 * counted is what the client gets. A response that may have no body (HEAD, 204, 304) counts 0.
 */
export function countBody(response: ServerResponse): { bytes(): number } {
  let bytes = 0;
  const { write, end } = response;
  let isEnding = false;
  response.write = function counted(this: ServerResponse, ...args: unknown[]): boolean {
    // `end(chunk)` of some Node versions calls `write`: the chunk is counted once.
    if (!isEnding) bytes += sizeOf(args[0], args[1]);
    return Reflect.apply(write, this, args);
  } as ServerResponse["write"];
  response.end = function counted(this: ServerResponse, ...args: unknown[]): ServerResponse {
    if (!isEnding) bytes += sizeOf(args[0], args[1]);
    isEnding = true;
    return Reflect.apply(end, this, args);
  } as ServerResponse["end"];
  const isEmpty = (): boolean =>
    response.req.method === "HEAD" || response.statusCode === 204 || response.statusCode === 304;
  return { bytes: () => (isEmpty() ? 0 : bytes) };
}
