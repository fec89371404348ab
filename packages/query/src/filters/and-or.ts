import type { AndFilter, OrFilter } from "../filter.ts";
import type { Construct } from "./construct.ts";

/** `a b`, `a AND b`: both. */
export const and: Construct<AndFilter> = {
  print: ({ filters }, inner) => filters.map(inner).join(" "),
  compile: ({ filters }, inner) => `(${filters.map(inner).join(" AND ")})`,
  fields: () => [],
};

/** `a OR b`: at least one. Binds weaker than AND. */
export const or: Construct<OrFilter> = {
  print: ({ filters }, inner) => filters.map(inner).join(" OR "),
  compile: ({ filters }, inner) => `(${filters.map(inner).join(" OR ")})`,
  fields: () => [],
};
