/** A piece of JSON text and what it is; `plain` is punctuation and blanks. */
export interface JsonPart {
  readonly kind: "key" | "string" | "number" | "word" | "plain";
  readonly text: string;
}

const piece = /("(?:\\.|[^"\\])*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/g;

function kindOf(match: RegExpExecArray): JsonPart["kind"] {
  if (match[1] !== undefined) return match[2] === undefined ? "string" : "key";
  return /^[-\d]/.test(match[0]) ? "number" : "word";
}

/**
 * Cuts JSON text into coloured pieces; joined they are the text again.
 *
 * @example jsonParts('{"a": 1}').map((part) => part.kind) // ["plain", "key", "plain", "number", "plain"]
 */
export function jsonParts(json: string): readonly JsonPart[] {
  const parts: JsonPart[] = [];
  let at = 0;
  for (const match of json.matchAll(piece)) {
    if (match.index > at) parts.push({ kind: "plain", text: json.slice(at, match.index) });
    const text = match[1] ?? match[0];
    parts.push({ kind: kindOf(match), text });
    at = match.index + text.length;
  }
  if (at < json.length) parts.push({ kind: "plain", text: json.slice(at) });
  return parts;
}
