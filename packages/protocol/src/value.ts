import type { LogRecord } from "@taffrail/contracts";

/**
 * A value as codecs read it. Beside the JSON values there are bigints, for 64-bit integers that a double would round: they are stored as their
 * exact digits.
 */
export type RecordValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly RecordValue[]
  | { readonly [key: string]: RecordValue };

/** Named values. Codecs make them without a prototype, so that a key like `__proto__` is a key like any other. */
export type RecordMap = { readonly [key: string]: RecordValue };

/** A map that is still being filled. */
export type OpenMap = { [key: string]: RecordValue };

/** A LogRecord as codecs read it: the same, but its maps may hold bigints. Every LogRecord is one. */
export interface DecodedRecord extends Omit<LogRecord, "resource" | "scopeAttributes" | "attributes"> {
  readonly resource: RecordMap;
  readonly scopeAttributes: RecordMap;
  readonly attributes: RecordMap;
}

/**
 * An empty map without a prototype.
 *
 * @example const attributes = openMap(); attributes["__proto__"] = "kept";
 */
export function openMap(): OpenMap {
  return Object.create(null) as OpenMap;
}

/** Whether a value is a map: not a list, not null. */
export function isMap(value: RecordValue | undefined): value is RecordMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether a value is nested deeper than `limit` levels. A list or map is one level; it never looks further than the limit.
 *
 * @example isDeeperThan([[1]], 1) // true
 */
export function isDeeperThan(value: RecordValue, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  for (const inner of Object.values(value as RecordMap)) if (isDeeperThan(inner, limit - 1)) return true;
  return false;
}

/** A double as its shortest decimal text; minus zero is zero. */
function numberText(value: number): string {
  return Object.is(value, -0) ? "0" : String(value);
}

/**
 * Replaces lone surrogates, which are not text and which the engine refuses, by U+FFFD.
 *
 * @example wellFormed("a\ud800") // "a\ufffd"
 */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

function jsonString(text: string): string {
  const json = JSON.stringify(text);
  return json.includes("\\ud") ? JSON.stringify(wellFormed(text)) : json;
}

function writeJson(value: RecordValue, out: string[]): void {
  if (typeof value === "bigint") out.push(value.toString());
  else if (typeof value === "number") out.push(Number.isFinite(value) ? numberText(value) : `"${value}"`);
  else if (typeof value === "string") out.push(jsonString(value));
  else if (typeof value !== "object" || value === null) out.push(String(value));
  else if (Array.isArray(value)) {
    out.push("[");
    for (const [index, inner] of value.entries()) {
      if (index > 0) out.push(",");
      writeJson(inner, out);
    }
    out.push("]");
  } else {
    out.push("{");
    for (const [index, [key, inner]] of Object.entries(value).entries()) {
      out.push(index > 0 ? "," : "", jsonString(key), ":");
      writeJson(inner, out);
    }
    out.push("}");
  }
}

/**
 * JSON text of a value, with exact integers; NaN and the infinities become strings, lone surrogates U+FFFD. The value must not be nested deeper than the stack bears:
 * check with isDeeperThan first.
 *
 * @example jsonText({ id: 9007199254740993n }) // '{"id":9007199254740993}'
 */
export function jsonText(value: RecordValue): string {
  const out: string[] = [];
  writeJson(value, out);
  return out.join("");
}

/**
 * A value as the plain text that is stored for it: strings as they are, numbers in decimal, lists and maps as JSON text.
 *
 * @example plainText(true) // "true"
 */
export function plainText(value: RecordValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value);
  if (typeof value === "object" && value !== null) return jsonText(value);
  return String(value);
}
