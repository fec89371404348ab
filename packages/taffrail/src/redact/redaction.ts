import type { Verdict } from "@taffrail/contracts";

/**
 * What is done at a place. Beside the verdicts of plugins there is one that only the allow-list needs: `inside` stands above an allowed place. What
 * is in the object or list there is decided further down; a value that is neither stands as `text`.
 */
export type PlaceVerdict = Verdict | { readonly action: "inside"; readonly text: string };

/**
 * All redaction rules of a logger family, compiled. The encoder asks `place` when it meets a shape for the first time and remembers the answers for
 * as long as `version` stays the same; it passes every text it writes through `text`. Nothing here throws: what fails is masked.
 */
export interface Redaction {
  /** Raised by each change of the rules. Answers of `place` hold for one version. */
  readonly version: number;
  place(path: readonly string[]): PlaceVerdict;
  /** Undefined when no rule looks into texts: then nothing is looked into, at no cost. */
  readonly text: ((text: string) => string) | undefined;
  /** The text to write instead of a whole number of twelve digits or more (a card number), or undefined when the number may stand. */
  readonly number?: ((value: number | bigint) => string | undefined) | undefined;
}
