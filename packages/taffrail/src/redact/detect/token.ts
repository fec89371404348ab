import { anyCase, type Detector, eachMatch, type Found, wordStart } from "./detector.ts";
import { type Provider, providers } from "./providers.ts";

/** What stands after "bearer" or "basic" when people write about the scheme instead of using it. */
const prose: ReadonlySet<string> = new Set(
  `access auth authentication authorization challenge credential credentials error expired failed format header headers html http https id info
  information invalid is login missing mode needed not required scheme schemes security support supported token tokens type usage used user users
  was without`.split(/\s+/),
);

const schemes = `[bB](?:${anyCase("earer")}|${anyCase("asic")})|N(?:egotiate|TLM)`;
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const printable = /^[\x20-\x7e\u00a0-\uffff]+$/;

/** True for base64 of `user:password`. */
function isBasic(credentials: string): boolean {
  if (!base64.test(credentials)) return false;
  const decoded = Buffer.from(credentials, "base64").toString("latin1");
  return decoded.includes(":") && printable.test(decoded);
}

/** A word as it stands in prose; tokens have digits, capitals inside or marks. */
const plainWord = /^[A-Z]?[a-z]{1,7}[.,;:!?]?$/;

function isCredential(scheme: string, value: string): boolean {
  const word = value.replace(/[.,;:!?)]+$/, "").toLowerCase();
  if (prose.has(word) || plainWord.test(value)) return false;
  return scheme.toLowerCase() === "basic"
    ? isBasic(value.replace(/[.,;:]+$/, "")) || value.length > 40
    : value.length >= 6;
}

const wholeOf = ({ lead, anchor, body }: Provider): string => `${wordStart}${lead}${anchor}${body}`;
const jwt = "eyJ[A-Za-z0-9_\\-]{8,4095}(?:\\.[A-Za-z0-9_\\-]{0,8191}){1,4}";

/** The families one after the other: a single pattern of them all would try each at every character. */
function findFamilies(families: readonly RegExp[], text: string, found: Found): void {
  for (const family of families) {
    eachMatch(family, text, (match) => found(match.index, match.index + match[0].length));
  }
}

/**
 * Finds access tokens: JSON web tokens, credentials after an authentication scheme, and tokens of providers that mark theirs.
 *
 * @example createTokenDetector().find("Authorization: Bearer abc.def-123", (start, end) => console.log(start, end)) // 22 33
 */
export function createTokenDetector(): Detector {
  const families = providers.map((family) => new RegExp(wholeOf(family), "g"));
  const tokens = new RegExp(`${wordStart}${jwt}`, "g");
  const credentials = new RegExp(`${wordStart}(${schemes})[ \\t]{1,4}([^\\s"'\`,\\\\<>]{1,8191})`, "g");
  return {
    name: "token",
    hints: [
      ...providers.map(({ first, lead, anchor, body }) => ({
        first,
        pattern: `${anchor}(?<=${wordStart}${lead}${anchor})(?=${body})`,
      })),
      { first: "J", pattern: "J(?<=eyJ)" },
      { first: "bBN", pattern: `(?:${schemes})[ \\t]` },
    ],
    find(text, found) {
      findFamilies(families, text, found);
      eachMatch(tokens, text, (match) => found(match.index, match.index + match[0].length));
      eachMatch(credentials, text, (match) => {
        const [all, scheme = "", value = ""] = match;
        const start = match.index + all.length - value.length;
        if (isCredential(scheme, value)) found(start, start + value.length);
      });
    },
  };
}
