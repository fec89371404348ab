/** Units of a duration as people write it, in milliseconds. */
export const durationUnitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A hundred years: longer durations are typing errors. */
const durationMaxMs = 100 * 366 * 86_400_000;

/**
 * Reads a duration: numbers with units, largest first or not (`15m`, `1h30m`, `1.5d`). Milliseconds; undefined when it is none, zero, or
 * longer than a hundred years.
 *
 * @example parseDuration("1h30m") // 5_400_000
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^(?:\d{1,15}(?:\.\d{1,9})?(?:ms|[smhdw]))+$/.test(trimmed) || trimmed.length > 100) return undefined;
  let totalMs = 0;
  for (const [, amount = "0", unit = "ms"] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    totalMs += Number(amount) * (durationUnitsMs[unit] ?? 0);
  }
  const rounded = Math.round(totalMs);
  return rounded > 0 && rounded <= durationMaxMs ? rounded : undefined;
}
