import { addTerm, type Filter, parseQuery, printQuery } from "@taffrail/query";

export type FilterMode = "include" | "exclude";

/** Tells of a field's value whether the query asks for it, rejects it, or says nothing of it. */
export type FilterLookup = (field: string, value: string) => FilterMode | undefined;

const termsOf = (filter: Filter | undefined): readonly Filter[] =>
  filter === undefined ? [] : filter.kind === "and" ? filter.filters : [filter];

/**
 * Reads a query for the marks on facets: only terms that hold for the whole query count, and alternatives among them.
 *
 * @example filterLookup("level:error -service:cart")("service", "cart") // "exclude"
 */
export function filterLookup(query: string): FilterLookup {
  const parsed = parseQuery(query);
  const included = new Set<string>();
  const excluded = new Set<string>();
  for (const term of parsed.ok ? termsOf(parsed.filter) : []) {
    if (term.kind === "not") excluded.add(printQuery(term.filter));
    else for (const one of term.kind === "or" ? term.filters : [term]) included.add(printQuery(one));
  }
  return (field, value) => {
    const term = addTerm("", field, value, "include");
    if (included.has(term)) return "include";
    return excluded.has(term) ? "exclude" : undefined;
  };
}
