import type { WriteResult } from "@taffrail/contracts";
import { bodyText, type HttpAnswer, refusal, retryLater } from "../http/http-answer.ts";

/** What a receiver says about records that it did not take. */
interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** Statuses after which a request may be sent again; all others mean that it never will be taken. */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const continuation = 0x80;

/** Reads the varint and bytes fields of a message; undefined when it is not one. */
function readFields(bytes: Uint8Array): Map<number, number | Uint8Array> | undefined {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 63) throw new RangeError("no protobuf");
      value += (byte & ~continuation) * 2 ** shift;
      if (byte < continuation) return value;
    }
  };
  try {
    while (at < bytes.length) {
      const tag = varint();
      const value = varint();
      if (tag % 8 === 0) fields.set(Math.floor(tag / 8), value);
      else if (tag % 8 === 2 && at + value <= bytes.length) {
        fields.set(Math.floor(tag / 8), bytes.subarray(at, at + value));
        at += value;
      } else return undefined;
    }
    return fields;
  } catch {
    return undefined;
  }
}

function fromProtobuf(body: Uint8Array): PartialSuccess | undefined {
  const inner = readFields(body)?.get(1);
  const fields = inner instanceof Uint8Array ? readFields(inner) : undefined;
  if (fields === undefined) return undefined;
  const message = fields.get(2);
  return {
    rejected: Number(fields.get(1) ?? 0),
    message: message instanceof Uint8Array ? new TextDecoder().decode(message) : "",
  };
}

function fromJson(body: string): PartialSuccess | undefined {
  try {
    const { partialSuccess = {} } = JSON.parse(body) as { partialSuccess?: Readonly<Record<string, unknown>> };
    const { rejectedLogRecords, rejectedSpans, rejectedDataPoints, errorMessage } = partialSuccess;
    return {
      rejected: Number(rejectedLogRecords ?? rejectedSpans ?? rejectedDataPoints ?? 0),
      message: String(errorMessage ?? ""),
    };
  } catch {
    return undefined;
  }
}

/** The message of an error answer: a google.rpc.Status, or text. */
function errorText(answer: HttpAnswer, json: boolean): string {
  const message = json ? undefined : readFields(answer.body)?.get(2);
  const text = message instanceof Uint8Array ? new TextDecoder().decode(message) : bodyText(answer);
  return text.slice(0, 200);
}

/**
 * Makes the judge of answers to OTLP requests: 2xx is delivered but for what the partial success names as rejected; 429, 502, 503 and 504 are to be
 * tried again, not before `Retry-After`; everything else will never succeed.
 *
 * @example judgeOtlp("protobuf")({ status: 503, retryAfter: "1", body }, 10, Date.now()) // { outcome: "retry", afterMs: 1000, … }
 */
export function judgeOtlp(
  protocol: "protobuf" | "json",
): (answer: HttpAnswer, records: number, now: number) => WriteResult {
  const json = protocol === "json";
  return (answer, records, now) => {
    const { status } = answer;
    if (status >= 200 && status < 300) {
      const partial = json ? fromJson(bodyText(answer)) : fromProtobuf(answer.body);
      const rejected = partial?.rejected ?? 0;
      if (!(rejected > 0)) return { outcome: "ok" };
      const refused = Math.min(rejected, records);
      return refusal(refused, records, `${refused} records refused: ${partial?.message || "no reason given"}`);
    }
    const reason = `HTTP ${status} ${errorText(answer, json)}`.trim();
    return retryable.has(status) ? retryLater(answer, reason, now) : { outcome: "drop", reason };
  };
}
