import type { Random } from "@taffrail/contracts";

/** What a proof gets: how much to do, with which randomness, and where to print. */
export interface ProofContext {
  readonly count: number;
  readonly seed: number;
  readonly random: Random;
  /** True in the small share that CI runs. */
  readonly share: boolean;
  /** A folder that is removed afterwards. */
  readonly folder: string;
  say(line: string): void;
}

/** The verdict of a proof: figures to print, and what is wrong if anything is. */
export interface Verdict {
  readonly figures: Readonly<Record<string, string | number>>;
  readonly faults: readonly string[];
}

/** One bar of an issue as a command: the same code at full count and, with a small share, in CI. */
export interface Proof {
  readonly name: string;
  readonly title: string;
  /** Commands that must be there (`strace`, `chromium`); without them the proof is skipped, and says so. */
  readonly needs: readonly string[];
  /** How many rounds: at full count, and in CI. A share of 0 keeps it out of CI, for the stated reason. */
  readonly counts: { readonly full: number; readonly share: number; readonly shareReason?: string };
  run(context: ProofContext): Promise<Verdict>;
}

/**
 * Prints a verdict as a user reads it: figures in a column, then the faults or "proved".
 *
 * @example renderVerdict({ figures: { rounds: 200 }, faults: [] }).at(-1) // "proved"
 */
export function renderVerdict(verdict: Verdict): readonly string[] {
  const names = Object.keys(verdict.figures);
  const width = Math.max(0, ...names.map((name) => name.length));
  const figures = names.map((name) => `  ${name.padEnd(width)}  ${verdict.figures[name]}`);
  return [
    ...figures,
    ...verdict.faults.map((fault) => `  FAULT: ${fault}`),
    verdict.faults.length === 0 ? "proved" : "NOT proved",
  ];
}
