/** The `traceparent` header of W3C Trace Context: who called, and whether the caller records the trace. */
export interface TraceParent {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero: the caller's span. */
  readonly spanId: string;
  /** Bit 0: sampled. Bit 1: the trace id is random. Other bits have no meaning yet and are not passed on. */
  readonly flags: number;
}

const currentVersion = "00";
const currentLength = 55;
/** Later versions may be longer; what does not fit here is no header that anybody sends. */
const maxLength = 512;
const knownFlags = 0b11;
const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const zeroTraceId = "0".repeat(32);
const zeroSpanId = "0".repeat(16);

/** True for the ids of a real span: lower-case hex of the right length, not all zero. */
export function areTraceIds(traceId: string, spanId: string): boolean {
  return pattern.test(`00-${traceId}-${spanId}-00`) && traceId !== zeroTraceId && spanId !== zeroSpanId;
}

/**
 * Reads a `traceparent` header; undefined when it is not valid by the specification, which then asks for a new trace. A header of a later
 * version is read as far as this version goes.
 *
 * @example parseTraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")?.traceId // "4bf92f35…"
 */
export function parseTraceParent(text: string): TraceParent | undefined {
  if (text.length > maxLength) return undefined;
  const match = pattern.exec(text.trim());
  if (match === null) return undefined;
  const [header, version = "", traceId = "", spanId = "", flags = ""] = match;
  if (version === "ff" || (version === currentVersion && header.length !== currentLength)) return undefined;
  if (traceId === zeroTraceId || spanId === zeroSpanId) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & knownFlags };
}

/**
 * Writes a `traceparent` header of version 00.
 *
 * @example formatTraceParent({ traceId, spanId, flags: 1 }) // "00-4bf9…-00f0…-01"
 */
export function formatTraceParent({ traceId, spanId, flags }: TraceParent): string {
  return `${currentVersion}-${traceId}-${spanId}-0${flags & knownFlags}`;
}
