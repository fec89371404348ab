// @ts-check

/** @param {readonly number[]} values @param {number} share 0 to 1 @returns {number} */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle value; of an even number of values the mean of the two in the middle. @param {readonly number[]} values @returns {number} */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? Number.NaN) + upper) / 2;
}

/** Median with least and greatest, for ratios of pairs. @param {readonly number[]} values */
export function spread(values) {
  return { median: median(values), least: Math.min(...values), greatest: Math.max(...values) };
}

/**
 * The items in an order drawn by the random source.
 * @template T
 * @param {readonly T[]} items @param {() => number} random @returns {T[]}
 */
export function shuffled(items, random) {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
