import type { DeadLetterEntry, DeadLetters } from "../journal/dead-letters.ts";

/** Records for which a dead letter was to be kept since the start, by the code that says why. */
export interface DeadLetterCounts {
  readonly kept: Readonly<Record<string, number>>;
  /** Those whose dead letter could not be written. */
  readonly failed: Readonly<Record<string, number>>;
}

export interface CountedDeadLetters {
  readonly deadLetters: DeadLetters;
  counts(): DeadLetterCounts;
}

function addTo(counts: Record<string, number>, entries: readonly DeadLetterEntry[]): void {
  for (const { code, count } of entries) counts[code] = (counts[code] ?? 0) + count;
}

/**
 * Counts what is added to the dead letters: the letters themselves are bounded, so their number does not tell how many there ever were.
 *
 * @param onFailure called with why letters could not be written
 *
 * @example const { deadLetters, counts } = countDeadLetters(await openDeadLetters(options), report);
 */
export function countDeadLetters(inner: DeadLetters, onFailure: (error: unknown) => void): CountedDeadLetters {
  const kept: Record<string, number> = {};
  const failed: Record<string, number> = {};
  return {
    deadLetters: {
      async add(entries) {
        try {
          await inner.add(entries);
        } catch (error) {
          addTo(failed, entries);
          onFailure(error);
          throw error;
        }
        addTo(kept, entries);
      },
      list: (tenant, limit) => inner.list(tenant, limit),
      total: (tenant) => inner.total(tenant),
      close: () => inner.close(),
    },
    counts: () => ({ kept: { ...kept }, failed: { ...failed } }),
  };
}
