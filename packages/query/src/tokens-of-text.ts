/** Lower case as the engine's `lower()` does it: ASCII letters only. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * The tokens of a text as the engine's `splitByNonAlpha` cuts it: runs of ASCII letters, digits and any character beyond ASCII.
 *
 * @example textTokens("user_id=5 straße") // ["user", "id", "5", "straße"]
 */
export function textTokens(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII but its letters and digits separates.
  return text.split(/[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+/).filter((token) => token !== "");
}

/** Whether `lower()` folds the whole text: no character beyond ASCII. */
export function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range is meant.
  return /^[\x00-\x7f]*$/.test(text);
}

/**
 * The spellings of a token that a case-insensitive search has to look up, as the index holds them. The index folds ASCII only, so a token
 * like `öl` stands in it as `öl` or `Öl`.
 */
export function tokenSpellings(token: string): string[] {
  const lower = token.toLowerCase();
  const upper = token.toUpperCase();
  const [first = ""] = lower;
  const title = first.toUpperCase() + lower.slice(first.length);
  return [...new Set([lower, upper, title, token].map(asciiLower))];
}

/** Writing systems that put no blanks between words: a word of theirs is searched as a part of the text. */
export function hasNoWordBreaks(text: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u.test(
    text,
  );
}
