const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  "\0": "\\0",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};

/**
 * Writes a text as a ClickHouse string literal. The only way in which text of a query reaches SQL. Lone surrogates become U+FFFD, as they do
 * in stored records.
 *
 * @example sqlString("it's") // "'it\\'s'"
 */
export function sqlString(text: string): string {
  return `'${text.replace(/\p{Surrogate}/gu, "\uFFFD").replace(/[\\'\0\n\r\t\b\f]/g, (character) => escapes[character] ?? character)}'`;
}

/** Writes a finite number as a ClickHouse literal; anything else is a bug of the caller. */
export function sqlNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`);
  return String(value);
}

/** Escapes the characters that have a meaning in LIKE; the result still has to go through `sqlString`. */
export function likeLiteral(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

/** Escapes the characters that have a meaning in RE2; the result still has to go through `sqlString`. */
export function regexLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
