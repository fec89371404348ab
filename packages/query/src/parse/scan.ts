/** How far a word goes, and what it says. */
export interface ScannedWord {
  readonly to: number;
  readonly parts: readonly string[];
  /** The word ended at a colon that makes it a field name; `to` is behind the colon. */
  readonly isField: boolean;
  /** The word ends in a backslash that escapes nothing. */
  readonly danglingEscape: boolean;
}

const fieldShape = /^[@\p{L}_$][\p{L}\p{N}_.$@/#-]*$/u;
const blank = /\s/u;
const wordCharacter = /[\p{L}\p{N}]/u;

/** Whether the position is behind the text or at white space. */
export function isBlankAt(text: string, at: number): boolean {
  return at >= text.length || blank.test(text.charAt(at));
}

/** Whether the position ends a term: behind the text, at white space or at a closing parenthesis. */
function isEndAt(text: string, at: number): boolean {
  return isBlankAt(text, at) || text.charAt(at) === ")";
}

const endsWord = (text: string, at: number, stops: string): boolean =>
  isBlankAt(text, at) || stops.includes(text.charAt(at)) || text.startsWith("&&", at) || text.startsWith("||", at);

/** A colon makes a field unless it is doubled (`std::io`), starts a URL's `//`, or follows a drive letter (`C:\temp`). */
const colonMakesField = (text: string, at: number, parts: readonly string[], literal: string): boolean => {
  if (parts.length > 0 || !fieldShape.test(literal)) return false;
  const next = text.charAt(at + 1);
  const isDrive = /^[A-Za-z]$/.test(literal) && next === "\\" && wordCharacter.test(text.charAt(at + 2));
  return next !== ":" && !text.startsWith("//", at + 1) && !isDrive;
};

/** A word being read. */
interface WordScan {
  readonly text: string;
  at: number;
  readonly parts: string[];
  literal: string;
}

/** Takes a backslash and what it escapes; false when nothing follows it. */
const takeEscape = (scan: WordScan): boolean => {
  if (scan.at + 1 >= scan.text.length) return false;
  const next = scan.text.charAt(scan.at + 1);
  scan.literal += wordCharacter.test(next) ? `\\${next}` : next;
  scan.at += 2;
  return true;
};

const takeStars = (scan: WordScan): void => {
  scan.parts.push(scan.literal);
  scan.literal = "";
  while (scan.text.charAt(scan.at) === "*") scan.at += 1;
};

const takeLiteral = (scan: WordScan): void => {
  const isDoubledColon = scan.text.startsWith("::", scan.at);
  scan.literal += isDoubledColon ? "::" : scan.text.charAt(scan.at);
  scan.at += isDoubledColon ? 2 : 1;
};

/**
 * Reads a word from `from` on: until white space, a stop character, `&&` or `||`. A backslash before anything but a letter or digit makes it
 * literal; before those it is a literal backslash. An unescaped star splits the word.
 */
export function scanWord(
  text: string,
  from: number,
  options: { readonly stops: string; readonly fields: boolean },
): ScannedWord {
  const scan: WordScan = { text, at: from, parts: [], literal: "" };
  const end = (to: number, rest: Partial<ScannedWord> = {}): ScannedWord => ({
    to,
    parts: [...scan.parts, scan.literal],
    isField: false,
    danglingEscape: false,
    ...rest,
  });
  while (!endsWord(text, scan.at, options.stops)) {
    const character = text.charAt(scan.at);
    if (character === "\\") {
      if (!takeEscape(scan)) return end(text.length, { danglingEscape: true });
    } else if (character === "*") takeStars(scan);
    else if (character === ":" && options.fields && colonMakesField(text, scan.at, scan.parts, scan.literal)) {
      return end(scan.at + 1, { isField: true });
    } else takeLiteral(scan);
  }
  return end(scan.at);
}

/** Reads a text in double quotes from its opening quote on; undefined when it is not closed. Only `\"` and `\\` are escapes. */
export function scanPhrase(text: string, from: number): { readonly to: number; readonly text: string } | undefined {
  let phrase = "";
  let at = from + 1;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"') return { to: at + 1, text: phrase };
    const next = text.charAt(at + 1);
    const isEscape = character === "\\" && (next === '"' || next === "\\");
    phrase += isEscape ? next : character;
    at += isEscape ? 2 : 1;
  }
  return undefined;
}

/**
 * Where the regular expression that opens at `from` ends (behind its closing slash). Undefined when the text from there on is plain: no
 * closing slash, or one in the middle of a word, as in `path:/api/orders`.
 */
export function scanRegex(text: string, from: number): number | undefined {
  const closing = closingSlash(text, from, true) ?? closingSlash(text, from, false);
  return closing !== undefined && isEndAt(text, closing + 1) ? closing + 1 : undefined;
}

const closingSlash = (text: string, from: number, bracketsHide: boolean): number | undefined => {
  let inBrackets = false;
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\\") at += 1;
    else if (character === "[" && !inBrackets) {
      inBrackets = bracketsHide;
      // A bracket right after the opening one is a member, not the end.
      const first = text.charAt(at + 1) === "^" ? at + 2 : at + 1;
      if (inBrackets && text.charAt(first) === "]") at = first;
    } else if (character === "]") inBrackets = false;
    else if (character === "/" && !inBrackets) return at;
  }
  return undefined;
};
