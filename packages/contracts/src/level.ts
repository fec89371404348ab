/** The six levels of the OpenTelemetry log data model, from quiet to loud. */
export const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

/** A level name as it stands in a line, a query or a table. */
export type Level = (typeof levels)[number];

/** OpenTelemetry severity number of each level's lowest grade: `info` is 9, `info2` would be 10. */
export const severityOf: Readonly<Record<Level, number>> = {
  trace: 1,
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  fatal: 21,
};

/**
 * Names the level that a severity number belongs to. 0 (unset) and anything out of 1..24 count as `info`.
 *
 * @example levelOfSeverity(18) // "error"
 */
export function levelOfSeverity(severityNumber: number): Level {
  if (!(severityNumber >= 1 && severityNumber <= 24)) return "info";
  return levels[Math.floor((severityNumber - 1) / 4)] ?? "info";
}

const synonyms: Readonly<Record<Level, readonly string[]>> = {
  trace: ["silly"],
  debug: ["verbose", "http", "dbg"],
  info: ["information", "informational", "notice", "log", "audit"],
  warn: ["warning"],
  error: ["err", "severe"],
  fatal: ["critical", "crit", "alert", "emerg", "emergency", "panic"],
};

const byName: ReadonlyMap<string, Level> = new Map(
  levels.flatMap((level) => [level, ...synonyms[level]].map((name) => [name, level] as const)),
);

/**
 * Reads a level name in any case, with the field's usual synonyms (`WARNING`, `err`, `critical`, `verbose`). Unknown names give undefined.
 *
 * @example parseLevel("WARNING") // "warn"
 */
export function parseLevel(name: string): Level | undefined {
  return byName.get(name.toLowerCase());
}
