import type { IdSource } from "@taffrail/contracts";

/** Repeatable randomness: the same seed gives the same sequence on every machine. Not for secrets. */
export interface Random extends IdSource {
  readonly seed: number;
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  boolean(): boolean;
  /** One of the items; throws RangeError for an empty list. */
  pick<T>(items: readonly T[]): T;
  /** `length` UTF-16 units of any kind: ASCII, quotes, controls, letters of many scripts, pairs and lone surrogates. */
  text(length: number): string;
}

/** Mixes a counter into 32 well-spread bits (the finalizer of MurmurHash3 over a Weyl sequence). */
function mix(counter: number): number {
  let bits = counter | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const weyl = 0x9e3779b9;
/** Ranges of UTF-16 units that break careless encoders, beside plain text. */
const unitRanges: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0x20, 0x7e],
  [0x00, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x7f, 0xff],
  [0x400, 0x4ff],
  [0x2028, 0x2029],
  [0x4e00, 0x4eff],
  [0xd800, 0xdfff],
  [0xfff0, 0xffff],
];

/**
 * Makes randomness from a seed. Print the seed when a test fails.
 *
 * @example createRandom(42).integer(1, 6)
 */
export function createRandom(seed: number): Random {
  let counter = seed | 0;
  const bits = (): number => {
    counter = (counter + weyl) | 0;
    return mix(counter);
  };
  const next = (): number => bits() / 2 ** 32;
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const pick = <T>(items: readonly T[]): T => {
    const item = items[integer(0, items.length - 1)];
    if (items.length === 0) throw new RangeError("nothing to pick from");
    return item as T;
  };
  return {
    seed,
    next,
    integer,
    boolean: () => next() < 0.5,
    pick,
    hex: (bytes) => Array.from({ length: bytes }, () => integer(0, 255).toString(16).padStart(2, "0")).join(""),
    text: (length) =>
      Array.from({ length }, () => {
        const [low, high] = pick(unitRanges);
        return String.fromCharCode(integer(low, high));
      }).join(""),
  };
}
