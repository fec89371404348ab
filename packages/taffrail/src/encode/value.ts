import { encodeError, isError } from "./error.ts";
import { type EncodeState, longestKey, omittedKey } from "./limits.ts";
import { quote, quoteBounded, quoteKey } from "./text.ts";

const circular = '"[Circular]"';
const tooDeep = '"[Too deep]"';
const tooLarge = '"[Too large]"';

/** Says that reading a value failed; never throws itself, even when the error's own text does. */
export function thrownMarker(error: unknown): string {
  try {
    return `[Throws: ${String(error instanceof Error ? error.message : error).slice(0, 200)}]`;
  } catch {
    return "[Throws]";
  }
}

/** Reads one property; a getter that throws gives its marker. */
export function readProperty(value: object, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[key];
  } catch (error) {
    return thrownMarker(error);
  }
}

function encodeNumber(value: number): string {
  return Number.isFinite(value) ? `${value}` : `"${value}"`;
}

/** `size` is the length of the whole, of which `items` may be the beginning only. */
function encodeArray(items: readonly unknown[], size: number, depth: number, state: EncodeState): string {
  const bound = Math.min(items.length, state.limits.items);
  let out = "[";
  let count = 0;
  while (count < bound && state.left > 0) {
    if (count > 0) out += ",";
    out += encodeValue(items[count], depth + 1, state) ?? "null";
    count += 1;
  }
  if (size > count) out += `${count === 0 ? "" : ","}"… ${size - count} more"`;
  return `${out}]`;
}

/** `omitted` counts keys that the caller has left out already. */
function encodeObject(value: object, depth: number, state: EncodeState, omitted = 0): string {
  let out = "";
  let count = 0;
  let left = omitted;
  for (const key of Object.keys(value)) {
    if (count >= state.limits.keys || state.left <= 0 || key.length > longestKey || key === omittedKey) {
      left += 1;
      continue;
    }
    const encoded = encodeValue(readProperty(value, key), depth + 1, state);
    if (encoded === undefined) continue;
    const name = quoteKey(key);
    state.left -= name.length + 2;
    out += count === 0 ? `${name}:${encoded}` : `,${name}:${encoded}`;
    count += 1;
  }
  if (left > 0) out += `${count === 0 ? "" : ","}"${omittedKey}":${left}`;
  return `{${out}}`;
}

function encodeMap(map: ReadonlyMap<unknown, unknown>, depth: number, state: EncodeState): string {
  for (const key of map.keys()) {
    if (typeof key !== "string") return encodeArray(firstOf(map, state.limits.items), map.size, depth, state);
  }
  const entries = firstOf(map, state.limits.keys);
  return encodeObject(Object.fromEntries(entries), depth, state, map.size - entries.length);
}

function firstOf<T>(items: Iterable<T> & { readonly size: number }, limit: number): readonly T[] {
  const first: T[] = [];
  for (const item of items) {
    if (first.length === limit) break;
    first.push(item);
  }
  return first;
}

/** Objects that have a fixed text of their own. */
function encodeSpecial(value: object): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '"Invalid Date"' : `"${value.toISOString()}"`;
  if (value instanceof RegExp) return quote(String(value));
  if (ArrayBuffer.isView(value)) return quote(`[${value.constructor.name}: ${value.byteLength} bytes]`);
  if (value instanceof ArrayBuffer) return `"[ArrayBuffer: ${value.byteLength} bytes]"`;
  return undefined;
}

function encodeContainer(value: object, depth: number, state: EncodeState): string | undefined {
  if (Array.isArray(value)) return encodeArray(value, value.length, depth, state);
  if (isError(value)) return encodeError(value, depth, state, encodeValue);
  const special = encodeSpecial(value);
  if (special !== undefined) return special;
  if (value instanceof Map) return encodeMap(value, depth, state);
  if (value instanceof Set) return encodeArray(firstOf(value, state.limits.items), value.size, depth, state);
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return encodeValue(value.valueOf(), depth, state);
  }
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === "function") return encodeValue(toJSON.call(value, ""), depth + 1, state);
  return encodeObject(value, depth, state);
}

function encodeNested(value: object, depth: number, state: EncodeState): string | undefined {
  if (depth > state.limits.depth) return tooDeep;
  if (state.left <= 0) return tooLarge;
  if (state.path.includes(value)) return circular;
  state.path.push(value);
  try {
    const encoded = encodeContainer(value, depth, state);
    state.left -= 2;
    return encoded;
  } catch (error) {
    return quote(thrownMarker(error));
  } finally {
    state.path.pop();
  }
}

/**
 * Encodes any value as JSON text, or gives undefined where JSON has no place for it (undefined, functions, symbols). Never throws: cycles,
 * throwing getters, too deep or too large parts become markers; NaN and infinities become strings; dates become RFC 3339 text.
 *
 * @example encodeValue({ a: [1n, NaN] }, 0, createState(defaultLimits)) // '{"a":["1","NaN"]}'
 */
export function encodeValue(value: unknown, depth: number, state: EncodeState): string | undefined {
  let text: string;
  switch (typeof value) {
    case "string":
      text = state.left <= 0 ? tooLarge : quoteBounded(value, state.limits.stringLength);
      break;
    case "number":
      text = encodeNumber(value);
      break;
    case "boolean":
      text = value ? "true" : "false";
      break;
    case "bigint":
      text = `"${value}"`;
      break;
    case "object":
      return value === null ? "null" : encodeNested(value, depth, state);
    default:
      return undefined;
  }
  state.left -= text.length;
  return text;
}
