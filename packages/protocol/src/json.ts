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

/** Texts up to this length are parsed without a look at their depth: it cannot be great. Characters. */
const shortText = 4096;

/** Exact numbers are put back level by level on the stack. Deep enough for OTLP/JSON, which has four levels for each of the sender's. */
const exactDepthMax = 4 * limits.jsonDepth.value;

/** Index behind the end of the string that starts at `at`. */
function skipString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/**
 * Whether the brackets of a JSON text are nested deeper than `limit`. It is asked before parsing, because the parser takes a hundred bytes of
 * memory for each level.
 */
function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = skipString(text, at);
      continue;
    }
    // [ and {, ] and } differ in one bit.
    if ((code | 0x20) === 0x7b && ++depth > limit) return true;
    if ((code | 0x20) === 0x7d) depth--;
    at++;
  }
  return false;
}

/**
 * Parses JSON like JSON.parse (the last of duplicate keys wins), but keeps integers beyond 2^53 exact, as bigints, and numbers that overflow a
 * double as their text. `depthMax` bounds the nesting; default: the limit of a record.
 *
 * @throws TaffrailError `malformed_json`, `record_too_deep`.
 * @example parseJson('{"id":9007199254740993}') // { id: 9007199254740993n }
 */
export function parseJson(text: string, depthMax: number = limits.jsonDepth.value): RecordValue {
  if (text.length > shortText && nestsDeeperThan(text, depthMax)) {
    throw new TaffrailError("record_too_deep", { limit: depthMax });
  }
  let value: RecordValue;
  try {
    value = JSON.parse(text) as RecordValue;
  } catch (error) {
    throw new TaffrailError("malformed_json", { reason: (error as Error).message }, error);
  }
  if (!suspect.test(text)) return value;
  if (isDeeperThan(value, exactDepthMax)) throw new TaffrailError("record_too_deep", { limit: exactDepthMax });
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
