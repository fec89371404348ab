import type { DetectorName } from "../presets.ts";

/** Told about each secret: where it begins, and where it ends (exclusive). */
export type Found = (start: number, end: number) => void;

/** A place in a text from which a detector's find can be seen: a rare character, and what stands around it. */
export interface Hint {
  /** Characters the hint begins with, as the inside of a class of a regular expression. Rare ones keep clean texts cheap. */
  readonly first: string;
  /** Source of a regular expression that begins at such a character. */
  readonly pattern: string;
}

/** Finds one kind of secret in texts. */
export interface Detector {
  readonly name: DetectorName;
  /** In every text that holds something to find, one of these matches. */
  readonly hints: readonly Hint[];
  /** Reports what is found, in time that grows with the length of the text only. Finds may overlap. */
  find(text: string, found: Found): void;
}

/** Calls `each` with every match. The pattern must have the flag `g` and belong to the caller alone. */
export function eachMatch(pattern: RegExp, text: string, each: (match: RegExpExecArray) => void): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    each(match);
    if (match[0] === "") pattern.lastIndex += 1;
  }
}

/** Source that matches letters in either case: `ab` → `[aA][bB]`. A whole pattern without regard to case would cost every text. */
export function anyCase(letters: string): string {
  return letters.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
}

/**
 * Source for the beginning of a word. In text inside JSON text the letter of an escaped line break (`\\n`) stands before it, which is no part of it.
 */
export const wordStart = "(?<![A-Za-z0-9](?<!\\\\[bfnrt]))";
