import type { WriteResult } from "@taffrail/contracts";

/** What matters of an HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

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
 * Decides what an answer means for a batch of `records`: 2xx is delivered, but for the lines that the body says were rejected; 408, 429 and 5xx are
 * to be tried again; everything else will never succeed.
 *
 * @example judgeAnswer({ status: 503, retryAfter: "1", body: "" }, 10, Date.now()) // { outcome: "retry", afterMs: 1000, reason: "HTTP 503" }
 */
export function judgeAnswer(answer: HttpAnswer, records: number, now: number): WriteResult {
  const { status } = answer;
  const reason = status >= 200 && status < 300 ? "" : `HTTP ${status} ${answer.body.slice(0, 200)}`.trim();
  if (status >= 200 && status < 300) {
    const refusal = readRejected(answer.body);
    if (refusal === undefined) return { outcome: "ok" };
    const refused = Math.min(refusal.rejected, records);
    return { outcome: "partial", refused, reason: `${refused} lines refused: ${refusal.reason}` };
  }
  if (status === 408 || status === 429 || status >= 500) {
    const afterMs = retryAfterMs(answer.retryAfter, now);
    return afterMs === undefined ? { outcome: "retry", reason } : { outcome: "retry", afterMs, reason };
  }
  return { outcome: "drop", reason };
}
