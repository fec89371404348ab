import type { WriteResult } from "@taffrail/contracts";

/** What matters of an HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: Uint8Array;
}

/** Longest body of an answer that is kept, in bytes. */
export const longestAnswer = 64 * 1024;

/**
 * Reads a `Retry-After` header, in seconds or as a date, as ms from `now`. Nonsense gives undefined.
 *
 * @example retryAfterMs("2", 0) // 2000
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The text of an answer's body. */
export function bodyText(answer: HttpAnswer): string {
  return new TextDecoder().decode(answer.body);
}

/**
 * A result that asks for another attempt, not before the time that the answer names.
 *
 * @example retryLater({ status: 503, retryAfter: "1", body }, "HTTP 503", Date.now()) // { outcome: "retry", afterMs: 1000, reason: "HTTP 503" }
 */
export function retryLater(answer: HttpAnswer, reason: string, now: number): WriteResult {
  const afterMs = retryAfterMs(answer.retryAfter, now);
  return afterMs === undefined ? { outcome: "retry", reason } : { outcome: "retry", afterMs, reason };
}

/**
 * A result for records of which some were refused for good.
 *
 * @example refusal(2, 10, "2 lines refused: not JSON") // { outcome: "partial", refused: 2, reason: … }
 */
export function refusal(refused: number, records: number, reason: string): WriteResult {
  return { outcome: "partial", refused: Math.min(refused, records), reason };
}

function readRejected(body: string): { readonly rejected: number; readonly reason: string } | undefined {
  try {
    const answer = JSON.parse(body) as {
      readonly rejected?: unknown;
      readonly errors?: readonly { readonly message?: unknown }[];
    };
    if (typeof answer.rejected !== "number" || !(answer.rejected > 0)) return undefined;
    return { rejected: answer.rejected, reason: String(answer.errors?.[0]?.message ?? "no reason given") };
  } catch {
    return undefined;
  }
}

/**
 * Decides what an answer of a Taffrail server means for `records` lines: 2xx is delivered, but for the lines that the body says were rejected;
 * 408, 429 and 5xx are to be tried again; everything else will never succeed.
 *
 * @example judgeAnswer({ status: 503, retryAfter: "1", body }, 10, Date.now()) // { outcome: "retry", afterMs: 1000, reason: "HTTP 503" }
 */
export function judgeAnswer(answer: HttpAnswer, records: number, now: number): WriteResult {
  const { status } = answer;
  const body = bodyText(answer);
  if (status >= 200 && status < 300) {
    const refused = readRejected(body);
    if (refused === undefined) return { outcome: "ok" };
    const count = Math.min(refused.rejected, records);
    return refusal(count, records, `${count} lines refused: ${refused.reason}`);
  }
  const reason = `HTTP ${status} ${body.slice(0, 200)}`.trim();
  if (status === 408 || status === 429 || status >= 500) return retryLater(answer, reason, now);
  return { outcome: "drop", reason };
}
