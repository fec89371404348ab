import { levels, parseLevel } from "@taffrail/contracts";
import { type Field, fieldName, knownField } from "../field.ts";
import { type ComparisonOperator, comparisonOperators, type Filter } from "../filter.ts";
import { combine } from "../filters/combine.ts";
import { nearest } from "../nearest.ts";
import { type Operand, readOperand } from "../operand.ts";
import { QueryFailure, syntaxFailure } from "./failure.ts";
import { regexFault } from "./regex-syntax.ts";
import type { Token } from "./token.ts";

const isLevel = (field: Field): boolean => field.in === "column" && knownField(field.name)?.type === "level";

const levelFilter = (token: Token, operator: "=" | ComparisonOperator): Filter => {
  const level = parseLevel(token.text);
  if (level !== undefined) return { kind: "level", operator, level };
  const guess = nearest(token.text.toLowerCase(), levels);
  const hint = `Levels are ${levels.join(", ")}.`;
  throw syntaxFailure(
    token,
    `there is no level "${token.text}"`,
    guess === undefined ? hint : `Did you mean ${guess}? ${hint}`,
  );
};

const asOperator = (token: Token): ComparisonOperator =>
  comparisonOperators.find((operator) => operator === token.text) ?? ">=";

/** The operand of a comparison or a bound; quoted text stays text. */
const operandOf = (token: Token): Operand => {
  if (token.kind === "phrase") return { type: "text", text: token.text };
  if (token.parts.length > 1) {
    throw syntaxFailure(token, "a comparison cannot have a wildcard", `Escape it as "\\*", or put the text in quotes.`);
  }
  const operand = readOperand(token.text);
  if (operand === undefined) throw syntaxFailure(token, "the number is too large", "Use a number below 1.8e308.");
  return operand;
};

const isNumeric = (field: Field): boolean => field.in === "column" && knownField(field.name)?.type === "number";

const requireNumber = (field: Field, operand: Operand | undefined, at: Pick<Token, "from" | "to">): void => {
  if (!isNumeric(field) || (operand?.type === "number" && operand.unit === undefined)) return;
  throw syntaxFailure(
    at,
    `${fieldName(field)} is a plain number`,
    `Use ${fieldName(field)}:17 or ${fieldName(field)}:>=17.`,
  );
};

const refuseUnordered = (field: Field, at: Token): void => {
  const known = field.in === "column" ? knownField(field.name) : undefined;
  if (known?.type !== "body" && known?.type !== "hex") return;
  throw syntaxFailure(at, `${fieldName(field)} has no order`, `Use ${fieldName(field)}:text, quotes or wildcards.`);
};

/** `field:value` where the value is one token: a word, a quoted text, a wildcard, a star or a regular expression. */
export function plainValue(field: Field, token: Token): Filter {
  const isStar = token.kind === "value" && token.parts.length > 1 && token.text === "*";
  if (isStar) return { kind: "exists", field };
  if (isLevel(field)) {
    if (token.kind !== "regex" && token.parts.length <= 1) return levelFilter(token, "=");
    throw syntaxFailure(token, "a level is asked for by name", "Use level:warn or level:>=warn.");
  }
  requireNumber(field, token.kind === "value" && token.parts.length === 1 ? readOperand(token.text) : undefined, token);
  if (token.kind === "regex") {
    const fault = regexFault(token.text);
    if (fault === undefined) return { kind: "regex", field, pattern: token.text };
    const from = Math.min(token.from + 1 + fault.offset, token.to - 1);
    const hint = "Use RE2 syntax: no back-references, no look-around.";
    throw new QueryFailure({ code: "query_bad_regex", reason: fault.reason, hint }, { from, to: token.to });
  }
  if (token.parts.length > 1) return { kind: "wildcard", field, parts: token.parts };
  if (field.in !== "column" || knownField(field.name)?.type !== "body") {
    return { kind: "field-equals", field, value: token.text };
  }
  return token.kind === "phrase" ? { kind: "phrase", text: token.text } : { kind: "word", text: token.text };
}

/** `field:>value` and its siblings. */
export function comparedValue(field: Field, operator: Token, value: Token): Filter {
  refuseUnordered(field, operator);
  if (isLevel(field)) return levelFilter(value, asOperator(operator));
  const operand = operandOf(value);
  requireNumber(field, operand, value);
  return { kind: "comparison", field, operator: asOperator(operator), operand };
}

/** A range as it was written: brackets and bounds. */
export interface RangeTokens {
  readonly open: Token;
  readonly from: Token;
  readonly to: Token;
  readonly close: Token;
}

const isOpen = (token: Token): boolean => token.kind === "value" && token.parts.length > 1 && token.text === "*";

const levelRange = (range: RangeTokens, includesFrom: boolean, includesTo: boolean): Filter => {
  const bounds: Filter[] = [];
  if (!isOpen(range.from)) bounds.push(levelFilter(range.from, includesFrom ? ">=" : ">"));
  if (!isOpen(range.to)) bounds.push(levelFilter(range.to, includesTo ? "<=" : "<"));
  return combine("and", bounds);
};

/** `field:[a TO b]` and its siblings. A range of levels becomes two level filters, one without bounds asks for existence. */
export function rangedValue(field: Field, range: RangeTokens): Filter {
  refuseUnordered(field, range.open);
  const includesFrom = range.open.text === "[";
  const includesTo = range.close.text === "]";
  if (isOpen(range.from) && isOpen(range.to)) return { kind: "exists", field };
  if (isLevel(field)) return levelRange(range, includesFrom, includesTo);
  const from = isOpen(range.from) ? undefined : operandOf(range.from);
  const to = isOpen(range.to) ? undefined : operandOf(range.to);
  if (from !== undefined) requireNumber(field, from, range.from);
  if (to !== undefined) requireNumber(field, to, range.to);
  if (from !== undefined && to !== undefined && from.type !== to.type) {
    const at = { from: range.from.from, to: range.to.to };
    throw syntaxFailure(at, "one bound is a number, the other is text", "Put both in quotes to compare them as text.");
  }
  return { kind: "range", field, from, to, includesFrom, includesTo };
}
