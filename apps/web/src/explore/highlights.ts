import { type Filter, parseQuery } from "@taffrail/query";

/** A stretch of a message, and whether the query asked for it. */
export interface MarkedPart {
  readonly text: string;
  readonly marked: boolean;
}

/** Words that are marked at most: a query of hundreds of alternatives is not read by its colours. */
const wordsMax = 20;

/** Bare words and phrases that a record may have been found by; what is excluded is never in it. */
function wordsOf(filter: Filter): readonly string[] {
  if (filter.kind === "word" || filter.kind === "phrase") return filter.text === "" ? [] : [filter.text];
  return filter.kind === "and" || filter.kind === "or" ? filter.filters.flatMap(wordsOf) : [];
}

/**
 * The pattern of what a query looks for in messages; undefined when it looks for nothing there.
 *
 * @example highlightPattern('timeout -level:debug')?.source // "timeout"
 */
export function highlightPattern(query: string): RegExp | undefined {
  const parsed = parseQuery(query);
  if (!parsed.ok || parsed.filter === undefined) return undefined;
  const words = [...new Set(wordsOf(parsed.filter))].slice(0, wordsMax);
  if (words.length === 0) return undefined;
  const longestFirst = words.sort((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"), "giu");
}

/**
 * Cuts a text where the pattern matches; joined, the parts are the text again.
 *
 * @example markParts("it timed out", /timed/giu).map((part) => part.marked) // [false, true, false]
 */
export function markParts(text: string, pattern: RegExp | undefined): readonly MarkedPart[] {
  if (pattern === undefined) return [{ text, marked: false }];
  const parts: MarkedPart[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index), marked: false });
    parts.push({ text: match[0], marked: true });
    at = match.index + match[0].length;
  }
  if (at < text.length || parts.length === 0) parts.push({ text: text.slice(at), marked: false });
  return parts;
}
