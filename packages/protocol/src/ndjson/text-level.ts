import { parseSeverity, type Severity } from "./severity.ts";

/** How far behind the time a level is looked for. */
const tokensSeen = 6;
const charactersSeen = 300;

const shape = /^([[<(|]*)(?:[\w.-]{1,40}:)?([A-Za-z]{3,13})([1-8]?)([\]>)|]*)([:,-]?)$/;

/** Names that begin an ordinary sentence less often than they are a level. */
const plainNames = new Set(["trace", "debug", "info", "warn", "warning", "error", "err", "fatal"]);
/** Levels that are ordinary words too: they must be marked more clearly. */
const ordinary = new Set(["log", "http", "audit"]);

interface Place {
  readonly first: boolean;
  readonly next: string;
}

/** Whether a word stands where and how a level stands: in brackets, in capitals, before a colon or a dash, or first. */
function isMarked(word: string, marks: { brackets: boolean; end: string }, place: Place): boolean {
  if (marks.brackets) return true;
  const capital = word === word.toUpperCase();
  const name = word.toLowerCase();
  if (ordinary.has(name)) return name !== "http" && capital && marks.end === ":";
  if (capital || marks.end === ":" || marks.end === "-" || /^[-|:]$/.test(place.next)) return true;
  return place.first && plainNames.has(name);
}

function levelOfToken(token: string, place: Place): Severity | undefined {
  const [, before = "", word = "", grade = "", after = "", end = ""] = shape.exec(token) ?? [];
  const severity = word === "" ? undefined : parseSeverity(word);
  const brackets = before !== "" && after !== "";
  if (!severity || (grade !== "" && !brackets) || (/^\S+:\w+\W*$/.test(token) && !brackets)) return undefined;
  return isMarked(word, { brackets, end }, place) ? { ...severity, text: word + grade } : undefined;
}

/**
 * Finds the level in the text that follows a time: the first of a few words that is a level's name and is marked as such by brackets, capitals, a
 * colon or a dash behind it, or by its place at the start. `an info desk` has none.
 *
 * @example levelAfterTime("[123] ERROR:  relation is missing")?.text // "ERROR"
 */
export function levelAfterTime(text: string): Severity | undefined {
  const tokens = text.slice(0, charactersSeen).split(/\s+/, tokensSeen + 1);
  for (const [index, token] of tokens.slice(0, tokensSeen).entries()) {
    const severity = levelOfToken(token, { first: index === 0, next: tokens[index + 1] ?? "" });
    if (severity) return severity;
  }
  return undefined;
}
