import { infoRank, warnRank } from "./ranks.ts";

/** What is left out while a buffer is nearly full: 0 nothing, 1 trace and debug, 2 also nine of ten info, 3 all below warn. */
export type SheddingStep = 0 | 1 | 2 | 3;

/** Shares of the buffer from which on the steps hold. */
const up: readonly number[] = [0.6, 0.8, 0.92];
/** Shares below which they end: lower, so that a step does not flicker. */
const down: readonly number[] = [0.4, 0.6, 0.75];

/** Of this many info records one is kept in step 2. */
const keptInfo = 10;

/**
 * The step that follows from the present one and the share of the buffer that is full.
 *
 * @example nextStep(0, 0.85) // 2
 */
export function nextStep(step: SheddingStep, fill: number): SheddingStep {
  let next: number = step;
  while (next < up.length && fill >= (up[next] ?? 1)) next += 1;
  while (next > 0 && fill < (down[next - 1] ?? 0)) next -= 1;
  return next as SheddingStep;
}

/**
 * The share of the buffer at which the step will rise; infinite in the last one.
 *
 * @example riseAt(0) // 0.6
 */
export function riseAt(step: SheddingStep): number {
  return up[step] ?? Number.POSITIVE_INFINITY;
}

/**
 * True when a record of this rank is left out. `info`: how many info records came in step 2 so far.
 *
 * @example isShed(1, 0, 0) // true
 */
export function isShed(step: SheddingStep, rank: number, info: number): boolean {
  if (step === 0 || rank >= warnRank) return false;
  if (rank < infoRank || step === 3) return true;
  return step === 2 && info % keptInfo !== 0;
}
