import { types } from "node:util";
import type { EncodeState } from "./limits.ts";
import { quoteBounded, quoteKey } from "./text.ts";

/** Encodes one value at a depth; undefined when JSON has no place for it. */
export type ValueEncoder = (value: unknown, depth: number, state: EncodeState) => string | undefined;

const standardKeys: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

/** True for errors of this and of any other realm (vm contexts, test runners). */
export function isError(value: object): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

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
  return typeof maker === "function" && maker.name !== "" ? maker.name : name;
}

function ownKeys(error: Error): string[] {
  try {
    return Object.keys(error).filter((key) => !standardKeys.has(key));
  } catch {
    return [];
  }
}

/**
 * Encodes an error: `{type,message,stack,cause?,errors?}` and its own enumerable fields (`code`, `status`, …). Causes and members of an
 * AggregateError are encoded the same way, one level deeper each.
 *
 * @example encodeError(new TypeError("no"), 0, state, encodeValue) // '{"type":"TypeError","message":"no","stack":"TypeError: no\\n at …"}'
 */
export function encodeError(error: Error, depth: number, state: EncodeState, encode: ValueEncoder): string {
  const { limits } = state;
  const text = (value: string): string => {
    const quoted = quoteBounded(value, limits.stringLength);
    state.left -= quoted.length;
    return quoted;
  };
  let out = `{"type":${text(typeOf(error))},"message":${text(readText(error, "message", ""))}`;
  const stack = readText(error, "stack", "");
  if (stack !== "") out += `,"stack":${text(stack)}`;
  for (const key of ["cause", "errors"]) {
    const value = read(error, key);
    const encoded = value === undefined || value === null ? undefined : encode(value, depth + 1, state);
    if (encoded !== undefined) out += `,"${key}":${encoded}`;
  }
  for (const key of ownKeys(error).slice(0, limits.keys)) {
    const encoded = encode(read(error, key), depth + 1, state);
    if (encoded !== undefined) out += `,${quoteKey(key === "type" ? "fields.type" : key)}:${encoded}`;
  }
  return `${out}}`;
}
