/** Characters that show nothing and can stand inside a secret: soft hyphen, zero-width spaces and joiners, direction marks, variation selectors. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;
const anyDigit = /\p{Nd}/gu;
const anyDash = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;
const anySpace = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;
const ascii = /^[\0-\x7f]*$/;

/** The ASCII digit of a decimal digit of any script: their blocks are ten long, in order, and begin where the digit before is no digit. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  if (code < 128) return digit;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
}

/**
 * The text as a reader takes it: without invisible characters, with ASCII digits, dashes and spaces, wide and styled letters as plain ones. A secret
 * that hides behind such characters is looked for in this form.
 *
 * @example plainText("４１１１\u200b-1111") // "4111-1111"
 */
export function plainText(text: string): string {
  if (ascii.test(text)) return text;
  return text
    .normalize("NFKC")
    .replace(invisible, "")
    .replace(anySpace, " ")
    .replace(anyDash, "-")
    .replace(anyDigit, asciiDigit);
}

/**
 * Source of a class of characters that `plainText` may turn into something else and that appear in disguises: invisible ones, spaces, dashes, digits
 * of other scripts, wide and styled letters. For the quick look at a text; ordinary letters of any language and emoji are not in it.
 */
export const disguiseCharacters = [
  "\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180e\\u2000-\\u200f\\u2010-\\u2015\\u2028-\\u202f\\u205f-\\u206f",
  "\\u2212\\u3000\\ufe00-\\ufe0f\\ufe58\\ufe63\\ufeff\\uff01-\\uff5e\\u2070-\\u209c\\u2460-\\u24ff\\ud835",
  "\\u0660-\\u0669\\u06f0-\\u06f9\\u07c0-\\u07c9\\u0966-\\u096f\\u09e6-\\u09ef\\u0a66-\\u0a6f\\u0ae6-\\u0aef\\u0b66-\\u0b6f",
  "\\u0be6-\\u0bef\\u0c66-\\u0c6f\\u0ce6-\\u0cef\\u0d66-\\u0d6f\\u0e50-\\u0e59\\u0ed0-\\u0ed9\\u0f20-\\u0f29\\u1040-\\u1049",
  "\\u17e0-\\u17e9\\u1810-\\u1819\\ua620-\\ua629\\ua8d0-\\ua8d9",
].join("");
