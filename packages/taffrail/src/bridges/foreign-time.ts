/** Times nearer than this to the record's own say nothing more, in ms. */
const sameMs = 1000;

/**
 * The time that another logger gave a record, when it is not about now: a field that keeps it. `time` is a number of ms since 1970 or a text that
 * Date reads.
 *
 * @example originalTime(0, Date.now()) // { original_time: "1970-01-01T00:00:00.000Z" }
 */
export function originalTime(time: unknown, now: number): { readonly original_time: string } | undefined {
  const milliseconds = typeof time === "number" ? time : typeof time === "string" ? Date.parse(time) : Number.NaN;
  if (!(Math.abs(milliseconds - now) >= sameMs) || Math.abs(milliseconds) > 8.64e15) return undefined;
  return { original_time: new Date(milliseconds).toISOString() };
}
