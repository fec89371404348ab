/** Anything but the characters that stand for themselves in JSON text and are no surrogates (a lone one is not valid UTF-8). */
const special = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;
const loneSurrogate = /\p{Surrogate}/gu;

/**
 * Writes a string as JSON text. Lone surrogates become U+FFFD, so that the result is always valid UTF-8.
 *
 * @example quote('say "hi"') // '"say \\"hi\\""'
 */
export function quote(text: string): string {
  if (!special.test(text)) return `"${text}"`;
  return JSON.stringify(text.replace(loneSurrogate, "\ufffd"));
}

/**
 * Like `quote`, for a string that may be longer than `limit` characters: the rest is cut and its length told.
 *
 * @example quoteBounded("abcdef", 3) // '"abc… [3 more characters]"'
 */
export function quoteBounded(text: string, limit: number): string {
  if (text.length <= limit) return quote(text);
  return quote(`${text.slice(0, limit)}… [${text.length - limit} more characters]`);
}

/**
 * Writes an object key. Two keys that differ only in lone surrogates stay different: each becomes U+FFFD and its hexadecimal code.
 *
 * @example quoteKey("a") // '"a"'
 */
export function quoteKey(key: string): string {
  if (!special.test(key)) return `"${key}"`;
  return JSON.stringify(key.replace(loneSurrogate, (lone) => `\ufffd${lone.charCodeAt(0).toString(16)}`));
}
