import { encodeError } from "./error.ts";
import { type EncodeState, longestKey, omittedKey } from "./limits.ts";
import { drop, inside, keep, mask, type Place, replace } from "./place.ts";
import { isError } from "./plain.ts";
import { cleanKey, quote } from "./text.ts";

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

/** `size` is the length of the whole, of which `items` may be the beginning only. */
function encodeArray(items: readonly unknown[], size: number, place: Place, depth: number, state: EncodeState): string {
  const bound = Math.min(items.length, state.limits.items);
  const { item } = place;
  let out = "[";
  let count = 0;
  while (count < bound && state.left > 0) {
    if (count > 0) out += ",";
    out += encodeField(items, `${count}`, item, depth + 1, state) ?? "null";
    count += 1;
  }
  if (size > count) out += `${count === 0 ? "" : ","}"… ${size - count} more"`;
  return `${out}]`;
}

/** Names of one object that are written already: only keys that had to be cleaned can meet one of them. */
function freeName(key: string, names: Set<string>): string {
  let name = cleanKey(key);
  while (names.has(name)) name += "\ufffd";
  names.add(name);
  return name;
}

/** `omitted` counts keys that the caller has left out already. */
function encodeObject(value: object, place: Place, depth: number, state: EncodeState, omitted = 0): string {
  const names = new Set<string>();
  let out = "";
  let count = 0;
  let left = omitted;
  for (const key of Object.keys(value)) {
    if (count >= state.limits.keys || state.left <= 0 || key.length > longestKey || key === omittedKey) {
      left += 1;
      continue;
    }
    const encoded = encodeField(value, key, place.at(key), depth + 1, state);
    // What is read costs something even if nothing is shown of it: so the time is bounded too.
    state.left -= 1;
    if (encoded === undefined) continue;
    const name = quote(freeName(key, names));
    state.left -= name.length + 1;
    out += count === 0 ? `${name}:${encoded}` : `,${name}:${encoded}`;
    count += 1;
  }
  if (left > 0) out += `${count === 0 ? "" : ","}"${omittedKey}":${left}`;
  return `{${out}}`;
}

function encodeMap(map: ReadonlyMap<unknown, unknown>, place: Place, depth: number, state: EncodeState): string {
  const entries = firstOf(map, state.limits.keys);
  if (entries.every(([key]) => typeof key === "string")) {
    return encodeObject(Object.fromEntries(entries), place, depth, state, map.size - entries.length);
  }
  return encodeArray(entries, map.size, place, depth, state);
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
function specialText(value: object): string | undefined {
  // Methods of a subclass may give anything: the built-in ones are used.
  if (value instanceof Date) {
    return Number.isNaN(Date.prototype.getTime.call(value)) ? "Invalid Date" : Date.prototype.toISOString.call(value);
  }
  if (value instanceof RegExp) return String(value);
  if (ArrayBuffer.isView(value)) return `[${String(value.constructor.name)}: ${value.byteLength} bytes]`;
  if (value instanceof ArrayBuffer) return `[ArrayBuffer: ${value.byteLength} bytes]`;
  return undefined;
}

function encodeContainer(value: object, place: Place, depth: number, state: EncodeState): string | undefined {
  if (Array.isArray(value)) return encodeArray(value, value.length, place, depth, state);
  if (isError(value)) return encodeError(value, place, depth, state, encodeField);
  const special = specialText(value);
  if (special !== undefined) return state.writer.quote(special);
  if (value instanceof Map) return encodeMap(value, place, depth, state);
  if (value instanceof Set) {
    return encodeArray(firstOf(value, state.limits.items), value.size, place, depth, state);
  }
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return encodeValue(value.valueOf(), place, depth, state);
  }
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === "function" && toJSON !== pollutedToJson()) {
    return encodeValue(toJSON.call(value, ""), place, depth + 1, state);
  }
  return encodeObject(value, place, depth, state);
}

/** A `toJSON` that somebody gave to all objects says nothing about this one. */
function pollutedToJson(): unknown {
  return (Object.prototype as { readonly toJSON?: unknown }).toJSON;
}

function encodeNested(value: object, place: Place, depth: number, state: EncodeState): string | undefined {
  if (depth > state.limits.depth) return tooDeep;
  if (state.left <= 0) return tooLarge;
  if (state.path.includes(value)) return circular;
  state.path.push(value);
  try {
    const encoded = encodeContainer(value, place, depth, state);
    state.left -= 2;
    return encoded;
  } catch (error) {
    return state.writer.quote(thrownMarker(error));
  } finally {
    state.path.pop();
  }
}

function encodeScalar(value: unknown, state: EncodeState): string | undefined {
  switch (typeof value) {
    case "string":
      return state.left <= 0 ? tooLarge : state.writer.quote(value);
    case "number":
      return state.writer.number(value);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return state.writer.bigint(value);
    default:
      return undefined;
  }
}

/**
 * Encodes any value at a place as JSON text, or gives undefined where JSON has no room for it (undefined, functions, symbols). Never throws: cycles,
 * throwing getters, too deep or too large parts become markers; NaN and infinities become strings; dates become RFC 3339 text.
 *
 * @example encodeValue({ a: [1n, NaN] }, place, 1, state) // '{"a":["1","NaN"]}'
 */
export function encodeValue(value: unknown, place: Place, depth: number, state: EncodeState): string | undefined {
  if (value === null) return "null";
  if (typeof value === "object") {
    // An object that is made a text (a date, a number object, by toJSON) is no longer inside of anything.
    const encoded = encodeNested(value, place, depth, state);
    return place.action === inside && encoded !== undefined && !isContainerText(encoded) ? place.constant : encoded;
  }
  const text = encodeScalar(value, state);
  if (text === undefined) return undefined;
  const shown = place.action === inside ? place.constant : text;
  state.left -= shown.length;
  return shown;
}

function isContainerText(text: string): boolean {
  return text.startsWith("{") || text.startsWith("[");
}

/**
 * Encodes the value of a field as redaction of its place allows: a value that is not shown is never read. Undefined: the key does not appear.
 *
 * @example encodeField({ password: "x" }, "password", place, 1, state) // '"[redacted]"'
 */
export function encodeField(
  owner: object,
  key: string,
  place: Place,
  depth: number,
  state: EncodeState,
): string | undefined {
  switch (place.action) {
    case keep:
    case inside:
      return encodeValue(readProperty(owner, key), place, depth, state);
    case mask:
      state.left -= place.constant.length;
      return place.constant;
    case replace: {
      const text = replaced(readProperty(owner, key), place, state);
      state.left -= text.length;
      return text;
    }
    default:
      return place.action === drop ? undefined : place.constant;
  }
}

/** What a `replace` verdict makes of a value, as JSON text within the bound of a string. */
function replaced(value: unknown, place: Place, { limits }: EncodeState): string {
  const text = place.replacement(value);
  return quote(text.length > limits.stringLength ? text.slice(0, limits.stringLength) : text);
}
