/** What the word at the caret could be completed to, and which part of the text the completion replaces. */
export interface CompletionPlace {
  readonly kind: "field" | "value";
  /** The field whose value is being written; empty for a field name. */
  readonly field: string;
  /** What is written so far. */
  readonly prefix: string;
  readonly start: number;
  readonly end: number;
}

/** One line of the completion list. */
export interface Suggestion {
  readonly text: string;
  /** What goes into the query. */
  readonly insert: string;
  readonly detail: string;
}

/** Lines that the list shows at most. */
const suggestionsMax = 10;

const isBreak = (character: string | undefined): boolean => character === undefined || /[\s()]/.test(character);

/** Where the word at `caret` starts: after the last blank or bracket that stands outside quotes. */
function wordStart(text: string, caret: number): number {
  let start = 0;
  let quoted = false;
  for (let at = 0; at < caret; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && isBreak(character)) start = at + 1;
  }
  return start;
}

function wordEnd(text: string, start: number, caret: number): number {
  let quoted = (text.slice(start, caret).match(/"/g)?.length ?? 0) % 2 === 1;
  let end = caret;
  while (end < text.length && (quoted || !isBreak(text[end]))) {
    if (text[end] === '"') quoted = !quoted;
    end++;
  }
  return end;
}

/**
 * Finds what is being written at the caret: a field name, or the value of a field.
 *
 * @example completionAt("level:error serv", 16) // { kind: "field", field: "", prefix: "serv", start: 12, end: 16 }
 */
export function completionAt(text: string, caret: number): CompletionPlace {
  const from = wordStart(text, caret);
  const negated = text[from] === "-" && from < caret ? 1 : 0;
  const start = from + negated;
  const end = wordEnd(text, start, caret);
  const written = text.slice(start, caret);
  const colon = written.indexOf(":");
  if (colon <= 0 || written.startsWith('"')) return { kind: "field", field: "", prefix: written, start, end };
  const sign = /^(?:>=|<=|>|<)?"?/.exec(written.slice(colon + 1))?.[0] ?? "";
  const operator = sign.replace('"', "");
  return {
    kind: "value",
    field: written.slice(0, colon),
    prefix: written.slice(colon + 1 + sign.length),
    start: start + colon + 1 + operator.length,
    end,
  };
}

/** Writes a value so that the query takes it as one word: bare where that is safe, else in quotes. */
export function quoteValue(value: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_./@-]*$/u.test(value) && !/^(?:AND|OR|NOT|TO)$/.test(value)) return value;
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/**
 * Ranks candidates for what is written: those that start with it first, then those that contain it, in their own order; at most ten. A single
 * candidate that is written out already is no help and is left out.
 */
export function rankSuggestions(candidates: readonly Suggestion[], prefix: string): readonly Suggestion[] {
  const wanted = prefix.toLowerCase();
  const starts = candidates.filter((candidate) => candidate.text.toLowerCase().startsWith(wanted));
  const contains = candidates.filter((candidate) => candidate.text.toLowerCase().indexOf(wanted) > 0);
  const ranked = [...starts, ...contains].slice(0, suggestionsMax);
  return ranked.length === 1 && ranked[0]?.text === prefix ? [] : ranked;
}

/**
 * Puts a suggestion into the text and says where the caret belongs. After a field comes its value at once, after a value a blank.
 *
 * @example applySuggestion("serv", { kind: "field", field: "", prefix: "serv", start: 0, end: 4 }, "service:") // { text: "service:", caret: 8 }
 */
export function applySuggestion(
  text: string,
  place: CompletionPlace,
  insert: string,
): { readonly text: string; readonly caret: number } {
  const rest = text.slice(place.end);
  const gap = place.kind === "value" && !/^[\s)]/.test(rest) ? " " : "";
  const after = place.kind === "field" ? rest.replace(/^\S+/, "") : rest;
  const head = `${text.slice(0, place.start)}${insert}${gap}`;
  return { text: `${head}${after}`, caret: head.length };
}
