import type { Logger } from "../logger.ts";

/**
 * Wraps the handler of a function that is frozen or ended between its calls (AWS Lambda and the like): what it logged is out before its answer is.
 * Flushing takes at most `timeoutMs` (default 1000) and never changes the answer or the error.
 *
 * @example export const handler = flushAfter(log, async (event) => ({ statusCode: 200 }));
 */
export function flushAfter<Args extends unknown[], Result>(
  log: Pick<Logger, "flush">,
  handler: (...args: Args) => Promise<Result> | Result,
  { timeoutMs = 1000 }: { readonly timeoutMs?: number } = {},
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    try {
      return await handler(...args);
    } finally {
      await log.flush({ timeoutMs });
    }
  };
}
