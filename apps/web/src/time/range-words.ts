import { parseDuration } from "@taffrail/contracts";
import type { TimeFormat } from "./format.ts";
import { durationWords, type TimeRange } from "./range.ts";

function writerFor(from: number, to: number, format: TimeFormat): (ms: number) => string {
  if (to - from < 5000) return format.millis;
  return from % 60_000 !== 0 || to % 60_000 !== 0 ? format.seconds : format.minutes;
}

/**
 * Says a range in few words: `Last 15 minutes`, `Nov 22 09:00 – 10:00`.
 *
 * @example rangeWords({ kind: "relative", since: "1h" }, format) // "Last hour"
 */
export function rangeWords(range: TimeRange, format: TimeFormat): string {
  if (range.kind === "relative") return `Last ${durationWords(parseDuration(range.since) ?? 0).replace(/^1 /, "")}`;
  const write = writerFor(range.from, range.to, format);
  const sameDay = format.date(range.from) === format.date(range.to - 1);
  const end = sameDay ? write(range.to) : `${format.shortDate(range.to)} ${write(range.to)}`;
  return `${format.shortDate(range.from)} ${write(range.from)} – ${end}`;
}
