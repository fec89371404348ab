import type { ErrorCode } from "@taffrail/contracts";

export type QueryErrorCode = Extract<
  ErrorCode,
  "query_syntax" | "query_bad_regex" | "query_too_long" | "query_too_deep" | "query_too_many_terms"
>;

/** What is wrong with a stretch of the text, and what to write instead. */
export interface Problem {
  readonly code: QueryErrorCode;
  readonly reason: string;
  readonly hint: string;
}

export type TokenKind =
  | "word"
  | "value"
  | "phrase"
  | "regex"
  | "field"
  | "comparison"
  | "range-open"
  | "range-close"
  | "to"
  | "and"
  | "or"
  | "not"
  | "open"
  | "close"
  | "invalid";

/** A piece of the query text. Offsets count UTF-16 units from 0; `to` is behind the last one. */
export interface Token {
  readonly kind: TokenKind;
  readonly from: number;
  readonly to: number;
  /** The text without quotes, escapes, slashes or the field's colon. */
  readonly text: string;
  /** Of words and values: the literals between unescaped stars; one when there is no star. */
  readonly parts: readonly string[];
  /** Of invalid tokens: what is wrong. */
  readonly problem?: Problem;
}
