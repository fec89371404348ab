import type { Level } from "@taffrail/contracts";
import { isError, readText } from "./encode/error.ts";
import { readProperty, thrownMarker } from "./encode/value.ts";

/** Fields of a record: an object of whatever type. Its own enumerable properties become top-level fields of the line. */
export type Fields = object;

/** Fields that are made only when the level is enabled. */
export type LazyFields = () => Fields;

/** What a level method accepts. It never throws and never waits. */
export interface LogMethod {
  /** Message first. */
  (message: string, fields?: Fields | LazyFields): void;
  /** A message and the error that is its reason; the error is kept under `err`. */
  (message: string, error: Error): void;
  /** Fields first. */
  (fields: Fields | LazyFields, message?: string): void;
  /** An error alone: its message becomes the record's message. */
  (error: Error, message?: string): void;
}

/** The same for a level that is known only at run time. */
export interface LogAtLevel {
  (level: Level, message: string, fields?: Fields | LazyFields): void;
  (level: Level, message: string, error: Error): void;
  (level: Level, fields: Fields | LazyFields, message?: string): void;
  (level: Level, error: Error, message?: string): void;
}

/** A call in one order. */
export interface Call {
  readonly message: string;
  readonly fields: object | undefined;
}

function toFields(value: unknown): object | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "function") return evaluate(value as () => unknown);
  if (typeof value !== "object" || Array.isArray(value)) return { value };
  return isError(value) ? { err: value } : value;
}

function evaluate(lazy: () => unknown): object | undefined {
  try {
    const fields = lazy();
    return typeof fields === "function" ? { value: String(fields.name) } : toFields(fields);
  } catch (error) {
    return { "taffrail.fields_error": thrownMarker(error) };
  }
}

/**
 * Brings the arguments of a level method into one order, whatever they are. Without a message the error's own message is used.
 *
 * @example readCall({ orderId: 1 }, "placed") // { message: "placed", fields: { orderId: 1 } }
 */
export function readCall(first: unknown, second: unknown): Call {
  if (typeof first === "string") return { message: first, fields: toFields(second) };
  const fields = toFields(first);
  if (typeof second === "string") return { message: second, fields };
  const error = fields === undefined ? undefined : readProperty(fields, "err");
  const message = typeof error === "object" && error !== null && isError(error) ? readText(error, "message", "") : "";
  return { message, fields };
}
