/** Characters at the end of a text that its place is computed from: where ids, line numbers and counters differ. */
const sampled = 8;

/** The same text, without what it may be a part of: an engine keeps a megabyte alive for ten characters that were cut out of it. */
function ownCopy(text: string): string {
  return ` ${text}`.slice(1);
}

/**
 * Remembers what texts become, for texts that come again. Each text has two places in a fixed table: texts that never come again push each other
 * out, cost no more than a look, and the table never grows.
 */
export class TextCache {
  readonly #mask: number;
  readonly #longest: number;
  readonly #texts: (string | undefined)[];
  readonly #values: string[];
  #at = 0;

  /** `size`: entries, a power of two. Texts that are longer than `longest` are not remembered. */
  constructor(size: number, longest: number) {
    this.#mask = size - 1;
    this.#longest = longest;
    this.#texts = new Array<string | undefined>(size).fill(undefined);
    this.#values = new Array<string>(size).fill("");
  }

  /** What was remembered for this text last. */
  get(text: string): string | undefined {
    const { length } = text;
    if (length > this.#longest) return undefined;
    let hash = length;
    for (let index = length > sampled ? length - sampled : 0; index < length; index++) {
      hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
    }
    hash = Math.imul(hash ^ text.charCodeAt(length >> 1), 0x9e3779b1);
    const at = (hash >>> 15) & this.#mask;
    this.#at = at;
    if (this.#texts[at] === text) return this.#values[at];
    return this.#texts[at ^ 1] === text ? this.#values[at ^ 1] : undefined;
  }

  /** Remembers for a text that `get` was asked for just now. The older one of its two places is given up. */
  set(text: string, value: string): void {
    if (text.length > this.#longest) return;
    const at = this.#at;
    this.#texts[at ^ 1] = this.#texts[at];
    this.#values[at ^ 1] = this.#values[at] ?? "";
    this.#texts[at] = ownCopy(text);
    this.#values[at] = ownCopy(value);
  }
}
