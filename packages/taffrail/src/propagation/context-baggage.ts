import { currentContext, withContext } from "../context.ts";
import type { Baggage } from "./baggage.ts";

const baggageKey = Symbol.for("taffrail.context.baggage");

/** Context fields that make baggage the running one, to be given to `withContext`. */
export function baggageFields(baggage: Baggage): object {
  return { [baggageKey]: baggage };
}

/** The baggage of the running context, with the properties of its members. */
export function contextBaggage(): Baggage {
  return (currentContext() as { readonly [baggageKey]?: Baggage })[baggageKey] ?? new Map();
}

/**
 * The baggage of the running context: what came in with the request, and what `withBaggage` added.
 *
 * @example currentBaggage().get("tenant")
 */
export function currentBaggage(): ReadonlyMap<string, string> {
  return new Map([...contextBaggage()].map(([key, { value }]) => [key, value]));
}

/**
 * Runs `fn` so that requests made inside it carry `entries` as baggage, besides the baggage that is there. Baggage goes to every service behind:
 * put nothing into it that they must not see. It does not appear in lines by itself.
 *
 * @example await withBaggage({ tenant: "acme" }, () => fetchWithTrace(url));
 */
export function withBaggage<T>(entries: Readonly<Record<string, string>>, fn: () => T): T {
  const added = Object.entries(entries).map(([key, value]) => [key, { value: String(value) }] as const);
  return withContext(baggageFields(new Map([...contextBaggage(), ...added])), fn);
}
