/** Longest pattern, in UTF-16 units. */
const patternLengthMax = 512;
/** RE2's own bound for one repetition and for the product of nested ones. */
const repeatMax = 1000;
/** Rough size of the compiled program; RE2 refuses what is far beyond it, and compiling up to it takes well under a second. */
const sizeMax = 10_000;
const unicodeClassSize = 60;
const multiByteSize = 6;

/** What is wrong with a pattern, and where: an offset into it. */
export interface RegexFault {
  readonly offset: number;
  readonly reason: string;
}

interface Walk {
  readonly pattern: string;
  at: number;
  depth: number;
}

/** Cost of a piece, and the largest product of repetitions inside it. */
interface Piece {
  readonly size: number;
  readonly repeats: number;
}

class Fault extends Error {
  readonly offset: number;
  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = offset;
  }
}

const simpleEscapes = new Set([..."dDwWsSbBAzaftnrv"]);
const classEscapes = new Set([..."dDwWsSaftnrv"]);
const posixClasses = new Set([
  ...["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper"],
  ...["word", "xdigit"],
]);
/** General categories and the scripts that people write; RE2 knows more scripts, but one that it lacks would fail in the engine. */
const unicodeClasses = new Set([
  ...[
    "Any",
    "C",
    "Cc",
    "Cf",
    "Co",
    "Cs",
    "L",
    "Ll",
    "Lm",
    "Lo",
    "Lt",
    "Lu",
    "M",
    "Mc",
    "Me",
    "Mn",
    "N",
    "Nd",
    "Nl",
    "No",
  ],
  ...["P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs"],
  ...["Arabic", "Armenian", "Bengali", "Bopomofo", "Common", "Cyrillic", "Devanagari", "Georgian", "Greek", "Gujarati"],
  ...["Han", "Hangul", "Hebrew", "Hiragana", "Katakana", "Khmer", "Lao", "Latin", "Mongolian", "Myanmar", "Tamil"],
  ...["Telugu", "Thai", "Tibetan"],
]);

const one: Piece = { size: 1, repeats: 1 };
/** A group like `(?i)`: nothing that could be repeated. */
const flagsOnly: Piece = { size: 0, repeats: 1 };

const hexEscape = (walk: Walk, start: number): Piece => {
  const match = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(walk.pattern.slice(start, start + 12));
  if (match === null) throw new Fault(start, 'after "\\x" come two hex digits or {1 to 6 of them}');
  if (Number.parseInt(match[1] ?? match[2] ?? "0", 16) > 0x10ffff)
    throw new Fault(start, "the code point is beyond U+10FFFF");
  walk.at = start + match[0].length;
  return one;
};

const unicodeEscape = (walk: Walk, start: number): Piece => {
  const match = /^\\[pP](?:\{\^?(\w+)\}|(\w))/.exec(walk.pattern.slice(start, start + 24));
  const name = match?.[1] ?? match?.[2] ?? "";
  if (match === null || !unicodeClasses.has(name)) throw new Fault(start, `there is no Unicode class "${name}"`);
  walk.at = start + match[0].length;
  return { size: unicodeClassSize, repeats: 1 };
};

const escapeSequence = (walk: Walk, inClass: boolean): Piece => {
  const start = walk.at;
  const next = walk.pattern.charAt(start + 1);
  if (next === "") throw new Fault(start, "the backslash at the end escapes nothing");
  if (next === "x") return hexEscape(walk, start);
  if (next === "p" || next === "P") return unicodeEscape(walk, start);
  if (/[1-9]/.test(next)) throw new Fault(start, `back-references like "\\${next}" do not exist in RE2`);
  const isKnown = (inClass ? classEscapes : simpleEscapes).has(next) || /^[!-/:-@[-`{-~]$/.test(next);
  if (!isKnown) throw new Fault(start, `the escape "\\${next}" does not exist in RE2`);
  walk.at += 2;
  return "DWS".includes(next) ? { size: multiByteSize, repeats: 1 } : one;
};

const classMember = (walk: Walk): { readonly size: number; readonly code: number | undefined } => {
  const { pattern } = walk;
  const posix = /^\[:\^?([a-z]+):\]/.exec(pattern.slice(walk.at, walk.at + 16));
  if (posix !== null) {
    if (!posixClasses.has(posix[1] ?? "")) throw new Fault(walk.at, `there is no class ${posix[0]}`);
    walk.at += posix[0].length;
    return { size: 1, code: undefined };
  }
  if (pattern.startsWith("[:", walk.at))
    throw new Fault(walk.at, '"[:" starts a class like [:alpha:]; escape the bracket');
  if (pattern.charAt(walk.at) !== "\\") {
    const code = pattern.codePointAt(walk.at) ?? 0;
    walk.at += code > 0xffff ? 2 : 1;
    return { size: 1, code };
  }
  const start = walk.at;
  const { size } = escapeSequence(walk, true);
  const text = pattern.slice(start + 1, walk.at);
  if (/^x/.test(text)) return { size, code: Number.parseInt(text.replace(/[x{}]/g, ""), 16) };
  return { size, code: classEscapes.has(text) && "dDwWsS".includes(text) ? undefined : escapedCode(text) };
};

const controlCodes: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const escapedCode = (text: string): number | undefined =>
  text.length > 1 ? undefined : (controlCodes[text] ?? text.codePointAt(0));

const characterClass = (walk: Walk): Piece => {
  const open = walk.at;
  walk.at += 1;
  const isNegated = walk.pattern.charAt(walk.at) === "^";
  if (isNegated) walk.at += 1;
  let size = isNegated ? multiByteSize : 1;
  let isFirst = true;
  while (isFirst || walk.pattern.charAt(walk.at) !== "]") {
    if (walk.at >= walk.pattern.length) throw new Fault(open, 'the "[" is not closed');
    isFirst = false;
    const start = walk.at;
    const low = classMember(walk);
    size += low.size;
    if (walk.pattern.charAt(walk.at) !== "-" || walk.pattern.charAt(walk.at + 1) === "]") continue;
    if (low.code === undefined) continue;
    walk.at += 1;
    if (walk.at >= walk.pattern.length) throw new Fault(open, 'the "[" is not closed');
    const high = classMember(walk);
    if (high.code === undefined || high.code < low.code) throw new Fault(start, "the range runs backwards");
    size += high.code > 0x7f ? multiByteSize : 1;
  }
  walk.at += 1;
  return { size, repeats: 1 };
};

const group = (walk: Walk): Piece => {
  const open = walk.at;
  walk.at += 1;
  if (walk.pattern.charAt(walk.at) === "?") {
    const head = /^\?(?:P?<\w+>|[imsU]*(?:-[imsU]+)?:|:)/.exec(walk.pattern.slice(walk.at));
    const flags = /^\?[imsU]+(?:-[imsU]+)?\)/.exec(walk.pattern.slice(walk.at));
    if (head === null && flags === null) throw new Fault(open, groupReason(walk.pattern.slice(open)));
    walk.at += (flags ?? head)?.[0].length ?? 0;
    if (flags !== null) return flagsOnly;
  }
  walk.depth += 1;
  if (walk.depth > 50) throw new Fault(open, "groups are nested deeper than 50 levels");
  const inner = alternatives(walk);
  walk.depth -= 1;
  if (walk.pattern.charAt(walk.at) !== ")") throw new Fault(open, 'the "(" is not closed');
  walk.at += 1;
  return { size: inner.size + 2, repeats: inner.repeats };
};

const groupReason = (text: string): string =>
  /^\(\?<?[=!]/.test(text) ? "look-around does not exist in RE2" : `a group cannot start with "${text.slice(0, 3)}"`;

const bracesAt = ({ pattern, at }: Walk): RegExpExecArray | null =>
  /^\{(\d+)(,(\d*))?\}/.exec(pattern.slice(at, at + 24));

const atom = (walk: Walk): Piece => {
  const character = walk.pattern.charAt(walk.at);
  if (character === "(") return group(walk);
  if (character === "[") return characterClass(walk);
  if (character === "\\") return escapeSequence(walk, false);
  if ("*+?".includes(character) || bracesAt(walk) !== null) {
    throw new Fault(walk.at, `there is nothing before "${character}" to repeat`);
  }
  const code = walk.pattern.codePointAt(walk.at) ?? 0;
  walk.at += code > 0xffff ? 2 : 1;
  return character === "." ? { size: multiByteSize, repeats: 1 } : one;
};

/** The repetition at the walk's place: the most times that it unrolls its piece; undefined when there is none. */
const repetition = (walk: Walk): number | undefined => {
  const braces = bracesAt(walk);
  if (braces === null && !/^[*+?]/.test(walk.pattern.slice(walk.at, walk.at + 1))) return undefined;
  const start = walk.at;
  walk.at += braces?.[0].length ?? 1;
  const low = Number(braces?.[1] ?? 1);
  const high = Number(braces?.[3] === undefined || braces[3] === "" ? low : braces[3]);
  if (high < low || Math.max(low, high) > repeatMax) {
    throw new Fault(start, `repetitions run from 0 to ${repeatMax}, the smaller number first`);
  }
  if (walk.pattern.charAt(walk.at) === "?") walk.at += 1;
  return Math.max(1, high);
};

const sequence = (walk: Walk): Piece => {
  let size = 0;
  let repeats = 1;
  while (walk.at < walk.pattern.length && !"|)".includes(walk.pattern.charAt(walk.at))) {
    const start = walk.at;
    const piece = atom(walk);
    const repeated = repetition(walk);
    if (repeated !== undefined && piece === flagsOnly) throw new Fault(start, "flags cannot be repeated");
    const times = repeated ?? 1;
    if (repeated !== undefined && repetition(walk) !== undefined)
      throw new Fault(start, "one repetition cannot follow another");
    if (piece.repeats * times > repeatMax)
      throw new Fault(start, `nested repetitions multiply to more than ${repeatMax}`);
    size += piece.size * times;
    repeats = Math.max(repeats, piece.repeats * times);
    if (size > sizeMax) throw new Fault(start, "the expression is too large; use fewer or smaller repetitions");
  }
  return { size, repeats };
};

const alternatives = (walk: Walk): Piece => {
  let { size, repeats } = sequence(walk);
  while (walk.pattern.charAt(walk.at) === "|") {
    walk.at += 1;
    const next = sequence(walk);
    size += next.size + 1;
    repeats = Math.max(repeats, next.repeats);
  }
  return { size, repeats };
};

/**
 * Checks a pattern against RE2's syntax and our bounds on its size; undefined when the engine will take it.
 *
 * @example regexFault("(?=x)") // { offset: 0, reason: "look-around does not exist in RE2" }
 */
export function regexFault(pattern: string): RegexFault | undefined {
  if (pattern.length === 0) return { offset: 0, reason: "it is empty" };
  if (pattern.length > patternLengthMax)
    return { offset: patternLengthMax, reason: `it exceeds ${patternLengthMax} characters` };
  const walk: Walk = { pattern, at: 0, depth: 0 };
  try {
    alternatives(walk);
    return walk.at < pattern.length ? { offset: walk.at, reason: 'the ")" closes nothing' } : undefined;
  } catch (error) {
    if (error instanceof Fault) return { offset: error.offset, reason: error.message };
    throw error;
  }
}
