import { limits } from "@taffrail/contracts";
import type { Filter } from "./filter.ts";
import { QueryFailure } from "./parse/failure.ts";
import { lex } from "./parse/lex.ts";
import { parseTokens } from "./parse/parser.ts";
import type { QueryErrorCode } from "./parse/token.ts";

/** Where a query text is wrong, why, and what to write instead. */
export interface QueryError {
  readonly code: QueryErrorCode;
  /** Column of the first character at fault, from 1, in UTF-16 units. */
  readonly column: number;
  /** Characters at fault; at least 1. */
  readonly length: number;
  readonly reason: string;
  readonly hint: string;
}

/** Outcome of `parseQuery`. `filter` undefined: the text is blank, which means every record. */
export type ParsedQuery =
  | { readonly ok: true; readonly filter: Filter | undefined }
  | { readonly ok: false; readonly error: QueryError };

/**
 * Reads a query text. Never throws: mistakes come back with their place and a hint.
 *
 * @example parseQuery("level:>=warn (timeout OR refused)") // { ok: true, filter: { kind: "and", filters: [...] } }
 */
export function parseQuery(text: string): ParsedQuery {
  const limit = limits.queryText.value;
  if (text.length > limit) {
    const reason = `the query has ${text.length} characters; the limit is ${limit}`;
    const length = text.length - limit;
    return {
      ok: false,
      error: { code: "query_too_long", column: limit + 1, length, reason, hint: "Shorten the query." },
    };
  }
  try {
    return { ok: true, filter: parseTokens(lex(text), text.length) };
  } catch (error) {
    if (!(error instanceof QueryFailure)) throw error;
    const { code, reason, hint } = error.problem;
    const length = Math.max(1, error.to - error.from);
    return { ok: false, error: { code, column: error.from + 1, length, reason, hint } };
  }
}
