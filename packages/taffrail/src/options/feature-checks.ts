import { systemClock, TaffrailError } from "@taffrail/contracts";
import { checkRedactOptions } from "../redact/options.ts";
import { dedupeFilter } from "../valves/dedupe-filter.ts";
import { createHold } from "../valves/fingers-crossed.ts";
import { rateLimitFilter } from "../valves/rate-limit-filter.ts";
import { samplingFilter } from "../valves/sampling-filter.ts";
import type { Layer } from "./layers.ts";
import type { ResolvedOptions } from "./option-types.ts";

type Features = Pick<ResolvedOptions, "sampling" | "rateLimit" | "dedupe" | "fingersCrossed" | "redact">;

const noEffects = { clock: systemClock, release: () => {}, filtered: () => {} };

/** What each feature itself says to its options when all sources are joined: what must be given, and what does not go together. */
const judges: { readonly [K in keyof Features]: (value: NonNullable<Features[K]>) => unknown } = {
  sampling: (value) => samplingFilter(value),
  rateLimit: (value) => rateLimitFilter(value),
  dedupe: (value) => dedupeFilter(value),
  fingersCrossed: (value) => createHold(value, noEffects),
  redact: (value) => (value === false ? undefined : checkRedactOptions(value)),
};

/** The same error under the name that the nearest source has for the option. */
function placed(error: unknown, key: string, layers: readonly Layer[]): unknown {
  if (!(error instanceof TaffrailError)) return error;
  const layer = layers.find(({ values }) => values[key] !== undefined);
  const place = `${layer?.nameOf(key) ?? key}.${error.details.key ?? ""}`;
  return new TaffrailError(error.code, { ...error.details, where: layer?.where ?? "createLogger", key: place }, error);
}

/**
 * Lets each feature check its options as they came out of all sources. Throws `option_unknown` and `option_invalid`.
 *
 * @example checkFeatures({ sampling: { rate: 2 }, … }, layers); // throws
 */
export function checkFeatures(features: Features, layers: readonly Layer[]): void {
  for (const key of Object.keys(judges) as (keyof Features)[]) {
    const value = features[key];
    if (value === undefined) continue;
    try {
      (judges[key] as (value: unknown) => unknown)(value);
    } catch (error) {
      throw placed(error, key, layers);
    }
  }
}
