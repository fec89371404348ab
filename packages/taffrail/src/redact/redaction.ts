import type { Verdict } from "@taffrail/contracts";

/**
 * All redaction rules of a logger family, compiled. The encoder asks `place` when it meets a shape for the first time and remembers the answers for
 * as long as `version` stays the same; it passes every text it writes through `text`. Nothing here throws: what fails is masked.
 */
export interface Redaction {
  /** Raised by each change of the rules. Answers of `place` hold for one version. */
  readonly version: number;
  place(path: readonly string[]): Verdict;
  /** Undefined when no rule looks into texts: then nothing is looked into, at no cost. */
  readonly text: ((text: string) => string) | undefined;
}
