import { type Level, levels } from "@taffrail/contracts";

/** Ranks of the levels are their positions: trace 0 to fatal 5. Audit records stand above all of them. */
export const auditRank = 6;
export const errorRank = 4;
export const warnRank = 3;
export const infoRank = 2;
export const rankCount = 7;

/**
 * Least rank that passes a threshold; `off` lets only audit records pass.
 *
 * @example thresholdRank("warn") // 3
 */
export function thresholdRank(setting: Level | "off" | undefined): number {
  if (setting === undefined) return 0;
  return setting === "off" ? auditRank : levels.indexOf(setting);
}

/**
 * The level that a record of this rank carries in its line; audit records are of level `info`.
 *
 * @example levelOfRank(4) // "error"
 */
export function levelOfRank(rank: number): Level {
  return levels[rank] ?? "info";
}
