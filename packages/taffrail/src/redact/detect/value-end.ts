/** Where a secret's value begins and ends in a text. */
export interface ValueSpan {
  readonly start: number;
  readonly end: number;
  /** True when quotes or brackets say where it ends. */
  readonly isDelimited: boolean;
}

const backslash = 92;
const closers: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** The end of a text in quotes: the next such quote with the same number of backslashes before it. Without one, the whole rest. */
function quotedEnd(text: string, start: number, quote: string, slashes: number): number {
  for (let at = text.indexOf(quote, start); at !== -1; at = text.indexOf(quote, at + 1)) {
    let before = 0;
    while (at - before > start && text.charCodeAt(at - before - 1) === backslash) before += 1;
    if (slashes === 0 ? before % 2 === 0 : before === slashes) return at - slashes;
  }
  return text.length;
}

/** The end of an object or a list, brackets in texts not counted apart: what is masked too far is safe. */
function bracketEnd(text: string, start: number, open: string): number {
  const close = closers[open];
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === open) depth += 1;
    else if (character === close) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** Where an unquoted value ends, by what is known of its place. */
export type Ending = "word" | "assignment" | "line" | "tag";

/** `word`: after `name: `. `assignment`: after `name=`. `line`: headers and phrases. `tag`: XML. */
const endings: Readonly<Record<Ending, string>> = {
  word: `(?:[^\\s,"<>]|,(?!\\s|[A-Za-z_][\\w.\\-]{0,40}["']?[=:]))+`,
  assignment: `(?:[^\\s,&;"'<>]|,(?!\\s|[A-Za-z_][\\w.\\-]{0,40}["']?[=:]))+`,
  line: "[^\\r\\n]+",
  tag: "[^<]+",
};

/** Finds the end of values. */
export type ValueReader = (text: string, at: number, ending: Ending) => ValueSpan | undefined;

/**
 * Makes a reader of values: from a position right after `=` or `:` it finds the value, in quotes (escaped ones too), in brackets or bare.
 *
 * @example createValueReader()('password: "a b", x', 9, "word") // { start: 11, end: 14, isDelimited: true }
 */
export function createValueReader(): ValueReader {
  const bare = Object.fromEntries(
    Object.entries(endings).map(([name, source]) => [name, new RegExp(source, "y")]),
  ) as Readonly<Record<Ending, RegExp>>;
  const opening = /[ \t]{0,8}(\\{0,15})(["'`]?)/y;
  return (text, at, ending) => {
    opening.lastIndex = at;
    const [all = "", slashes = "", quote = ""] = opening.exec(text) ?? [];
    const start = at + all.length;
    if (quote !== "") return { start, end: quotedEnd(text, start, quote, slashes.length), isDelimited: true };
    const first = text.charAt(start - slashes.length);
    if (ending !== "tag" && closers[first] !== undefined) {
      return { start, end: bracketEnd(text, start, first), isDelimited: true };
    }
    const pattern = bare[ending];
    pattern.lastIndex = start - slashes.length;
    const value = pattern.exec(text)?.[0];
    if (value === undefined) return undefined;
    return { start: start - slashes.length, end: start - slashes.length + value.length, isDelimited: false };
  };
}
