import type { Facet } from "@taffrail/client";

/** Fields with up to this many values divide the records into parts that one can survey. */
const telling = 50;

function rankOf(facet: Facet): number {
  if (facet.field === "level") return 0;
  if (facet.field === "service") return 1;
  if (facet.distinct > 1 && facet.distinct <= telling) return 2;
  return facet.distinct > telling ? 3 : 4;
}

/**
 * Facets in the order in which they help: level and service, then fields that divide the records into a few parts, then ids and the like, then what
 * all records have in common. Texts of several lines, like stack traces, are no facets.
 */
export function orderFacets(facets: readonly Facet[]): readonly Facet[] {
  return facets
    .filter((facet) => facet.values.length > 0 && !facet.values.some(({ value }) => value.includes("\n")))
    .map((facet) => ({ facet, rank: rankOf(facet) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ facet }) => facet);
}

/** Whether a facet stands open at first: those at the top, unless they are long lists of ids. */
export function opensAtFirst(facet: Facet, index: number): boolean {
  return index < 6 && rankOf(facet) < 3;
}
