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
