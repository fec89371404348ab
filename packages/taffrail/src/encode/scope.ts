import { type EncodeState, longestKey, omittedKey } from "./limits.ts";
import { quoteKey } from "./text.ts";
import { encodeValue, readProperty } from "./value.ts";

/** Names that every line has of its own. A user's field of that name is kept under `fields.<name>`. */
export const reservedNames: ReadonlySet<string> = new Set(["time", "level", "service", "msg"]);

/** Encoded fields by output name, in order of first appearance. */
export type EncodedFields = ReadonlyMap<string, string>;

/** Fields that stand in every line of a logger or a context, encoded once. */
export interface Scope {
  readonly fields: EncodedFields;
  /** `,"key":value` for each field: ready to be put into a line. */
  readonly text: string;
}

/** Name under which a user's field is written. */
function outputName(key: string): string {
  return reservedNames.has(key) ? `fields.${key}` : key;
}

/** Joins encoded fields to the text that goes into a line. */
export function joinFields(fields: EncodedFields): string {
  let text = "";
  for (const [name, value] of fields) text += `,${quoteKey(name)}:${value}`;
  return text;
}

/**
 * Encodes the own enumerable fields of an object under their output names. An explicit `fields.level` and a renamed `level` are one name:
 * the later one wins, so a name never stands twice. `room` is the number of fields that may be added.
 *
 * @example encodeFields({ level: 3, a: 1 }, state, 256) // Map { "fields.level" → "3", "a" → "1" }
 */
export function encodeFields(fields: object, state: EncodeState, room: number): Map<string, string> {
  const encoded = new Map<string, string>();
  let omitted = 0;
  for (const key of Object.keys(fields)) {
    if (encoded.size >= room || state.left <= 0 || key.length > longestKey) {
      omitted += 1;
      continue;
    }
    const text = encodeValue(readProperty(fields, key), 1, state);
    if (text === undefined) continue;
    const name = outputName(key);
    state.left -= name.length + 3;
    encoded.set(name, text);
  }
  if (omitted > 0) encoded.set(omittedKey, `${omitted}`);
  return encoded;
}

/** The scope with nothing in it. */
export const emptyScope: Scope = { fields: new Map(), text: "" };

/**
 * Puts fields over a scope: of two fields with one name the new one stays.
 *
 * @example extendScope(scope, encodeFields({ module: "orders" }, state)).text // ',"module":"orders"'
 */
export function extendScope(scope: Scope, fields: EncodedFields): Scope {
  if (fields.size === 0) return scope;
  const merged = new Map([...scope.fields, ...fields]);
  return { fields: merged, text: joinFields(merged) };
}
