import type { Clock } from "@taffrail/contracts";

/** What was added lately. It holds one sum a second at most, so it stays small however long nobody asks. */
export interface RecentSum {
  add(amount: number): void;
  /** All that was added within the window. */
  total(): number;
  /** The same by second, over the time since the first of it (at least one second); 0 when there is nothing. */
  perSecond(): number;
}

interface Slot {
  /** When the first amount of this second was added. */
  readonly atMs: number;
  amount: number;
}

/**
 * Adds up amounts over a sliding window of `windowMs` milliseconds, told by the monotonic clock, to the second.
 *
 * @example const refused = createRecentSum({ clock, windowMs: 60_000 }); refused.add(1); refused.total() // 1
 */
export function createRecentSum({ clock, windowMs }: { readonly clock: Clock; readonly windowMs: number }): RecentSum {
  const slots: Slot[] = [];
  const prune = (now: number): void => {
    while (slots[0] && now - slots[0].atMs > windowMs) slots.shift();
  };
  const sum = (): number => slots.reduce((total, slot) => total + slot.amount, 0);
  return {
    add(amount): void {
      const now = clock.monotonic();
      prune(now);
      const last = slots.at(-1);
      if (last && now - last.atMs < 1000) last.amount += amount;
      else slots.push({ atMs: now, amount });
    },
    total(): number {
      prune(clock.monotonic());
      return sum();
    },
    perSecond(): number {
      const now = clock.monotonic();
      prune(now);
      const first = slots[0];
      return first ? sum() / Math.max(1, (now - first.atMs) / 1000) : 0;
    },
  };
}
