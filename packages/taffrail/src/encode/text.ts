import type { Redaction } from "../redact/redaction.ts";
import { DigitCache } from "./digit-cache.ts";
import { TextCache } from "./text-cache.ts";
import { TraceCache } from "./trace-cache.ts";

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

/** Where the message of a stack ends and its frames begin; each frame is a line like the first. */
const firstFrame = "\n    at ";

/** Writes the texts of records: bounded, and without what redaction finds in them. */
export class TextWriter {
  readonly #limit: number;
  readonly #redact: Redaction["text"];
  readonly #number: Redaction["number"];
  /** Texts without secrets, as they are written: looking into a text costs much more than finding it here. Others are not kept. */
  readonly #known = new TextCache(4096, 128);
  readonly #frames = new TextCache(512, 256);
  readonly #traces = new TraceCache();
  readonly #digits = new DigitCache();
  #covered = 0;

  constructor(limit: number, redaction: Pick<Redaction, "text" | "number">) {
    this.#limit = limit;
    this.#redact = redaction.text;
    this.#number = redaction.number;
  }

  /** How many texts redaction has changed. */
  get covered(): number {
    return this.#covered;
  }

  /** A string as JSON text. Of one that is too long the rest is cut and its length told. */
  quote(text: string): string {
    if (this.#redact !== undefined) return this.#known.get(text) ?? this.#quoteScanned(text);
    return text.length <= this.#limit && !special.test(text) ? `"${text}"` : quote(this.#shown(text));
  }

  /**
   * The stack of an error as JSON text. Errors come from the same places again: the frames of a place are remembered together, and each by itself, while
   * the message before them is looked into as a whole.
   */
  quoteStack(stack: string): string {
    const start = stack.indexOf(firstFrame);
    if (start < 0 || stack.length > this.#limit) return this.quote(stack);
    const frames = stack.slice(start);
    return this.quote(stack.slice(0, start)).slice(0, -1) + (this.#traces.get(frames) ?? this.#quoteFrames(frames));
  }

  /** Frames, each with the line feed before it, and the quote after the last. */
  #quoteFrames(frames: string): string {
    const before = this.#covered;
    let out = "";
    for (let at = 0; at < frames.length; ) {
      const next = frames.indexOf("\n", at + 1);
      const end = next < 0 ? frames.length : next;
      out += this.#frame(frames.slice(at, end));
      at = end;
    }
    if (this.#covered === before) this.#traces.set(frames, `${out}"`);
    return `${out}"`;
  }

  #frame(line: string): string {
    const known = this.#frames.get(line);
    if (known !== undefined) return known;
    const before = this.#covered;
    const text = quote(this.#shown(line)).slice(1, -1);
    if (this.#covered === before) this.#frames.set(line, text);
    return text;
  }

  #quoteScanned(text: string): string {
    const before = this.#covered;
    const quoted = quote(this.#shown(text));
    if (this.#covered === before) this.#known.set(text, quoted);
    return quoted;
  }

  #shown(text: string): string {
    const limit = this.#limit;
    const isLong = text.length > limit;
    const seen = isLong ? text.slice(0, limit + overlap) : text;
    const shown = this.#redact?.(seen) ?? seen;
    if (shown !== seen) this.#covered += 1;
    return isLong ? `${shown.slice(0, limit)}… [${text.length - limit} more characters]` : shown;
  }

  /** A number as JSON text; one that JSON does not know becomes a string. */
  number(value: number): string {
    if (value - value !== 0) return `"${value}"`;
    if (this.#number !== undefined && (value >= longNumber || value <= -longNumber)) {
      const text = this.#number(value);
      if (text !== undefined) return quote(text);
    }
    return this.#digits.of(value);
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
