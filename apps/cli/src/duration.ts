const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Reads a duration like `500ms`, `10s`, `15m`, `1h`, `7d` into milliseconds; undefined when it is none.
 *
 * @example parseDuration("1.5s") // 1500
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text.trim());
  const unit = unitMs[match?.[2] ?? ""];
  if (!match?.[1] || unit === undefined) return undefined;
  const value = Number(match[1]) * unit;
  return Number.isSafeInteger(Math.round(value)) ? Math.round(value) : undefined;
}
