import type { Field } from "../field.ts";
import type { Filter } from "../filter.ts";

/** Handles the filters inside a filter. */
type Inner = (filter: Filter) => string;

/**
 * One construct of the language: how its filter is written and what it means in SQL.
 *
 * `print` writes text that parses to an equal filter; `inner` prints a child so that it binds tightly. `compile` writes an expression that is 0
 * or 1 and never NULL for every row, so that `NOT` keeps rows without the field. `fields` names what it reads, children not included.
 */
export interface Construct<F extends Filter> {
  print(filter: F, inner: Inner): string;
  compile(filter: F, inner: Inner): string;
  fields(filter: F): readonly Field[];
}
