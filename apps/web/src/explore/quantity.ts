/**
 * A count as people read it.
 *
 * @example countWords(12408) // "12,408"
 */
export function countWords(count: number): string {
  return count.toLocaleString("en-US");
}

const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/**
 * A size in the unit that keeps it short.
 *
 * @example bytesWords(1_572_864) // "1.5 MiB"
 */
export function bytesWords(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  return `${size.toFixed(digits).replace(/\.0$/, "")} ${units[unit]}`;
}

/**
 * A stretch of time, roughly, as one says it while choosing it.
 *
 * @example roughly(576_000) // "9.6 minutes"
 */
export function roughly(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, "days"],
    [3_600_000, "hours"],
    [60_000, "minutes"],
    [1000, "seconds"],
  ];
  const [size, name] = units.find(([unit]) => ms >= 1.5 * unit) ?? [1, "ms"];
  return `${(ms / size).toFixed(1).replace(/\.0$/, "")} ${name}`;
}

/**
 * A length of time in the unit that keeps it short.
 *
 * @example elapsedWords(1234) // "1.2 s"
 */
export function elapsedWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
