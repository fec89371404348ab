import { levels, severityOf } from "@taffrail/contracts";
import type { LevelFilter } from "../filter.ts";
import type { Construct } from "./construct.ts";

/** First and last index into `levels` that the filter takes in. */
const span = ({ operator, level }: LevelFilter): readonly [number, number] => {
  const at = levels.indexOf(level);
  if (operator === "=") return [at, at];
  if (operator === ">") return [at + 1, levels.length - 1];
  if (operator === ">=") return [at, levels.length - 1];
  return operator === "<" ? [0, at - 1] : [0, at];
};

const compileLevel = (filter: LevelFilter): string => {
  const [first, last] = span(filter);
  const low = levels[first];
  const high = levels[last];
  if (low === undefined || high === undefined || first > last) return "0";
  const graded = `SeverityNumber BETWEEN ${severityOf[low]} AND ${severityOf[high] + 3}`;
  const info = levels.indexOf("info");
  // Unset (0) and impossible numbers count as info.
  return first <= info && info <= last ? `(${graded} OR SeverityNumber = 0 OR SeverityNumber > 24)` : graded;
};

/** `level:warn`, `level:>=warn`: trace < debug < info < warn < error < fatal. */
export const level: Construct<LevelFilter> = {
  print: (filter) => `level:${filter.operator === "=" ? "" : filter.operator}${filter.level}`,
  compile: compileLevel,
  fields: () => [{ in: "column", name: "level" }],
};
