import { limits, TaffrailError } from "@taffrail/contracts";
import { nameBytesMax } from "./frame-codec.ts";
import type { AppendRequest } from "./journal.ts";

/** Records that one frame may have: its count is written in 32 bits. */
const countMax = 2 ** 32 - 1;

function checkName(name: string, value: string): void {
  if (Buffer.byteLength(value) > nameBytesMax)
    throw new TaffrailError("invalid_parameter", { name, reason: `it has more than ${nameBytesMax} bytes` });
}

function checkNumber(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new TaffrailError("invalid_parameter", { name, reason: `${value} is not an integer in range` });
}

/** Throws `invalid_parameter` or `body_too_large` for a request that cannot be written as a frame. */
export function checkAppend(request: AppendRequest): void {
  checkName("tenant", request.tenant);
  checkName("principal", request.principal);
  checkName("source", request.source);
  checkName("batchId", request.batchId);
  checkNumber("count", request.count, 1, countMax);
  checkNumber("timeMinMs", request.timeMinMs, 0, Number.MAX_SAFE_INTEGER);
  checkNumber("timeMaxMs", request.timeMaxMs, request.timeMinMs, Number.MAX_SAFE_INTEGER);
  checkNumber("receivedAtMs", request.receivedAtMs, 0, 9_223_372_036_854);
  if (request.payload.length > limits.segment.value)
    throw new TaffrailError("body_too_large", { limit: limits.segment.value });
}
