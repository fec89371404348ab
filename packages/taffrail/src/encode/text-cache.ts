/**
 * The same text as a string of its own: a part of a longer string keeps all of that alive, and a joined one is slow to compare. Going through JSON
 * is the one way that always makes a new string, and the same one again, lone surrogates included.
 *
 * @example ownCopy(line.slice(0, 80)) // does not keep the line
 */
export function ownCopy(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

/**
 * Remembers what texts become, for texts that come again. It holds at most twice `size` of them: when the newer half is full, the older one is given
 * up, and what is asked for in the older one moves to the newer.
 */
export class TextCache {
  readonly #size: number;
  readonly #longest: number;
  #newer = new Map<string, string>();
  #older = new Map<string, string>();

  /** Texts that are longer than `longest` are not remembered. */
  constructor(size: number, longest: number) {
    this.#size = size;
    this.#longest = longest;
  }

  /** What was remembered for this text last. */
  get(text: string): string | undefined {
    if (text.length > this.#longest) return undefined;
    return this.#newer.get(text) ?? this.#renew(text);
  }

  set(text: string, value: string): void {
    if (text.length <= this.#longest) this.#add(ownCopy(text), ownCopy(value));
  }

  #renew(text: string): string | undefined {
    const value = this.#older.get(text);
    if (value !== undefined) this.set(text, value);
    return value;
  }

  #add(text: string, value: string): void {
    if (this.#newer.size >= this.#size) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(text, value);
  }
}
