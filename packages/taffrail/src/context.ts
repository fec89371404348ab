import { AsyncLocalStorage } from "node:async_hooks";
import type { LineEncoder } from "./encode/line.ts";
import type { Scope } from "./encode/scope.ts";

/** Under this key (a registered symbol, since the module may be loaded twice) a context keeps its light trace. */
const traceKey = Symbol.for("taffrail.context.trace");

interface WithTrace {
  readonly [traceKey]?: { readonly text: string };
}

/** Loggers whose lines a context has been encoded into lately. */
const scopesMax = 4;

/** Fields that travel with a piece of asynchronous work, encoded once for each logger that meets them. */
export class Context {
  readonly fields: Readonly<Record<string, unknown>>;
  /** `,"trace_id":…,"span_id":…` of the light trace, or "". */
  readonly trace: string;
  /** The first of the contexts that are nested in each other: stands for the whole request. */
  readonly outermost: Context;
  #under: Scope | undefined;
  #over: Scope | undefined;
  #earlier: (readonly [under: Scope, over: Scope])[] = [];

  constructor(fields: Readonly<Record<string, unknown>>, outer: Context | undefined) {
    this.outermost = outer?.outermost ?? this;
    this.fields = fields;
    this.trace = (fields as WithTrace)[traceKey]?.text ?? "";
  }

  /** The scope of a logger with this context over it. */
  over(encoder: LineEncoder, scope: Scope): Scope {
    if (this.#under === scope && this.#over !== undefined) return this.#over;
    const known = this.#earlier.find(([under]) => under === scope);
    const over = known?.[1] ?? encoder.extend(scope, this.fields);
    if (known === undefined) {
      this.#earlier.push([scope, over]);
      if (this.#earlier.length > scopesMax) this.#earlier.shift();
    }
    this.#under = scope;
    this.#over = over;
    return over;
  }
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
  const outer = storage.getStore();
  return storage.run(new Context({ ...outer?.fields, ...copy(fields) }, outer), fn);
}

/**
 * The fields of the running context, for passing them on (for example as headers of an outgoing request).
 *
 * @example const { requestId } = currentContext();
 */
export function currentContext(): Readonly<Record<string, unknown>> {
  return storage.getStore()?.fields ?? {};
}

/** The running context itself, or undefined outside of any. */
export function runningContext(): Context | undefined {
  return storage.getStore();
}
