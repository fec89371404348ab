import { levels } from "@taffrail/contracts";
import type { LevelSetting } from "../level-cell.ts";
import type { Logger } from "../logger.ts";

/**
 * True when the logger takes records of this level.
 *
 * @example isEnabled(log, "debug")
 */
export function isEnabled(log: Pick<Logger, "level">, level: LevelSetting): boolean {
  return log.level !== "off" && level !== "off" && levels.indexOf(level) >= levels.indexOf(log.level);
}

/** What was thrown, in a few words; the thing itself may throw again. */
export function readThrown(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
  } catch {
    return "error";
  }
}
