import type { DedupeOptions } from "../valves/dedupe-filter.ts";
import type { RateLimitOptions } from "../valves/rate-limit-filter.ts";
import type { SamplingOptions } from "../valves/sampling-filter.ts";
import type { LoggerOptions, RuntimeSettings } from "./option-types.ts";

/** What `true` and `false` stand for beside an object: its defaults, and nothing. */
export function objectOf<T extends object>(value: T | boolean | undefined): T | undefined {
  if (value === undefined || value === false) return undefined;
  return value === true ? ({} as T) : value;
}

/** The options that can change while the logger works. */
type RuntimeValues = Pick<LoggerOptions, keyof RuntimeSettings>;

/**
 * Fills in the options that can change while the logger works.
 *
 * @example runtimeSettings({ sampling: 0.1 }).sampling // { rate: 0.1 }
 */
export function runtimeSettings(values: RuntimeValues): RuntimeSettings {
  const { sampling } = values;
  return {
    level: values.level ?? "info",
    shedding: values.shedding ?? false,
    sampling: typeof sampling === "number" ? { rate: sampling } : objectOf<SamplingOptions>(sampling),
    rateLimit: objectOf<RateLimitOptions>(values.rateLimit),
    dedupe: objectOf<DedupeOptions>(values.dedupe),
    redact: values.redact ?? {},
  };
}
