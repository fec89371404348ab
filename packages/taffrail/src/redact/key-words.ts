import { plainText } from "./plain-text.ts";

/** Longer keys are judged by their last part. */
const keyLength = 128;
const wordCount = 16;

/** Boundaries inside a key: `apiKey` → `api Key`, `APIKey` → `API Key`, `oauth2Token` → `oauth 2 Token`. */
const humps = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])/g;
const separators = /[^\p{L}\p{N}]+/u;

/**
 * The words of a key in lower case, split where case, digits or separators say so.
 *
 * @example splitKey("X-Api-Key2") // ["x", "api", "key", "2"]
 */
function splitKey(key: string): readonly string[] {
  return plainText(key.slice(-keyLength))
    .replace(humps, " ")
    .toLowerCase()
    .split(separators)
    .filter((word) => word !== "")
    .slice(-wordCount);
}

/**
 * The form in which two names are the same name: `apiKey`, `api_key` and `API-KEY` are `apikey`.
 *
 * @example looseName("API-KEY") // "apikey"
 */
export function looseName(key: string): string {
  return plainText(key).toLowerCase().split(separators).join("");
}

/** Words of sensitive keys. */
export interface KeyWords {
  /** Joined words that make a key sensitive wherever they stand in it, unless what follows says that it is about the secret only. */
  readonly within: ReadonlySet<string>;
  /** Names that are sensitive only when they are the whole key. */
  readonly whole: ReadonlySet<string>;
  /** Ends of words that are written in one, as in `dbpassword` and `clientsecret`. */
  readonly ends: readonly string[];
}

/** A key that goes on with one of these tells something about the secret, not the secret: `tokenType`, `password_reset_at`. */
const about: ReadonlySet<string> = new Set(
  `about accept age algorithm allowed at attempts banner changed check class consent count created created_at date days disabled domain duration enabled
  endpoint error errors exists expired expires expiration expiry failed failures field file format hint host id ids in index invalid is issuer kind
  label length level limit list location manager max min missing mode model name names needed on path policy port position provider ratio rate
  required reset rotated rotation rule rules santa scheme scope scopes seconds sent subject template service set size source state status store strength time timeout ttl
  type types updated uri url usage used valid validation validator verified version visible window`.split(/\s+/),
);

/** A key that begins with one of these is a flag or a bound: `hasPassword`, `maxToken`. */
const flags: ReadonlySet<string> = new Set(
  "allow allowed can enable enabled has have is max maximum min minimum needs num number require required requires should show supports".split(
    " ",
  ),
);

/**
 * True when the key, read as words, names one of the sensitive things. Whole words count, not parts of words: `authors` is not `auth`.
 *
 * @example isSensitiveKey("userPassword", { within: new Set(["password"]), whole: new Set(), ends: [] }) // true
 * @example isSensitiveKey("passwordless", { within: new Set(["password"]), whole: new Set(), ends: [] }) // false
 */
export function isSensitiveKey(key: string, sensitive: KeyWords): boolean {
  const words = splitKey(key);
  const joined = words.join("");
  if (sensitive.whole.has(joined) || sensitive.within.has(joined)) return true;
  const isFlag = flags.has(words[0] ?? "");
  for (let start = 0; start < words.length; start++) {
    let name = "";
    for (let end = start; end < words.length; end++) {
      name += words[end];
      if (isFlag && start > 0) continue;
      if (!sensitive.within.has(name) && !(start === end && sensitive.ends.some((tail) => name.endsWith(tail))))
        continue;
      if (words.slice(end + 1).every((word) => !about.has(word))) return true;
    }
  }
  return false;
}
