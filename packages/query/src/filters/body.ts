import { sqlString } from "../sql.ts";
import { asciiLower, isAscii, tokenSpellings } from "../tokens-of-text.ts";

/** The expression that the text index is built on: a search that uses another one would read every row, or find others. */
const indexed = "lower(Body)";

/** More tokens than this narrow nothing further. */
const tokensMax = 32;

const tokenList = (tokens: readonly string[]): string => `[${tokens.map(sqlString).join(", ")}]`;

/** The body has each of the tokens, in any case. No tokens: nothing to narrow by, so it is true. */
export function bodyHasTokens(tokens: readonly string[]): string {
  const chosen = [...new Set(tokens)].slice(0, tokensMax);
  const plain = [...new Set(chosen.filter(isAscii).map(asciiLower))];
  const parts = plain.length === 0 ? [] : [`hasAllTokens(${indexed}, ${tokenList(plain)})`];
  for (const token of chosen.filter((candidate) => !isAscii(candidate))) {
    parts.push(`hasAnyTokens(${indexed}, ${tokenList(tokenSpellings(token))})`);
  }
  if (parts.length === 0) return "1";
  return parts.length === 1 ? (parts[0] ?? "1") : `(${parts.join(" AND ")})`;
}

/** The body contains the text as it is written, in any case. */
export function bodyContains(text: string): string {
  return isAscii(text)
    ? `position(${indexed}, ${sqlString(asciiLower(text))}) > 0`
    : `position(caseFoldUTF8(Body), caseFoldUTF8(${sqlString(text)})) > 0`;
}
