import { addTerm, type Filter, fieldName, parseQuery, printQuery, resolveField } from "@taffrail/query";

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

/** Whether a term does nothing but choose or reject values of one field. */
function isAbout(term: Filter, subject: string): boolean {
  if (term.kind === "not") return isAbout(term.filter, subject);
  if (term.kind === "or") return term.filters.every((one) => isAbout(one, subject));
  if (term.kind === "level") return subject === "level";
  return term.kind === "field-equals" && fieldName(term.field) === subject;
}

function conjunction(terms: readonly Filter[]): string {
  const [only] = terms;
  return printQuery(terms.length > 1 ? { kind: "and", filters: terms } : only);
}

/**
 * A query without its choice of values of one field, or undefined when it makes none: a facet lists the values that one could choose as well.
 *
 * @example withoutField("level:error service:cart", "service") // "level:error"
 */
export function withoutField(query: string, field: string): string | undefined {
  const parsed = parseQuery(query);
  if (!parsed.ok) return undefined;
  const terms = termsOf(parsed.filter);
  const subject = fieldName(resolveField(field));
  const kept = terms.filter((term) => !isAbout(term, subject));
  return kept.length === terms.length ? undefined : conjunction(kept);
}

/**
 * A query that also wants a field's value to contain a text, in any case: a regular expression, because wildcards take attributes by their letters.
 *
 * @example withPart("level:error", "http.route", "cart") // "level:error http.route:/(?i)cart/"
 */
export function withPart(query: string, field: string, part: string): string {
  const parsed = parseQuery(query);
  const literal = part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const wanted: Filter = { kind: "regex", field: resolveField(field), pattern: `(?i)${literal}` };
  return conjunction([...termsOf(parsed.ok ? parsed.filter : undefined), wanted]);
}
