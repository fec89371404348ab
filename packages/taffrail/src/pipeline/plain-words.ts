import { visible } from "../formats/visible.ts";
import { describe } from "../plugins/plugin-guard.ts";

/** Longest text that is told of one failure, in characters. */
const longest = 300;

/**
 * Text that may come from anywhere (a server's answer, an error of a sink) as one line of at most `characters` that commands no terminal.
 *
 * @example oneLine("no\nroom\u001b[2J", 100) // "no\\x0aroom\\x1b[2J"
 */
export function oneLine(text: string, characters: number): string {
  return visible(text.slice(0, characters)).replaceAll("\n", "\\x0a").replaceAll("\t", "\\x09").slice(0, characters);
}

/**
 * Whatever was thrown or answered, in a few plain words. Never throws, also not for objects that cannot be made text.
 *
 * @example plainWords(new Error("connection refused")) // "connection refused"
 */
export function plainWords(value: unknown): string {
  return oneLine(describe(value), longest);
}
