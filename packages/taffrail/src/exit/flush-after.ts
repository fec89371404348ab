/** What is used of a logger. */
interface Flushable {
  flush(options?: { readonly timeoutMs?: number }): Promise<unknown>;
}

/**
 * Wraps a handler of a serverless platform, which may freeze the process as soon as the handler's promise settles: the promise settles when
 * everything that was logged is out, or after `timeoutMs` (default 5000). What the handler returns or throws stays as it is.
 *
 * @example export const handler = flushAfter(log, async (event) => { log.info("order placed", { id: event.id }); return { statusCode: 200 }; });
 */
export function flushAfter<Parameters extends readonly unknown[], Result>(
  log: Flushable,
  handler: (...parameters: Parameters) => Result | Promise<Result>,
  options?: { readonly timeoutMs?: number },
): (...parameters: Parameters) => Promise<Result> {
  return async (...parameters) => {
    try {
      return await handler(...parameters);
    } finally {
      await log.flush(options);
    }
  };
}
