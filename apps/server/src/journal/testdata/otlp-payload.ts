import type { AppendRequest } from "../journal.ts";
import { rowsRequest } from "./test-journal.ts";

function field(number: number, bytes: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = bytes.length;
  while (rest > 0x7f) {
    length.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, rest]), bytes]);
}

function logRecord(body: string, timeMs: number): Buffer {
  const time = Buffer.alloc(9);
  time[0] = (1 << 3) | 1;
  time.writeBigUInt64LE(BigInt(timeMs) * 1_000_000n, 1);
  return Buffer.concat([time, field(5, field(1, Buffer.from(body)))]);
}

/** An ExportLogsServiceRequest of one resource and scope, one record per body, built by hand. */
export function otlpRequest(bodies: readonly string[], options: Partial<AppendRequest> = {}): AppendRequest {
  const now = Date.now();
  const records = bodies.map((body) => field(2, logRecord(body, now)));
  const payload = field(1, field(2, Buffer.concat(records)));
  return { ...rowsRequest(bodies), kind: "otlp-logs", source: "otlp", payload, ...options };
}
