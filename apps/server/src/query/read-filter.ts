import { limits, TaffrailError } from "@taffrail/contracts";
import { compileFilter, type Filter, parseQuery, type QueryError } from "@taffrail/query";
import type { Scope } from "../access/scope.ts";

const asError = (error: QueryError, text: string): TaffrailError => {
  const { code, column, length, reason, hint } = error;
  if (code === "query_too_long") {
    return new TaffrailError(code, { column, length: text.length, limit: limits.queryText.value });
  }
  const limit = code === "query_too_many_terms" ? limits.queryTerms.value : limits.queryDepth.value;
  const bound = code === "query_too_deep" || code === "query_too_many_terms" ? { limit } : {};
  return new TaffrailError(code, { column, length, reason, hint, ...bound });
};

/** A query text, understood. */
export interface ReadFilter {
  readonly filter: Filter | undefined;
  /** Names of the fields that it reads. */
  readonly fields: readonly string[];
}

/**
 * Parses a query text on behalf of a scope. Throws the `query_…` errors of the parser with `column`, `length`, `reason` and `hint` among the
 * details, and `query_field_masked` for a field that the scope hides.
 *
 * @example readFilter("level:error", scope).fields // ["level"]
 */
export function readFilter(text: string, scope: Scope): ReadFilter {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw asError(parsed.error, text);
  const { fields } = compileFilter(parsed.filter, { maskedFields: scope.maskedFields });
  return { filter: parsed.filter, fields };
}
