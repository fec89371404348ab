import type { Filter } from "../filter.ts";

/**
 * Joins filters by `and` or `or`, taking apart children of the same kind, so that one meaning has one shape. One filter stays itself.
 *
 * @example combine("and", [a, combine("and", [b, c])]) // { kind: "and", filters: [a, b, c] }
 */
export function combine(kind: "and" | "or", filters: readonly Filter[]): Filter {
  const flat = filters.flatMap((filter) => (filter.kind === kind ? filter.filters : [filter]));
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { kind, filters: flat };
}
