import type { Level } from "@taffrail/contracts";
import { readText } from "./encode/error.ts";
import { isError, isList, isPlain } from "./encode/plain.ts";
import { readProperty, thrownMarker } from "./encode/value.ts";

/** Fields of a record: an object of whatever type. Its own enumerable properties become top-level fields of the line. */
export type Fields = object;

/** Fields that are made only when the level is enabled. */
export type LazyFields = () => Fields;

/** What stands where an error is expected: an `Error`, or what a `catch` gives, which TypeScript knows nothing about (`unknown`). */
export type Caught<E> = E & (unknown extends E ? unknown : Error);

/**
 * What a level method accepts. It never throws and never waits. Arguments beyond these (from JavaScript) are kept in order in the field `args`.
 */
export interface LogMethod {
  /** Message first. */
  (message: string, fields?: Fields | LazyFields): void;
  /** A message and the error that is its reason; the error is kept under `err`. */
  <E>(message: string, error: Caught<E>): void;
  /** Both. */
  <E>(message: string, fields: Fields | LazyFields, error: Caught<E>): void;
  /** Fields first. Without a message argument, a text `msg` of the fields (or else a text `message`) is the record's message. */
  (fields: Fields | LazyFields, message?: string): void;
  /** An error alone: its message becomes the record's message. */
  (error: Error, message?: string): void;
}

/** The same for levels that tell of failures: what was caught may also stand first. */
export interface ErrorLogMethod extends LogMethod {
  <E>(error: Caught<E>, message?: string): void;
}

/** The same for a level that is known only at run time. */
export interface LogAtLevel {
  (level: Level, message: string, fields?: Fields | LazyFields): void;
  <E>(level: Level, message: string, error: Caught<E>): void;
  <E>(level: Level, message: string, fields: Fields | LazyFields, error: Caught<E>): void;
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
  if (typeof value !== "object" || isList(value)) return { value };
  return isError(value) ? { err: value } : value;
}

/**
 * The fields of a call whose message came first.
 *
 * @example fieldsOf(new Error("no")) // { err: … }
 */
export function fieldsOf(value: unknown): object | undefined {
  // Most are literals: those need no further look.
  return typeof value === "object" && value !== null && isPlain(value) ? value : toFields(value);
}

function evaluate(lazy: () => unknown): object | undefined {
  try {
    const fields = lazy();
    return typeof fields === "function" ? { value: String(fields.name) } : toFields(fields);
  } catch (error) {
    return { "taffrail.fields_error": thrownMarker(error) };
  }
}

/** A copy of some fields: without the one named, and with others after the rest. */
function copyFields(fields: object, without: string | undefined, added: object = {}): object {
  const kept = Object.keys(fields).filter((key) => key !== without);
  return Object.fromEntries([...kept.map((key) => [key, readProperty(fields, key)]), ...Object.entries(added)]);
}

const messageKeys = ["msg", "message"] as const;

/** The call whose message is one of its fields, as users of pino write it; undefined when no such field holds text. */
function takeMessage(fields: object): Call | undefined {
  const holds = (key: string) => Object.hasOwn(fields, key) && typeof readProperty(fields, key) === "string";
  try {
    const key = messageKeys.find(holds);
    return key === undefined
      ? undefined
      : { message: String(readProperty(fields, key)), fields: copyFields(fields, key) };
  } catch {
    // A proxy that refuses to be asked: the encoder says so in the line.
    return undefined;
  }
}

function readFieldsFirst(fields: object | undefined): Call {
  if (fields === undefined) return { message: "", fields };
  const call = takeMessage(fields);
  if (call !== undefined) return call;
  const error = readProperty(fields, "err");
  const message = typeof error === "object" && error !== null && isError(error) ? readText(error, "message", "") : "";
  return { message, fields };
}

/** Puts arguments that no signature takes beside the fields; a field `args` of the user's own keeps its name. */
function withArgs(call: Call, args: readonly unknown[]): Call {
  const fields = call.fields ?? {};
  try {
    const key = Object.hasOwn(fields, "args") ? "taffrail.args" : "args";
    return { message: call.message, fields: copyFields(fields, undefined, { [key]: args }) };
  } catch (error) {
    return { message: call.message, fields: { "taffrail.fields_error": thrownMarker(error), args } };
  }
}

/** True for what stands where fields are expected; anything else, followed by more, is one of many values, as for a format. */
function isFieldsLike(value: unknown): boolean {
  return typeof value === "function" || (typeof value === "object" && value !== null && !isList(value));
}

function isErrorValue(value: unknown): boolean {
  return typeof value === "object" && value !== null && !isList(value) && isError(value);
}

/**
 * The call of one error together with fields or undefined or null, in whatever order, and at most one message; undefined for any other arguments.
 * Fields that have an `err` of their own keep it: then the error is in `args`.
 */
function readErrorCall(values: readonly unknown[]): Call | undefined {
  const given = values.filter((value) => value !== undefined && value !== null);
  const error = given.find(isErrorValue);
  const texts = given.filter((value) => typeof value === "string");
  const fields = given.filter((value) => value !== error && typeof value !== "string");
  const isOther = given.length !== 1 + texts.length + fields.length || !fields.every(isFieldsLike);
  if (error === undefined || texts.length > 1 || fields.length > 1 || isOther) return undefined;
  const own = toFields(fields[0]) ?? {};
  try {
    const hasOwn = Object.hasOwn(own, "err");
    const joined = hasOwn ? own : copyFields(own, undefined, { err: error });
    const call = texts[0] === undefined ? readFieldsFirst(joined) : { message: String(texts[0]), fields: joined };
    return hasOwn ? withArgs(call, [error]) : call;
  } catch {
    // A proxy that refuses to be asked: the arguments are kept as they are.
    return undefined;
  }
}

/** Every argument that the signatures have no place for, in order. */
function surplusOf(first: unknown, second: unknown, rest: readonly unknown[]): readonly unknown[] {
  const isSecondTaken =
    typeof first === "string"
      ? rest.length === 0 || isFieldsLike(second)
      : typeof second === "string" || (rest.length === 0 && (second === undefined || second === null));
  return isSecondTaken ? rest : [second, ...rest];
}

/**
 * Brings the arguments of a level method into one order, whatever they are. Without a message argument a text field `msg` or `message` is used,
 * then the error's own message. An error together with fields gives `err` and the fields. Other arguments that no signature takes are kept in the
 * field `args`.
 *
 * @example readCall({ orderId: 1 }, "placed", []) // { message: "placed", fields: { orderId: 1 } }
 */
export function readCall(first: unknown, second: unknown, rest: readonly unknown[]): Call {
  const args = surplusOf(first, second, rest);
  const errorCall = args.length === 0 ? undefined : readErrorCall([first, second, ...rest]);
  if (errorCall !== undefined) return errorCall;
  const isSecondFields = args.length === rest.length;
  let call: Call;
  if (typeof first === "string") call = { message: first, fields: isSecondFields ? toFields(second) : undefined };
  else if (typeof second === "string") call = { message: second, fields: toFields(first) };
  else call = readFieldsFirst(toFields(first));
  return args.length === 0 ? call : withArgs(call, args);
}

/**
 * The fields of an audit record: those of the call, and `audit: true`, which nothing takes away. A field `audit` of the call is kept apart.
 *
 * @example auditFields({ actor: "ada" }) // { actor: "ada", audit: true }
 */
export function auditFields(value: unknown): object {
  const fields = fieldsOf(value) ?? {};
  try {
    const own = Object.hasOwn(fields, "audit") ? { "fields.audit": readProperty(fields, "audit") } : {};
    return copyFields(fields, "audit", { ...own, audit: true });
  } catch (error) {
    return { "taffrail.fields_error": thrownMarker(error), audit: true };
  }
}
