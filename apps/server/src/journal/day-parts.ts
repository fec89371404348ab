const dayMs = 86_400_000;
/** Days that one insert may touch: the engine refuses an insert into more than 100 partitions, and a day may hold several (by retention). */
export const daysPerInsert = 50;
/** End of the times the engine's nanosecond timestamps can hold. */
const timeEndMs = 9_223_372_036_854;

export interface DayPart {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Cuts a time range into runs of at most `days` UTC days. One undefined element means: no cut is needed. The first part starts at 0 and the last one
 * ends where time ends, so that a record slightly outside the stated range is in a part all the same. The same range gives the same parts each time.
 *
 * @example cutByDays(0, 400 * 86_400_000, 50).length // 9
 */
export function cutByDays(timeMinMs: number, timeMaxMs: number, days: number): readonly (DayPart | undefined)[] {
  const first = Math.floor(timeMinMs / dayMs);
  const last = Math.floor(timeMaxMs / dayMs);
  if (last - first < days) return [undefined];
  const parts: DayPart[] = [];
  for (let day = first; day <= last; day += days)
    parts.push({
      fromMs: parts.length === 0 ? 0 : day * dayMs,
      toMs: day + days > last ? timeEndMs : (day + days) * dayMs,
    });
  return parts;
}
