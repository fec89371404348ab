/** Edit distance of two short texts: insertions, deletions, replacements. */
const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? left.length;
};

/** Longest text that is compared; names beyond it are no typing errors. */
const lengthMax = 64;

/**
 * The candidate that a reader most likely meant: at most two edits away, or one for short words. Undefined when none is near.
 *
 * @example nearest("wran", ["info", "warn"]) // "warn"
 */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  if (text.length > lengthMax) return undefined;
  const reach = text.length <= 3 ? 1 : 2;
  let best: string | undefined;
  let bestDistance = reach + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - text.length) > reach) continue;
    const edits = distance(text, candidate);
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}
