import { limits } from "@taffrail/contracts";
import { bodyField, type Field, resolveField } from "../field.ts";
import type { Filter } from "../filter.ts";
import { combine } from "../filters/combine.ts";
import { QueryFailure, syntaxFailure } from "./failure.ts";
import type { Token, TokenKind } from "./token.ts";
import { comparedValue, plainValue, rangedValue } from "./value.ts";

interface Cursor {
  readonly tokens: readonly Token[];
  readonly end: { readonly from: number; readonly to: number };
  at: number;
  depth: number;
  terms: number;
}

/** What a parenthesis holds: terms of the query, or values of one field. */
type Subject = Field | undefined;

const peek = (cursor: Cursor): Token | undefined => cursor.tokens[cursor.at];
const quoteHint = (token: Token): string => `Put it in quotes to search for the text: "${token.text}".`;

/** Takes the next token when it has this kind. Invalid tokens end the parse wherever they are met. */
const take = (cursor: Cursor, ...kinds: readonly TokenKind[]): Token | undefined => {
  const token = peek(cursor);
  if (token?.problem !== undefined) throw new QueryFailure(token.problem, token);
  if (token === undefined || !kinds.includes(token.kind)) return undefined;
  cursor.at += 1;
  return token;
};

const enter = <T>(cursor: Cursor, at: Token, inner: () => T): T => {
  cursor.depth += 1;
  if (cursor.depth > limits.queryDepth.value) {
    const reason = `parentheses and negations are nested deeper than ${limits.queryDepth.value} levels`;
    throw new QueryFailure({ code: "query_too_deep", reason, hint: "Use fewer parentheses." }, at);
  }
  const result = inner();
  cursor.depth -= 1;
  return result;
};

const countTerm = (cursor: Cursor, at: Token): void => {
  cursor.terms += 1;
  if (cursor.terms <= limits.queryTerms.value) return;
  const reason = `the query has more than ${limits.queryTerms.value} terms`;
  throw new QueryFailure(
    { code: "query_too_many_terms", reason, hint: "Use fewer terms, or a wildcard for many." },
    at,
  );
};

const parseGroup = (cursor: Cursor, open: Token, subject: Subject): Filter => {
  const closing = take(cursor, "close");
  if (closing !== undefined) {
    throw syntaxFailure(
      { from: open.from, to: closing.to },
      "the parentheses are empty",
      quoteHint({ ...open, text: "()" }),
    );
  }
  const filter = enter(cursor, open, () => parseOr(cursor, subject));
  if (take(cursor, "close") === undefined) {
    const hint = `Close the parenthesis opened at column ${open.from + 1}.`;
    throw syntaxFailure(peek(cursor) ?? open, "the parenthesis is not closed", hint);
  }
  return filter;
};

const parseRange = (cursor: Cursor, field: Field, open: Token): Filter => {
  const example = `${open.text}1 TO 5${open.text === "[" ? "]" : "}"}`;
  const fail = (reason: string): QueryFailure =>
    syntaxFailure(
      peek(cursor) ?? open,
      reason,
      `Write a range like ${example}; * leaves a side open. Quote a literal bracket.`,
    );
  const from = take(cursor, "value", "phrase");
  if (from === undefined) throw fail("the range has no lower bound");
  if (take(cursor, "to") === undefined) throw fail('the range has no "TO"');
  const to = take(cursor, "value", "phrase");
  if (to === undefined) throw fail("the range has no upper bound");
  const close = take(cursor, "range-close");
  if (close === undefined) throw fail(`the range opened at column ${open.from + 1} is not closed`);
  return rangedValue(field, { open, from, to, close });
};

/** A value of a field: where a parenthesis may hold several. Undefined when the next token is none. */
const parseValue = (cursor: Cursor, field: Field): Filter | undefined => {
  const token = take(cursor, "value", "phrase", "regex", "comparison", "range-open");
  if (token === undefined) return undefined;
  countTerm(cursor, token);
  if (token.kind === "range-open") return parseRange(cursor, field, token);
  if (token.kind !== "comparison") return plainValue(field, token);
  const value = take(cursor, "value", "phrase");
  if (value !== undefined) return comparedValue(field, token, value);
  throw syntaxFailure(
    peek(cursor) ?? token,
    `"${token.text}" has nothing to compare with`,
    `Write a value after "${token.text}".`,
  );
};

const parseField = (cursor: Cursor, token: Token): Filter => {
  if (token.text === "") throw syntaxFailure(token, "the field has no name", "Write a name before the colon.");
  const field = resolveField(token.text);
  const next = peek(cursor);
  if (next !== undefined && next.from === token.to) {
    const open = take(cursor, "open");
    if (open !== undefined) return parseGroup(cursor, open, field);
    const filter = parseValue(cursor, field);
    if (filter !== undefined) return filter;
  }
  const text = `${token.text}:`;
  const hint = `Write the value right after the colon, or put "${text}" in quotes to search for the text.`;
  throw syntaxFailure(token, `"${text}" has no value`, hint);
};

const parseBare = (cursor: Cursor, token: Token): Filter => {
  countTerm(cursor, token);
  if (token.kind === "phrase") {
    if (token.text !== "") return { kind: "phrase", text: token.text };
    throw syntaxFailure(token, "the quotes are empty", "Write a text between the quotes, or remove them.");
  }
  if (token.parts.length > 1 && token.text === "*") return { kind: "all" };
  return token.parts.length > 1
    ? { kind: "wildcard", field: bodyField, parts: token.parts }
    : { kind: "word", text: token.text };
};

/** What stands where a term should. */
const missingTerm = (cursor: Cursor): QueryFailure => {
  const token = peek(cursor);
  const before = cursor.tokens[cursor.at - 1];
  if (token?.kind === "close") {
    return before === undefined || cursor.depth === 0
      ? syntaxFailure(token, 'the ")" closes nothing', "Remove it, or open a parenthesis before it.")
      : syntaxFailure(token, `a term is missing before ")"`, `Write a term after "${before.text}", or remove that.`);
  }
  if (token === undefined) {
    const last = before ?? { ...cursor.end, text: "" };
    return syntaxFailure(
      last,
      `"${last.text}" has nothing after it`,
      `Write a term after it, or quote it to search for the text.`,
    );
  }
  return syntaxFailure(token, `"${token.text}" needs a term before it`, quoteHint(token));
};

const parseUnary = (cursor: Cursor, subject: Subject): Filter => {
  const not = take(cursor, "not");
  if (not !== undefined) return { kind: "not", filter: enter(cursor, not, () => parseUnary(cursor, subject)) };
  const open = take(cursor, "open");
  if (open !== undefined) return parseGroup(cursor, open, subject);
  if (subject !== undefined) {
    const value = parseValue(cursor, subject);
    if (value !== undefined) return value;
  }
  const field = take(cursor, "field");
  if (field !== undefined) return parseField(cursor, field);
  const bare = take(cursor, "word", "phrase");
  if (bare !== undefined) return parseBare(cursor, bare);
  throw missingTerm(cursor);
};

const parseAnd = (cursor: Cursor, subject: Subject): Filter => {
  const filters = [parseUnary(cursor, subject)];
  for (;;) {
    const next = peek(cursor);
    if (next === undefined || next.kind === "or" || next.kind === "close") return combine("and", filters);
    take(cursor, "and");
    filters.push(parseUnary(cursor, subject));
  }
};

const parseOr = (cursor: Cursor, subject: Subject): Filter => {
  const filters = [parseAnd(cursor, subject)];
  while (take(cursor, "or") !== undefined) filters.push(parseAnd(cursor, subject));
  return combine("or", filters);
};

/** Builds the filter of a token list; undefined for an empty one. Throws QueryFailure. */
export function parseTokens(tokens: readonly Token[], length: number): Filter | undefined {
  if (tokens.length === 0) return undefined;
  const cursor: Cursor = { tokens, end: { from: length, to: length }, at: 0, depth: 0, terms: 0 };
  const filter = parseOr(cursor, undefined);
  if (peek(cursor) !== undefined) throw missingTerm(cursor);
  return filter;
}
