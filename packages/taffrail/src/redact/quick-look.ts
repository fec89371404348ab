import { additions } from "./detect/secret-in-text.ts";
import type { DetectorName } from "./presets.ts";

/** Letters of names from the last one backward; by their character code. */
interface Branch {
  readonly next: (Branch | undefined)[];
  isEnd: boolean;
}

/** Names that are looked for before a sign, and what else is to be seen. */
export interface LookOptions {
  readonly detectors: ReadonlySet<DetectorName>;
  /** Names of secrets in loose form: they count before `:`, `=` and `>`. */
  readonly names: Iterable<string>;
}

/** What to do at a character. */
const nothing = 0;
const sign = 1;
const at = 2;
const digit = 3;
const mark = 4;
const percent = 5;
const backslash = 6;
const capital = 7;
const gap = 8;
const foreign = 9;

const backslashCode = 92;

/** Ends of the beginnings of tokens, by the mark after them: what stands before `_`, `-` and `.`. */
const tokenLeads: Readonly<Record<string, string>> = {
  _: `ghp gho ghu ghs ghr github_pat sk_live rk_live sk_test rk_test whsec npm dop_v1 doo_v1 dor_v1 shpat shpca shppa shpss lin_api ntn hf pscale_tkn
    pscale_pw pscale_oauth sbp sbs glsa glc sntrys sntryu phc phx figd figr figo dckr_pat dckr_oat`,
  "-": "xapp pypi GOCSPX sk key NRAK AGE",
  ".": "ya29 SG hvs hvb hvr",
};

function createBranch(): Branch {
  return { next: [], isEnd: false };
}

/** Lays names out backward; `fold` takes both cases of a letter. */
function plant(names: Iterable<string>, fold: boolean): Branch {
  const root = createBranch();
  for (const name of names) {
    let branch = root;
    for (let index = name.length - 1; index >= 0 && !branch.isEnd; index--) {
      const code = name.charCodeAt(index);
      const next = branch.next[code] ?? createBranch();
      branch.next[code] = next;
      if (fold) branch.next[name.charAt(index).toUpperCase().charCodeAt(0)] = next;
      branch = next;
    }
    branch.isEnd = true;
  }
  return root;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isBetween = (code: number): boolean => code === 32 || code === 95 || code === 45 || code === 46;

/** True when a name ends right before the position; separators between its letters are passed over. */
function endsAt(text: string, position: number, root: Branch): boolean {
  let branch: Branch | undefined = root;
  for (let index = position - 1; index >= 0; index--) {
    const code = text.charCodeAt(index);
    const next: Branch | undefined = branch.next[code];
    if (next !== undefined) {
      if (next.isEnd) return true;
      branch = next;
    } else if (!isBetween(code) || branch === root) return false;
  }
  return false;
}

function createKinds(detectors: ReadonlySet<DetectorName>): Uint8Array {
  const kinds = new Uint8Array(128);
  const set = (characters: string, kind: number): void => {
    for (const character of characters) kinds[character.charCodeAt(0)] = kind;
  };
  const has = (...names: readonly DetectorName[]): boolean => names.some((name) => detectors.has(name));
  set(":=>", sign);
  set("%", percent);
  set("\\", backslash);
  if (has("token", "private-key", "secret-in-text")) set("_-./", mark);
  if (has("token")) set("IJKCTNbBp", capital);
  if (has("email", "secret-in-url")) set("@", at);
  if (has("card", "phone", "iban", "ssn", "national-id", "ip")) set("0123456789", digit);
  if (has("phone")) set("+(", mark);
  if (has("card", "phone", "ssn", "national-id")) set(" \t", gap);
  return kinds;
}

/** Characters that show nothing or look like others. */
function isDisguise(code: number): boolean {
  if (code < 0x2000) {
    if (code < 0x600) return code === 0xa0 || code === 0xad || code === 0x34f;
    return (
      code === 0x61c || (code >= 0x660 && code <= 0x669) || (code >= 0x6f0 && code <= 0x6f9) || isRareDisguise(code)
    );
  }
  if (code <= 0x206f) return code <= 0x2015 || code >= 0x2028;
  if (code >= 0xfe00) return code <= 0xfe0f || code === 0xfe58 || code === 0xfe63 || code >= 0xfeff;
  return (
    (code <= 0x24ff && (code <= 0x209c || code === 0x2212 || code >= 0x2460)) || code === 0x3000 || code === 0xd835
  );
}

/** Digits of Indian and neighbouring scripts stand at the same places of blocks of 128; a few blank characters beside them. */
function isRareDisguise(code: number): boolean {
  if (code === 0x115f || code === 0x1160 || (code >= 0x17b4 && code <= 0x17e9) || (code >= 0x180b && code <= 0x1819))
    return true;
  if (code >= 0x966 && code <= 0xd6f) return (code & 0x7f) >= 0x66 && (code & 0x7f) <= 0x6f;
  return (code >= 0x7c0 && code <= 0x7c9) || (code >= 0xe50 && code <= 0xf29) || (code >= 0x1040 && code <= 0x1049);
}

/** How many letters, in a word of their own, lead up to the position; 0 when a longer word does. The letter of an escape (`\\n`) is not counted. */
function lettersBefore(text: string, position: number): number {
  let start = position;
  while (start > 0 && position - start < 8 && isLetter(text.charCodeAt(start - 1))) start -= 1;
  if (isDigit(text.charCodeAt(start - 1))) return 0;
  return position - start - (text.charCodeAt(start - 1) === backslashCode ? 1 : 0);
}

/** Where digits begin: an IBAN or a national id may begin with letters before them. */
function isLedByLetters(text: string, position: number): boolean {
  const count = lettersBefore(text, position);
  return count === 2 || count === 6;
}

/** True when one of the words ends with the character at the position. */
function isAfter(text: string, index: number, words: Branch): boolean {
  let branch: Branch | undefined = words;
  for (let back = index; back >= 0 && branch !== undefined; back--) {
    branch = branch.next[text.charCodeAt(back)];
    if (branch?.isEnd === true) return true;
  }
  return false;
}

/** `(` and `+` before digits are telephone numbers; `/`, `-`, `_` and `.` stand in tokens. */
function isMarkOfSecret(text: string, index: number, leads: Branch): boolean {
  const code = text.charCodeAt(index);
  const next = text.charCodeAt(index + 1);
  if (code === 40 || code === 43) return isDigit(next);
  if (code === 47) return text.startsWith("services/", index + 1) || text.startsWith("webhooks/", index + 1);
  if (code === 45 && (next === 45 || text.startsWith("us", index + 1))) return true;
  if (!isDigit(next) && !isLetter(next) && next !== 95 && next !== 45) return false;
  return isAfter(text, index, leads) || hasOpenLead(text, index, code);
}

const isWord = (code: number): boolean => isLetter(code) || isDigit(code) || code === 95 || code === 45;
const longWord = 17;

/** Beginnings of tokens that are no fixed words: `gl…-`, `xox.-`, `sq0…-`, and long words before a dot. */
function hasOpenLead(text: string, index: number, code: number): boolean {
  if (code === 46) {
    if (text.startsWith("dp", index - 2)) return true;
    let length = 0;
    while (length < longWord && isWord(text.charCodeAt(index - 1 - length))) length += 1;
    return length === longWord;
  }
  if (code !== 45 || !isLetter(text.charCodeAt(index - 1))) return false;
  if (text.startsWith("xox", index - 4) || text.startsWith("sq0", index - 6)) return true;
  return text.slice(Math.max(0, index - 11), index - 3).includes("gl");
}

/** The letter in the third place after `A`, `B`, `d`, `e` or `S` that makes the beginning of a token of it, by what stands before. */
function isTokenLetter(text: string, index: number): boolean {
  switch (text.charCodeAt(index)) {
    case 98:
    case 66:
      return isScheme(text, index);
    case 78:
      return text.startsWith("Nego", index) || text.startsWith("NTLM", index);
    case 73:
      return text.charCodeAt(index + 1) === 65 || text.startsWith("AIza", index - 1);
    case 67:
      return text.startsWith("ACCA", index - 1);
    case 74:
      return text.startsWith("eyJ", index - 2);
    case 75:
      return text.charCodeAt(index - 1) === 83;
    case 84:
      return text.startsWith("ATA", index - 3);
    default:
      return text.startsWith("dapi", index - 2);
  }
}

const laterLetters = 0x20;

/** `Bearer` and `Basic` in any case. */
function isScheme(text: string, index: number): boolean {
  const second = text.charCodeAt(index + 1) | laterLetters;
  const third = text.charCodeAt(index + 2) | laterLetters;
  const fourth = text.charCodeAt(index + 3) | laterLetters;
  return (second === 101 && third === 97 && fourth === 114) || (second === 97 && third === 115 && fourth === 105);
}

/** Steps back over what may stand between a name and its sign: quotes, brackets, spaces, and two digits of the name. */
function endOfName(text: string, signAt: number): number {
  let end = signAt;
  while (end > 0 && signAt - end < 6 && closing.has(text.charCodeAt(end - 1))) end -= 1;
  for (let count = 0; count < 2 && isDigit(text.charCodeAt(end - 1)); count++) end -= 1;
  return end;
}

const closing: ReadonlySet<number> = new Set([...`"'\\]) \t`].map((character) => character.charCodeAt(0)));

function isSignOfSecret(text: string, index: number, names: Branch, hasIp: boolean): boolean {
  if (text.charCodeAt(index) === 58) {
    let digits = 0;
    while (digits < 8 && isDigit(text.charCodeAt(index - 1 - digits))) digits += 1;
    if (digits === 8) return true;
    if (hasIp && text.lastIndexOf(":", index - 1) > index - 6) return true;
  }
  return endsAt(text, endOfName(text, index), names);
}

/** Digits, with separators between them, that a number of interest has at least; and digits in one piece. */
const leastDigits = 9;
const leastTogether = 7;
const leastAfterLetters = 6;

/**
 * Makes the look that decides whether a text is worth a closer one. It says yes too often rather than too seldom; a clean text costs one pass over
 * its characters.
 *
 * @example createQuickLook({ detectors: new Set(["secret-in-text"]), names: ["password"] })("password=x") // true
 */
export function createQuickLook({ detectors, names }: LookOptions): (text: string) => boolean {
  const kinds = createKinds(detectors);
  const nameEnds = plant([...names, ...additions], true);
  const leads = plant(
    Object.entries(tokenLeads).flatMap(([letter, words]) => words.split(/\s+/).map((word) => `${word}${letter}`)),
    false,
  );
  const hasIp = detectors.has("ip");

  const isSpecial = (text: string, index: number, kind: number): boolean => {
    switch (kind) {
      case sign:
        return isSignOfSecret(text, index, nameEnds, hasIp);
      case at:
        return index > 0 && text.charCodeAt(index - 1) > 32 && text.charCodeAt(index - 1) !== 47;
      case mark:
        return isMarkOfSecret(text, index, leads) || (hasIp && isInAddress(text, index));
      case capital:
        return isTokenLetter(text, index);
      case foreign:
        return isDisguise(text.charCodeAt(index));
      case percent:
        return isDigit(text.charCodeAt(index + 1)) || isLetter(text.charCodeAt(index + 1));
      default:
        return text.charCodeAt(index + 1) === 117 || text.charCodeAt(index + 1) === 120;
    }
  };

  return (text) => lookThrough(text, kinds, isSpecial);
}

type SpecialTest = (text: string, index: number, kind: number) => boolean;

function lookThrough(text: string, kinds: Uint8Array, isSpecial: SpecialTest): boolean {
  let counted = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const kind = code < 128 ? (kinds[code] ?? nothing) : foreign;
    if (kind === nothing || kind === gap) continue;
    if (kind !== digit) {
      if (isSpecial(text, index, kind)) return true;
    } else if (index >= counted) {
      counted = countDigits(text, index, kinds);
      if (counted === foundDigits) return true;
    }
  }
  return false;
}

const foundDigits = -1;

/** Counts the digits of a run, separators between them passed over. Gives the end of the run, or `foundDigits` when they may be a number of interest. */
function countDigits(text: string, start: number, kinds: Uint8Array): number {
  if (isLedByLetters(text, start)) return foundDigits;
  const least = lettersBefore(text, start - 1) === 2 ? leastAfterLetters : leastDigits;
  let total = 0;
  let together = 0;
  for (let index = start; index < text.length; index++) {
    const kind = kinds[text.charCodeAt(index)];
    if (kind === digit) {
      total += 1;
      together += 1;
      if (total >= least || together >= leastTogether) return foundDigits;
    } else if (kind === gap || kind === mark) together = 0;
    else return index;
  }
  return text.length;
}

/** A dot between digits, with a dot or the end of a group near: the inside of an IP address. */
function isInAddress(text: string, index: number): boolean {
  return text.charCodeAt(index) === 46 && isDigit(text.charCodeAt(index - 1)) && isDigit(text.charCodeAt(index + 1));
}
