/** Queries that the history keeps. */
export const historyMax = 50;

/** Reads the history as it was saved; anything that is not a list of texts counts as none. */
export function parseHistory(saved: string | undefined): readonly string[] {
  if (saved === undefined) return [];
  try {
    const list: unknown = JSON.parse(saved);
    return Array.isArray(list)
      ? list.filter((entry): entry is string => typeof entry === "string").slice(0, historyMax)
      : [];
  } catch {
    return [];
  }
}

/**
 * The history after a query was run: newest first, each query once, empty ones never.
 *
 * @example addToHistory(["a", "b"], "b") // ["b", "a"]
 */
export function addToHistory(history: readonly string[], query: string): readonly string[] {
  const trimmed = query.trim();
  if (trimmed === "") return history;
  return [trimmed, ...history.filter((entry) => entry !== trimmed)].slice(0, historyMax);
}
