import { type Level, levels } from "@taffrail/contracts";
import { auditRank, errorRank } from "./ranks.ts";

/**
 * What happens to a record when the buffer of a sink is full. `drop-new`: it is dropped. `drop-old`: the oldest records make room, those of low
 * level first, and never one of error, fatal or audit for a lesser one. `block`: the call waits until the sink has written enough (for scripts;
 * only with sinks that can write synchronously, else as `drop-new`).
 */
export type OverflowPolicy = "drop-new" | "drop-old" | "block";

/** One policy for all levels, or one for each; levels that are not named have `drop-new`. */
export type Overflow = OverflowPolicy | Readonly<Partial<Record<Level, OverflowPolicy>>>;

/**
 * The policy of each rank. Audit records have that of error.
 *
 * @example policiesOf({ info: "drop-old" })[2] // "drop-old"
 */
export function policiesOf(overflow: Overflow): readonly OverflowPolicy[] {
  const policies: OverflowPolicy[] = levels.map((level) =>
    typeof overflow === "string" ? overflow : (overflow[level] ?? "drop-new"),
  );
  policies[auditRank] = policies[errorRank] ?? "drop-new";
  return policies;
}
