import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";

const gzipAsync = promisify(gzip);
/** Below this, compressing costs more than it saves. */
const gzipBytesMin = 16 * 1024;

export interface EncodedBody {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** A body for the wire: compressed where wanted and worth it. */
export async function encodeBody(body: Uint8Array<ArrayBuffer>, compress: boolean): Promise<EncodedBody> {
  if (!compress || body.byteLength < gzipBytesMin) return { body, headers: {} };
  const packed = await gzipAsync(body, { level: constants.Z_BEST_SPEED });
  return { body: new Uint8Array(packed), headers: { "content-encoding": "gzip" } };
}
