import type { Redaction } from "../redact/redaction.ts";

/** Characters that do not stand for themselves in JSON text, and surrogates (a lone one is not valid UTF-8). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what JSON text must not hold.
const special = /["\\\u0000-\u001f\ud800-\udfff]/;
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
 * A key as it is written. Two keys that differ only in lone surrogates stay different: each becomes U+FFFD and its hexadecimal code.
 *
 * @example cleanKey("a") // "a"
 */
export function cleanKey(key: string): string {
  return special.test(key) ? key.replace(loneSurrogate, (lone) => `\ufffd${lone.charCodeAt(0).toString(16)}`) : key;
}

/** Writes an object key as JSON text. */
export function quoteKey(key: string): string {
  return quote(cleanKey(key));
}

/** Characters beyond a cut that are still looked into, so that a secret which the cut would break is found whole. */
const overlap = 512;

/** Whole numbers with fewer digits are no card number. */
const longNumber = 1e11;

/** Writes the texts of records: bounded, and without what redaction finds in them. */
export class TextWriter {
  readonly #limit: number;
  readonly #redact: Redaction["text"];
  readonly #number: Redaction["number"];

  constructor(limit: number, redaction: Pick<Redaction, "text" | "number">) {
    this.#limit = limit;
    this.#redact = redaction.text;
    this.#number = redaction.number;
  }

  /** A string as JSON text. Of one that is too long the rest is cut and its length told. */
  quote(text: string): string {
    return this.#redact === undefined && text.length <= this.#limit && !special.test(text)
      ? `"${text}"`
      : this.#quoteSlowly(text);
  }

  #quoteSlowly(text: string): string {
    const limit = this.#limit;
    const isLong = text.length > limit;
    let shown = isLong ? text.slice(0, limit + overlap) : text;
    if (this.#redact !== undefined) shown = this.#redact(shown);
    return isLong ? quote(`${shown.slice(0, limit)}… [${text.length - limit} more characters]`) : quote(shown);
  }

  /** A number as JSON text; one that JSON does not know becomes a string. */
  number(value: number): string {
    if (value - value !== 0) return `"${value}"`;
    if (this.#number !== undefined && (value >= longNumber || value <= -longNumber)) {
      const text = this.#number(value);
      if (text !== undefined) return quote(text);
    }
    return `${value}`;
  }

  /** A big integer as JSON text: a string of its digits, since readers of JSON lose those of a large number. */
  bigint(value: bigint): string {
    // Digits of a huge number take time that grows with their square.
    if (value > largestShown || value < -largestShown) return '"[Too large]"';
    const text = this.#number?.(value);
    return text === undefined ? `"${value}"` : quote(text);
  }
}

const largestShown = 2n ** 4096n;
