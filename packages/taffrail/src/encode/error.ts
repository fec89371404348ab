import type { EncodeState } from "./limits.ts";
import { keep, type Place } from "./place.ts";
import { quoteKey } from "./text.ts";

/** Encodes one field of an object at its place; undefined when it does not appear. */
export type FieldEncoder = (
  owner: object,
  key: string,
  place: Place,
  depth: number,
  state: EncodeState,
) => string | undefined;

const standardKeys: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

function read(error: object, key: string): unknown {
  try {
    return (error as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Reads a property as text; a getter that throws or a value of another type gives the fallback. */
export function readText(error: object, key: string, fallback: string): string {
  const value = read(error, key);
  return typeof value === "string" ? value : fallback;
}

function typeOf(error: Error): string {
  const name = readText(error, "name", "Error");
  if (name !== "Error") return name;
  const maker = read(error, "constructor");
  return typeof maker === "function" ? readText(maker, "name", name) || name : name;
}

function ownKeys(error: Error): readonly string[] {
  try {
    const keys = Object.keys(error);
    return keys.length === 0 ? keys : keys.filter((key) => !standardKeys.has(key));
  } catch {
    return [];
  }
}

/**
 * Encodes an error: `{type,message,stack,cause?,errors?}` and its own enumerable fields (`code`, `status`, …). Causes and members of an
 * AggregateError are encoded the same way, one level deeper each.
 *
 * @example encodeError(new TypeError("no"), place, 1, state, encodeField) // '{"type":"TypeError","message":"no","stack":"TypeError: no\\n at …"}'
 */
export function encodeError(
  error: Error,
  place: Place,
  depth: number,
  state: EncodeState,
  encode: FieldEncoder,
): string {
  const inner = depth + 1;
  // The texts are read first: getters of subclasses and of `stack` may throw or give something that is no text.
  const texts = { type: typeOf(error), message: readText(error, "message", ""), stack: readText(error, "stack", "") };
  let out = "";
  const add = (owner: object, key: string, name: string): void => {
    const encoded = encode(owner, key, place.at(key), inner, state);
    if (encoded !== undefined) out += `${out === "" ? "" : ","}${name}:${encoded}`;
  };
  const addStack = (owner: { readonly stack: string }): void => {
    if (place.at("stack").action !== keep) {
      add(owner, "stack", '"stack"');
      return;
    }
    const stack = state.writer.quoteStack(owner.stack);
    state.left -= stack.length;
    out += `${out === "" ? "" : ","}"stack":${stack}`;
  };
  add(texts, "type", '"type"');
  add(texts, "message", '"message"');
  if (texts.stack !== "") addStack(texts);
  if (hasValue(error, "cause")) add(error, "cause", '"cause"');
  if (hasValue(error, "errors")) add(error, "errors", '"errors"');
  const own = ownKeys(error);
  const bound = Math.min(own.length, state.limits.keys);
  for (let index = 0; index < bound && state.left > 0; index++) {
    const key = own[index] ?? "";
    add(error, key, quoteKey(key === "type" ? "fields.type" : key));
  }
  return `{${out}}`;
}

function hasValue(error: object, key: string): boolean {
  const value = read(error, key);
  return value !== undefined && value !== null;
}
