import { statfs } from "node:fs/promises";
import { limits } from "@taffrail/contracts";

/**
 * Bytes that the journal may hold: the setting, or for 0 a tenth of the disk that is free now, at most `limits.journalBudget`.
 *
 * @example await journalBudget(0, "/var/lib/taffrail/journal")
 */
export async function journalBudget(setting: number, dir: string): Promise<number> {
  if (setting > 0) return setting;
  const { bavail, bsize } = await statfs(dir);
  return Math.min(limits.journalBudget.value, Math.floor((bavail * bsize) / 10));
}
