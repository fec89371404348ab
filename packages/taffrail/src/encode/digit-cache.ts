/** Places of the cache; a power of two. */
const size = 4096;

/**
 * The decimal digits of numbers, remembered for fractions that come again (durations that were rounded, shares). The engine has such a memory of its
 * own, good for whole numbers, but numbers like 12.25 all share a few of its places, and making digits anew costs more than the rest of a field.
 *
 * @example new DigitCache().of(12.25) // "12.25"
 */
export class DigitCache {
  readonly #numbers = new Float64Array(size).fill(Number.NaN);
  readonly #texts: string[] = new Array<string>(size).fill("");
  readonly #number = new Float64Array(1);
  readonly #halves = new Int32Array(this.#number.buffer);

  of(value: number): string {
    if ((value | 0) === value) return `${value}`;
    this.#number[0] = value;
    const mixed = Math.imul((this.#halves[0] ?? 0) ^ (this.#halves[1] ?? 0), 0x9e3779b1);
    const place = mixed >>> 20;
    if (this.#numbers[place] === value) return this.#texts[place] ?? "";
    const text = `${value}`;
    this.#numbers[place] = value;
    this.#texts[place] = text;
    return text;
  }
}
