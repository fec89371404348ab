import { TaffrailError } from "@taffrail/contracts";
import { type Field, fieldName } from "./field.ts";
import type { Filter } from "./filter.ts";
import { constructOf } from "./filters/table.ts";

/** A filter in SQL. */
export interface CompiledFilter {
  /** A ClickHouse expression that is 0 or 1 for every row of `otel_logs`, with all literals escaped; `1` for no filter. */
  readonly where: string;
  /** Names of the fields that it reads, each once, in order of appearance. */
  readonly fields: readonly string[];
}

/** The engine reads statements of up to 262,144 characters; the rest is left to what stands around the expression. */
const whereLengthMax = 200_000;

const children = (filter: Filter): readonly Filter[] => {
  if (filter.kind === "not") return [filter.filter];
  return filter.kind === "and" || filter.kind === "or" ? filter.filters : [];
};

const fieldsOf = (filter: Filter): readonly Field[] => [
  ...constructOf(filter).fields(filter),
  ...children(filter).flatMap(fieldsOf),
];

const compile = (filter: Filter): string => constructOf(filter).compile(filter, compile);

/**
 * Whether a field is hidden by a list of masked names. A masked name covers the fields nested under it, too.
 *
 * @example maskedField({ in: "any", key: "user.email" }, ["user"]) // true
 */
export function maskedField(field: Field, maskedFields: readonly string[]): boolean {
  const name = field.in === "column" ? field.name : field.key;
  return maskedFields.some((mask) => name === mask || name.startsWith(`${mask}.`));
}

/**
 * Turns a filter into a WHERE expression for the table `otel_logs`. Throws `query_field_masked` when it reads a field that the asker may not
 * see, because matching would tell its value, and `query_too_large` when the engine could not read the expression.
 *
 * @example compileFilter({ kind: "level", operator: ">=", level: "warn" }, { maskedFields: [] }).where // "SeverityNumber BETWEEN 13 AND 24"
 */
export function compileFilter(
  filter: Filter | undefined,
  options: { readonly maskedFields: readonly string[] },
): CompiledFilter {
  if (filter === undefined) return { where: "1", fields: [] };
  const fields = fieldsOf(filter);
  const masked = fields.find((field) => maskedField(field, options.maskedFields));
  if (masked !== undefined) throw new TaffrailError("query_field_masked", { field: fieldName(masked) });
  const where = compile(filter);
  if (where.length > whereLengthMax) {
    throw new TaffrailError("query_too_large", { length: where.length, limit: whereLengthMax });
  }
  return { where, fields: [...new Set(fields.map(fieldName))] };
}
