import { limits, TaffrailError } from "@taffrail/contracts";
import { narrow } from "./otlp/decode-value.ts";
import { isDeeperThan, isMap, type OpenMap, openMap, type RecordMap, type RecordValue } from "./value.ts";

/** Numbers that a double may not hold: integers of 16 digits or more, or an exponent of three digits. Only after what may precede a value. */
const suspect = /[:[,\s]-?(?:\d{16,}(?![\d.eE])|[\d.]+[eE]\+?\d{3,})/;

/** Every string and every number of a JSON text, in order. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number's text that JSON.parse would change: integers beyond 2^53 and what overflows to an infinity. */
function isInexact(text: string): boolean {
  const value = Number(text);
  return !Number.isFinite(value) || (!Number.isSafeInteger(value) && /^-?\d+$/.test(text));
}

/** A string that does not occur in the text, to mark numbers by. */
function unusedMark(text: string): string {
  let mark = "\u2063#";
  while (text.includes(mark)) mark += "#";
  return mark;
}

function exactNumber(text: string): RecordValue {
  return Number.isFinite(Number(text)) ? narrow(BigInt(text)) : text;
}

function restore(value: RecordValue, mark: string): RecordValue {
  if (typeof value === "string") return value.startsWith(mark) ? exactNumber(value.slice(mark.length)) : value;
  if (Array.isArray(value)) return value.map((inner) => restore(inner, mark));
  if (!isMap(value)) return value;
  const map: OpenMap = openMap();
  for (const [key, inner] of Object.entries(value)) map[key] = restore(inner, mark);
  return map;
}

function parseExactly(text: string): RecordValue {
  const mark = unusedMark(text);
  const marked = text.replace(tokens, (token) =>
    token.charCodeAt(0) !== 0x22 && isInexact(token) ? `"${mark}${token}"` : token,
  );
  return restore(JSON.parse(marked) as RecordValue, mark);
}

/**
 * Parses JSON like JSON.parse (the last of duplicate keys wins), but keeps integers beyond 2^53 exact, as bigints, and numbers that overflow a
 * double as their text.
 *
 * @throws TaffrailError `malformed_json`; `record_too_deep` only where exact numbers need a second look at a value deeper than the limit.
 * @example parseJson('{"id":9007199254740993}') // { id: 9007199254740993n }
 */
export function parseJson(text: string): RecordValue {
  let value: RecordValue;
  try {
    value = JSON.parse(text) as RecordValue;
  } catch (error) {
    throw new TaffrailError("malformed_json", { reason: (error as Error).message }, error);
  }
  if (!suspect.test(text)) return value;
  if (isDeeperThan(value, limits.jsonDepth.value)) {
    throw new TaffrailError("record_too_deep", { limit: limits.jsonDepth.value });
  }
  return parseExactly(text);
}

/**
 * Parses one JSON object.
 *
 * @throws TaffrailError `malformed_json` when it is not JSON or not an object; `record_too_deep`.
 * @example parseJsonObject('{"msg":"hi"}')
 */
export function parseJsonObject(text: string): RecordMap {
  const value = parseJson(text);
  if (!isMap(value)) throw new TaffrailError("malformed_json", { reason: "it is not an object" });
  return value;
}
