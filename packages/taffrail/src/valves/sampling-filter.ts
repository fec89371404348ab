import { type Filter, type Level, levels, type RecordView, TaffrailError } from "@taffrail/contracts";
import { isBoolean, isListOf, isNumber, isOneOf, type OptionChecks } from "../options/check-options.ts";
import { checkValve, valveManifest } from "./valve.ts";

export interface SamplingOptions {
  /** Share of the records that is kept, 0 to 1. */
  readonly rate: number;
  /**
   * `trace` (default): the records of one trace are kept or left out together, with the same decision in every process; without a trace those of
   * one request (running context); without either each record by itself. `record`: each by itself.
   */
  readonly by?: "trace" | "record";
  /** Levels that are sampled; others all go on. Default trace, debug and info. */
  readonly levels?: readonly Level[];
  /** Error and fatal always go on, even where `levels` names them. Default true. */
  readonly keepErrors?: boolean;
}

/** A sampling filter, whose rate can be changed while it works. */
export interface SamplingFilter extends Filter {
  /** Share that is kept, 0 to 1. Setting another value throws `option_invalid`. */
  rate: number;
}

const checks: OptionChecks = {
  rate: isNumber(0, 1),
  by: isOneOf(["trace", "record"]),
  levels: isListOf(isOneOf(levels)),
  keepErrors: isBoolean,
};
const sampledByDefault: readonly Level[] = ["trace", "debug", "info"];
const where = "sampling";

/**
 * A text's place between 0 and 1: spread evenly, and the same on every machine (FNV-1a, finished as MurmurHash3 does). Ids that are not random, or
 * only in a part, spread as well.
 */
function placeOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Gives each record a place between 0 and 1; records that belong together have the same. */
function createPlacing(random: () => number): (record: RecordView) => number {
  const contexts = new WeakMap<object, number>();
  let lastTrace: string | undefined;
  let lastPlace = 0;
  return ({ traceId, context }) => {
    if (traceId !== undefined) {
      if (traceId !== lastTrace) {
        lastPlace = placeOf(traceId);
        lastTrace = traceId;
      }
      return lastPlace;
    }
    if (context === undefined) return random();
    let place = contexts.get(context);
    if (place === undefined) {
      place = random();
      contexts.set(context, place);
    }
    return place;
  };
}

function checkRate(rate: unknown): void {
  const reason = isNumber(0, 1)(rate);
  if (reason !== undefined) throw new TaffrailError("option_invalid", { where, key: "rate", reason });
}

/**
 * Makes a filter that keeps a share of the records, whole traces of them. A higher rate keeps all that a lower one keeps. A number is the rate.
 * Throws `option_unknown` and `option_invalid`.
 *
 * @example createLogger({ plugins: [samplingFilter({ rate: 0.1, levels: ["debug", "info"] })] });
 */
export function samplingFilter(
  options: SamplingOptions | number,
  { random = Math.random }: { readonly random?: () => number } = {},
): SamplingFilter {
  const given = typeof options === "number" ? { rate: options } : options;
  checkValve(where, given, checks, ["rate"]);
  const { by = "trace", keepErrors = true } = given;
  const sampled = new Set(given.levels ?? sampledByDefault);
  if (keepErrors) for (const level of ["error", "fatal"] as const) sampled.delete(level);
  const place = by === "record" ? random : createPlacing(random);
  let rate = given.rate;
  return {
    manifest: valveManifest(where, "Keeps a share of the records, whole traces of them."),
    keep: (record) => !sampled.has(record.level) || place(record) < rate,
    get rate() {
      return rate;
    },
    set rate(next) {
      checkRate(next);
      rate = next;
    },
  };
}
