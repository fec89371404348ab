import { type Detector, eachMatch, type Found, type Hint } from "./detector.ts";
import { endOfNames } from "./name-tails.ts";
import { createValueReader, type Ending, type ValueReader } from "./value-end.ts";

/** Asks whether a name, as it stands in a text, is that of a secret. In prose (`name: value`) fewer names count than in `name=value`. */
export type NameTest = (name: string, isProse: boolean) => boolean;

/** Between a name and the sign after it: closing quotes (escaped ones too), brackets, spaces. */
const afterName = `["'\\\\\\]) \\t]{0,6}`;
const nameLength = 64;

/** First words of what follows a colon when the text speaks of a secret without telling it. */
const prose: ReadonlySet<string> = new Set(
  `a an and any are array bigint boolean cannot change changed could denied did does empty end error exceeded expected expired failed failure for found function generated got granted has have if in incorrect invalid is it its length malformed missing mismatch must n/a need no none not null number object of ok
  on or rejected required revoked rotated should some string supplied symbol the too undefined unexpected unknown unsupported unset updated use used
  accepted checking complete completed created disabled enabled issued passed pending present provided received refreshed renewed skipped started
  succeeded success successful user using valid void was weak when will with wrong yes`.split(/\s+/),
);
const nothing = /^(?:null|nil|none|undefined|true|false|yes|no|nan|n\/a|%[a-z]|\{\}|\?|-+|\*+|x{3,}|\.{2,}|…)$/i;
const marked = /^[[<(]?(?:redacted|masked|hidden|filtered|removed)(?::? ?[\w ]{1,40})?[\])>]?$/i;
const startsMarked = /^[ \t"'\\]{0,12}[[<(](?:redacted|masked|hidden|filtered|removed)(?::? ?[\w ]{1,40})?[\])>]/i;
const onlySigns = /^[^A-Za-z0-9\u0080-\uffff]{0,2}$/;
const headerNames = /auth/i;
const lineNames = /cookie|phrase|mnemonic/i;
const scheme =
  /^(?:basic|bearer|digest|negotiate|ntlm|token|apikey|aws4-hmac-sha256|hmac|signature|oauth|hawk|scram-sha-256)[ \t]/i;

/** How names of secrets go on, beside their own ends: `passwordHash`, `token_value`, `secret key base`. */
export const additions: readonly string[] =
  "hash value header base string confirm confirmation encrypted plain raw again repeat prod production dev new old".split(
    " ",
  );

/** The names whose values are looked for, in loose form. */
export interface SecretNames {
  /** Names that may be the end of a longer one. */
  readonly ends: Iterable<string>;
  /** Names that must be whole. */
  readonly whole: Iterable<string>;
}

/** Source that matches a sign with one of the names before it. */
function signAfter({ ends, whole }: SecretNames): string {
  const own = `(?:${endOfNames(ends)}|(?<![A-Za-z])${endOfNames(whole)})`;
  const more = `(?:${own}[ _.\\-]?(?:${endOfNames(additions)}|[0-9]{1,2}))`;
  return `[:=>](?<=(?:${own}|${more})${afterName}[:=>])`;
}

/** Hints of texts in which one of the names is followed by `:`, `=` or `>`, or is an option of a command line. */
export function nameHints(names: SecretNames): readonly Hint[] {
  return [
    { first: ":=>", pattern: signAfter(names) },
    { first: "\\-", pattern: "--(?<!\\w--)(?=[A-Za-z])" },
  ];
}

interface Name {
  readonly text: string;
  readonly start: number;
  readonly isQuoted: boolean;
}

const nameCharacter = /[A-Za-z0-9_$\-\u0080-\uffff]/;

/** The name that ends before a sign, back over quotes and brackets. Quoted names are data, others may be prose. */
function nameBefore(text: string, sign: number): Name {
  let end = sign;
  while (end > 0 && sign - end < 6 && !nameCharacter.test(text.charAt(end - 1))) end -= 1;
  let start = end;
  while (start > 0 && end - start < nameLength && nameCharacter.test(text.charAt(start - 1))) start -= 1;
  return { text: text.slice(start, end), start, isQuoted: /["'`]/.test(text.slice(end, sign)) };
}

const wordsBefore = /(?:^|[^A-Za-z])((?:[A-Za-z]{1,20} ){1,2})$/;

/** How the value after the name ends, or undefined when no value is meant there. */
function endingOf(
  text: string,
  sign: number,
  name: Name,
): { readonly ending: Ending; readonly at: number } | undefined {
  const character = text.charAt(sign);
  const next = text.charAt(sign + 1);
  if (character === ">") return text.charAt(name.start - 1) === "<" ? { ending: "tag", at: sign + 1 } : undefined;
  if (character === ":" && (next === ":" || text.startsWith("//", sign + 1) || text.charAt(sign - 1) === ":")) {
    return undefined;
  }
  const at = next === ">" || next === "=" ? sign + 2 : sign + 1;
  if (lineNames.test(name.text)) return { ending: "line", at };
  return { ending: character === "=" ? "assignment" : "word", at };
}

/** True when the value says that there is no secret: a placeholder, a mask, or (in prose) an ordinary word. */
function isHarmless(value: string, isProse: boolean, name: string): boolean {
  if (value === "" || nothing.test(value) || marked.test(value)) return true;
  if (!isProse) return false;
  const word = /^[^\s.,;:!?)'"]{0,20}/.exec(value)?.[0].toLowerCase() ?? "";
  return prose.has(word) || onlySigns.test(value) || (/^pass$/i.test(name) && /^\d{1,4}\b/.test(value));
}

function findAt(text: string, sign: number, read: ValueReader, test: NameTest, found: Found): number {
  const name = nameBefore(text, sign);
  const place = name.text === "" ? undefined : endingOf(text, sign, name);
  if (place === undefined) return sign;
  const isProse = text.charAt(sign) === ":" && !name.isQuoted && place.ending !== "tag";
  const phrase =
    wordsBefore
      .exec(text.slice(Math.max(0, name.start - 48), name.start))?.[1]
      ?.trim()
      .split(" ") ?? [];
  const names = [name.text, ...phrase.map((_, index) => `${phrase.slice(index).join("")}${name.text}`)];
  if (!names.some((candidate, index) => test(candidate, isProse || index > 0))) return sign;
  if (startsMarked.test(text.slice(place.at, place.at + 80))) return sign;
  const isHeader = headerNames.test(name.text) && scheme.test(text.slice(place.at, place.at + 32).trimStart());
  const span = read(text, place.at, isHeader ? "line" : place.ending);
  if (span === undefined) return sign;
  const value = text.slice(span.start, span.end);
  if (isHarmless(value, isProse && !span.isDelimited, name.text) || (isProse && onlySigns.test(value))) return sign;
  found(span.start, span.end);
  return Math.max(sign, span.end - 1);
}

/**
 * Finds values that stand beside the name of a secret, in whatever notation: `password=x`, `pwd: x`, JSON (also inside JSON), XML, headers,
 * options of command lines.
 *
 * @example createSecretInTextDetector(isSecretName, { ends: ["pwd"], whole: [] }).find("pwd: x", (start, end) => console.log(start, end)) // 5 6
 */
export function createSecretInTextDetector(test: NameTest, names: SecretNames): Detector {
  const signs = new RegExp(signAfter(names), "g");
  const options = /(?<![\w-])--([A-Za-z][\w-]{1,60})[ \t]+(?=[^\s-])/g;
  const read = createValueReader();
  return {
    name: "secret-in-text",
    hints: nameHints(names),
    find(text, found) {
      eachMatch(signs, text, (match) => {
        signs.lastIndex = Math.max(signs.lastIndex, findAt(text, match.index, read, test, found) + 1);
      });
      eachMatch(options, text, (match) => {
        if (!test(match[1] ?? "", false)) return;
        const span = read(text, match.index + match[0].length, "assignment");
        if (span !== undefined) found(span.start, span.end);
      });
    },
  };
}
