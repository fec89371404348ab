import type { Clock } from "@taffrail/contracts";
import type { Context } from "./context.ts";
import type { EmitterOptions, Outlet } from "./emitter.ts";
import { rankOf } from "./level-cell.ts";
import { lifeOf } from "./propagation/context-end.ts";
import { createHold, type FingersCrossedOptions } from "./valves/fingers-crossed.ts";

/** What becomes of records that waited. */
interface HeldOutlet extends Outlet {
  release(line: string, rank: number, routes: number): void;
  unhold(records: number): void;
}

/**
 * Joins the hold with requests: nested contexts of one request wait together, and its end filters what waits. Throws `option_unknown` and
 * `option_invalid`.
 *
 * @example requestHold({ trigger: "error" }, outlet, clock).keyOf(context)
 */
export function requestHold(
  options: FingersCrossedOptions,
  outlet: HeldOutlet,
  clock: Clock,
): NonNullable<EmitterOptions["hold"]> {
  const lines = createHold(options, {
    clock,
    release: ({ line, rank, routes }) => outlet.release(line, rank, routes),
    filtered: (records) => outlet.unhold(records),
  });
  const followed = new WeakSet<object>();
  return {
    lines,
    triggerRank: rankOf[options.trigger ?? "error"],
    keyOf(context: Context) {
      const life = lifeOf(context.fields);
      if (life === undefined) return context.outermost;
      if (!followed.has(life)) {
        followed.add(life);
        life.onEnd(() => lines.end(life));
      }
      return life;
    },
  };
}
