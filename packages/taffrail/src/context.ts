import { AsyncLocalStorage } from "node:async_hooks";
import { emptyScope, type LineEncoder, type Scope } from "./encode/line.ts";

/** Fields that travel with a piece of asynchronous work, and their last encoding. */
interface Context {
  readonly fields: Readonly<Record<string, unknown>>;
  encodedBy: LineEncoder | undefined;
  encodedOver: Scope;
  encoded: Scope;
}

/** One per process on purpose: a context must reach every logger, whoever made it. It holds no state outside of a running `withContext`. */
const storage = new AsyncLocalStorage<Context>();

function copy(fields: object): Record<string, unknown> {
  try {
    return { ...fields };
  } catch (error) {
    return { "taffrail.context_error": String(error) };
  }
}

/**
 * Runs `fn` so that every line logged inside it, by any logger and across awaits, carries `fields`. Contexts nest; the inner one wins.
 * Returns what `fn` returns. The fields are copied once, at the call.
 *
 * @example await withContext({ requestId }, () => handle(request));
 */
export function withContext<T>(fields: object, fn: () => T): T {
  const merged = { ...storage.getStore()?.fields, ...copy(fields) };
  return storage.run({ fields: merged, encodedBy: undefined, encodedOver: emptyScope, encoded: emptyScope }, fn);
}

/**
 * The fields of the running context, for passing them on (for example as headers of an outgoing request).
 *
 * @example const { requestId } = currentContext();
 */
export function currentContext(): Readonly<Record<string, unknown>> {
  return storage.getStore()?.fields ?? {};
}

/** The scope of a logger with the running context over it; encoded once for each pair that is met in a row. */
export function contextScope(encoder: LineEncoder, scope: Scope): Scope {
  const context = storage.getStore();
  if (context === undefined) return scope;
  if (context.encodedBy !== encoder || context.encodedOver !== scope) {
    context.encoded = encoder.extend(scope, context.fields);
    context.encodedBy = encoder;
    context.encodedOver = scope;
  }
  return context.encoded;
}
