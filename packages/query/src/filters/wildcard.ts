import { type Field, knownField } from "../field.ts";
import type { WildcardFilter } from "../filter.ts";
import { likeLiteral, regexLiteral, sqlString } from "../sql.ts";
import { escaped, fieldText } from "../text.ts";
import { asciiLower, hasNoWordBreaks, isAscii, textTokens } from "../tokens-of-text.ts";
import { bodyContains, bodyHasTokens } from "./body.ts";
import type { Construct } from "./construct.ts";
import { whereText } from "./places.ts";

const isBody = (field: Field): boolean => field.in === "column" && knownField(field.name)?.type === "body";

/** What cannot stand beside a word's end: a token character. */
const beforeWord = "(?:^|[^0-9a-z\\x{80}-\\x{10ffff}])";
const afterWord = "(?:$|[^0-9a-z\\x{80}-\\x{10ffff}])";
const tokenCharacter = /[0-9a-z\u0080-\uffff]/;

/** The tokens that a pattern fixes completely: those with a separator, not a star, on both sides. */
const fixedTokens = (parts: readonly string[]): string[] =>
  parts.flatMap((part, index) => {
    const tokens = textTokens(part);
    const opensFree = index > 0 && tokenCharacter.test(asciiLower(part.slice(0, 1)));
    const closesFree = index < parts.length - 1 && tokenCharacter.test(asciiLower(part.slice(-1)));
    return tokens.slice(opensFree ? 1 : 0, closesFree ? -1 : undefined).filter((token) => !hasNoWordBreaks(token));
  });

/** A pattern on the body means words: it starts and ends where a word does, unless a star stands there, and stars cross no blank. */
const compileBody = (parts: readonly string[]): string => {
  const middle = parts.filter((part) => part !== "");
  const [only] = middle;
  const isInside = parts[0] === "" && parts.at(-1) === "";
  if (only === undefined) return "Body != ''";
  if (isInside && middle.length === 1) return bodyContains(only);
  const folded = parts.map(asciiLower);
  const isPlain = parts.every(isAscii);
  const first = folded[0] ?? "";
  const last = folded.at(-1) ?? "";
  const head = tokenCharacter.test(first.slice(0, 1)) ? beforeWord : "";
  const tail = tokenCharacter.test(last.slice(-1)) ? afterWord : "";
  // A star at either end asks for nothing more, so the expression leaves it out.
  const pattern =
    head +
    folded
      .filter((part) => part !== "")
      .map(regexLiteral)
      .join("\\S*") +
    tail;
  const matches = isPlain ? `match(lower(Body), ${sqlString(pattern)})` : `match(Body, ${sqlString(`(?i)${pattern}`)})`;
  const tokens = fixedTokens(parts);
  return tokens.length === 0 ? matches : `(${bodyHasTokens(tokens)} AND ${matches})`;
};

const compileValue = (field: Field, parts: readonly string[]): string => {
  const pattern = parts.map(likeLiteral).join("%");
  const isFolded = field.in === "column" && ["folded", "hex"].includes(knownField(field.name)?.type ?? "");
  return whereText(field, (value) => `${value} ${isFolded ? "ILIKE" : "LIKE"} ${sqlString(pattern)}`);
};

/** Only the first part can open with a dash or slash that would mean something. */
const printParts = (parts: readonly string[]): string =>
  parts.map((part, index) => (index === 0 ? escaped(part) : escaped(`x${part}`).slice(1))).join("*");

/** `conn*`, `*suffix`, `*middle*` on the body's words; `path:/api/*` on a field's whole value. */
export const wildcard: Construct<WildcardFilter> = {
  print: ({ field, parts }) => (isBody(field) ? "" : fieldText(field)) + printParts(parts),
  compile: ({ field, parts }) => (isBody(field) ? compileBody(parts) : compileValue(field, parts)),
  fields: ({ field }) => [field],
};
