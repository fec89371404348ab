import type { OptionCheck } from "../options/check-options.ts";
import { outgoingHeaders } from "./outgoing.ts";
import { checkPropagation, type PropagationOptions } from "./propagation-options.ts";

/** Options of `tracedFetch`. */
export interface TracedFetchOptions extends PropagationOptions {
  /** Origins that get the headers (`https://api.example.com`). Default: all. Name your own when you also call strangers. */
  readonly origins?: readonly string[];
}

type Fetch = typeof globalThis.fetch;

const areOrigins: OptionCheck = (value) =>
  Array.isArray(value) && value.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin)
    ? undefined
    : "it must be a list of origins, such as https://api.example.com";

function originOf(input: Parameters<Fetch>[0]): string | undefined {
  const url = input instanceof Request ? input.url : String(input);
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/**
 * Wraps a fetch function so that its requests carry the running context (`traceparent`, `tracestate`, `baggage`). Headers that the caller set
 * are left as they are. Throws `option_unknown` and `option_invalid`; the wrapped function fails only where the given one does.
 *
 * @example
 * const fetchTraced = tracedFetch(fetch, { origins: ["https://stock.internal"] });
 * await fetchTraced("https://stock.internal/items/7");
 */
export function tracedFetch(fetch: Fetch = globalThis.fetch, options: TracedFetchOptions = {}): Fetch {
  checkPropagation("tracedFetch", options, { origins: areOrigins });
  const { fields = [], origins } = options;
  return (input, init) => {
    if (origins !== undefined && !origins.includes(originOf(input) ?? "")) return fetch(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    const hasTrace = headers.has("traceparent");
    for (const [name, value] of Object.entries(outgoingHeaders(fields))) {
      // A tracestate belongs to its traceparent: with a trace of the caller's own, ours stays out.
      const isTaken = name === "tracestate" ? hasTrace || headers.has(name) : headers.has(name);
      if (!isTaken) headers.set(name, value);
    }
    return fetch(input, { ...init, headers });
  };
}
