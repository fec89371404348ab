/** A life this long, in milliseconds, counts as a sound one: the next end of the engine is again the first. */
export const steadyMs = 10_000;

const stepMs = 250;
const patientMs = 4000;
const hopelessAfter = 12;
const hopelessMs = 30_000;

/**
 * How long to wait before the engine is started again, by how often it ended in a row. At once after the first time, since most ends are single
 * events and ingest is waiting; never so long, for the first minute, that it would be away for five seconds.
 *
 * @example restartDelayMs(3) // 500
 */
export function restartDelayMs(failures: number): number {
  if (failures <= 1) return 0;
  if (failures > hopelessAfter) return hopelessMs;
  return Math.min(patientMs, stepMs * 2 ** (failures - 2));
}
