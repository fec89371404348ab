import { parseLevel } from "@taffrail/contracts";
import { fieldName, knownField, resolveField } from "./field.ts";
import type { Filter } from "./filter.ts";
import { combine } from "./filters/combine.ts";
import { parseQuery } from "./parse-query.ts";
import { printQuery } from "./print-query.ts";

/** `include` keeps records with the value, `exclude` those without it. */
export type TermMode = "include" | "exclude";

const termOf = (name: string, value: string): Filter => {
  const field = resolveField(name);
  const type = field.in === "column" ? knownField(field.name)?.type : undefined;
  const level = type === "level" ? parseLevel(value) : undefined;
  if (level !== undefined) return { kind: "level", operator: "=", level };
  return type === "body" ? { kind: "phrase", text: value } : { kind: "field-equals", field, value };
};

const isSame = (left: Filter, right: Filter): boolean => printQuery(left) === printQuery(right);

/** What a term asks about, when it is a plain value of a field: terms about one field are alternatives. */
const subjectOf = (filter: Filter): string | undefined => {
  if (filter.kind === "field-equals") return fieldName(filter.field);
  return filter.kind === "level" && filter.operator === "=" ? "level" : undefined;
};

const isAlternatives = (filter: Filter, subject: string | undefined): boolean =>
  subject !== undefined &&
  (subjectOf(filter) === subject ||
    (filter.kind === "or" && filter.filters.every((one) => subjectOf(one) === subject)));

const include = (terms: readonly Filter[], term: Filter): readonly Filter[] => {
  const isOpposite = (filter: Filter): boolean => filter.kind === "not" && isSame(filter.filter, term);
  const kept = terms.filter((filter) => !isOpposite(filter));
  const subject = subjectOf(term);
  const at = kept.findIndex((filter) => isSame(filter, term) || isAlternatives(filter, subject));
  const found = kept[at];
  if (found === undefined) return [...kept, term];
  const present = found.kind === "or" ? found.filters : [found];
  const others = present.filter((filter) => !isSame(filter, term));
  const next = others.length < present.length ? others : [...present, term];
  return next.length === 0 ? kept.toSpliced(at, 1) : kept.toSpliced(at, 1, combine("or", next));
};

const exclude = (terms: readonly Filter[], term: Filter): readonly Filter[] => {
  const excluded: Filter = { kind: "not", filter: term };
  const kept = terms.filter((filter) => !isSame(filter, term));
  const others = kept.filter((filter) => !isSame(filter, excluded));
  return others.length < kept.length ? others : [...kept, excluded];
};

/**
 * Adds a value of a field to a query text, or takes it out again when it is there already; answers the canonical text. Included values of
 * one field become alternatives. A text that does not parse keeps its mistake and gets the term at its end.
 *
 * @example addTerm("level:error", "service", "cart", "include") // "level:error service:cart"
 */
export function addTerm(queryText: string, field: string, value: string, mode: TermMode): string {
  const term = termOf(field, value);
  const parsed = parseQuery(queryText);
  if (!parsed.ok) return `${queryText} ${printQuery(mode === "include" ? term : { kind: "not", filter: term })}`;
  const { filter } = parsed;
  const terms = filter === undefined || filter.kind === "all" ? [] : filter.kind === "and" ? filter.filters : [filter];
  const next = mode === "include" ? include(terms, term) : exclude(terms, term);
  return next.length === 0 ? "" : printQuery(combine("and", next));
}
