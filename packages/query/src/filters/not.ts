import type { NotFilter } from "../filter.ts";
import type { Construct } from "./construct.ts";

/** `-x`, `NOT x`: also the records that lack the field. */
export const not: Construct<NotFilter> = {
  print: ({ filter }, inner) => `-${filter.kind === "not" ? `(${inner(filter)})` : inner(filter)}`,
  compile: ({ filter }, inner) => `NOT (${inner(filter)})`,
  fields: () => [],
};
