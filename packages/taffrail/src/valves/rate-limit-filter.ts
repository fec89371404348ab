import type { Level, RecordView } from "@taffrail/contracts";
import { isInteger, isNumber, isText, type OptionChecks } from "../options/check-options.ts";
import { createTokenBuckets } from "./token-buckets.ts";
import { checkValve, createAlarm, type Surroundings, type TellingValve, valveManifest } from "./valve.ts";

export interface RateLimitOptions {
  /** Records that go on in a second, on average. */
  readonly perSecond: number;
  /** Records that go on at once after a quiet time. Default: those of one second, at least 1. */
  readonly burst?: number;
  /** A field: each of its values has a limit of its own. Default: one limit for all records. */
  readonly by?: string;
  /** Values of that field that are told apart; further ones share one limit. Default 1000. */
  readonly maxKeys?: number;
  /** How long after the first record that is held back a summary tells how many were, in ms. Default 5000. */
  readonly summaryMs?: number;
}

const checks: OptionChecks = {
  perSecond: isNumber(0.001, 1e9),
  burst: isInteger(1, 1e9),
  by: isText,
  maxKeys: isInteger(1, 1_000_000),
  summaryMs: isInteger(1, 3_600_000),
};
/** Longest value that is told apart from others. */
const longestKey = 256;

function keyOf(record: RecordView, by: string | undefined): string {
  if (by === undefined) return "";
  const value = record.get(by);
  return typeof value === "object" || typeof value === "function" ? "" : String(value).slice(0, longestKey);
}

/** Counts what was held back since the last summary, and tells. */
function createSummary({ by, perSecond, summaryMs = 5000 }: RateLimitOptions) {
  let surroundings: Surroundings | undefined;
  let held = 0;
  let since = 0;
  let loudest: Level = "trace";
  const levels: readonly Level[] = ["trace", "debug", "info", "warn", "error", "fatal"];
  const tell = (): void => {
    alarm.clear();
    if (held === 0 || surroundings === undefined) return;
    const { emit, clock } = surroundings;
    const fields = {
      heldBack: held,
      overMs: Math.round(clock.monotonic() - since),
      perSecond,
      ...(by === undefined ? {} : { by }),
    };
    held = 0;
    emit("warn", `rate limit held back ${fields.heldBack} records`, { rateLimit: { ...fields, loudest } });
    loudest = "trace";
  };
  const alarm = createAlarm(tell);
  return {
    start(given: Surroundings): void {
      surroundings = given;
    },
    holdBack(level: Level, now: number): void {
      if (held === 0) since = now;
      held += 1;
      if (levels.indexOf(level) > levels.indexOf(loudest)) loudest = level;
      alarm.set(summaryMs);
    },
    tell,
  };
}

/**
 * Makes a filter that bounds the records of a second. What is held back is counted, and a summary record tells how many were, `summaryMs` after the
 * first of them and when the logger is flushed or closed. All levels are alike. Throws `option_unknown` and `option_invalid`.
 *
 * @example createLogger({ plugins: [rateLimitFilter({ perSecond: 100, burst: 500, by: "tenant" })] });
 */
export function rateLimitFilter(options: RateLimitOptions): TellingValve {
  checkValve("rateLimit", options, checks, ["perSecond"]);
  const { perSecond, burst = Math.max(1, Math.ceil(perSecond)), by, maxKeys = 1000 } = options;
  const buckets = createTokenBuckets({ perSecond, burst, maxKeys });
  const summary = createSummary(options);
  let now: (() => number) | undefined;
  return {
    manifest: valveManifest("rate-limit", "Bounds the records of a second."),
    start(context) {
      summary.start(context);
      now = () => context.clock.monotonic();
    },
    keep(record) {
      if (now === undefined) return true;
      const at = now();
      if (buckets.take(keyOf(record, by), at)) return true;
      summary.holdBack(record.level, at);
      return false;
    },
    async flush() {
      summary.tell();
    },
    async close() {
      summary.tell();
    },
  };
}
