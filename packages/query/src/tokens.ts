import { lex } from "./parse/lex.ts";
import type { TokenKind } from "./parse/token.ts";

/** A stretch of a query text and what it is. Offsets count UTF-16 units from 0; `to` is behind the last one. */
export interface QueryToken {
  readonly kind: TokenKind;
  readonly from: number;
  readonly to: number;
}

/**
 * Cuts a query text into pieces for colouring. Never fails; white space is in no piece.
 *
 * @example tokens("level:warn") // [{ kind: "field", from: 0, to: 6 }, { kind: "value", from: 6, to: 10 }]
 */
export function tokens(queryText: string): readonly QueryToken[] {
  return lex(queryText).map(({ kind, from, to }) => ({ kind, from, to }));
}
