import { ProtoWriter } from "./proto-writer.ts";

/** How a value stands in the JSON form of OTLP, and on the wire. */
export type ScalarType = "text" | "hex" | "base64" | "bool" | "int" | "zigzag" | "fixed32" | "fixed64" | "double";

/** A field of a message: its number, what is in it, and how often. */
export interface MessageField {
  readonly number: number;
  readonly type: ScalarType | (() => Message);
  /** `one` is left out when it has its default; `set` is written whenever it is there (members of a oneof, optional fields). */
  readonly times: "one" | "set" | "many" | "packed";
}

/** A message: its fields with their JSON names, in the order in which they are written. */
export type Message = readonly (readonly [name: string, field: MessageField])[];

/**
 * Makes a message of its fields.
 *
 * @example defineMessage({ name: { number: 1, type: "text", times: "one" } })
 */
export function defineMessage(fields: Readonly<Record<string, MessageField>>): Message {
  return Object.entries(fields);
}

const wireVarint = 0;
const wire64 = 1;
const wireBytes = 2;
const wire32 = 5;
const wireOf: Readonly<Record<ScalarType, number>> = {
  text: wireBytes,
  hex: wireBytes,
  base64: wireBytes,
  bool: wireVarint,
  int: wireVarint,
  zigzag: wireVarint,
  fixed32: wire32,
  fixed64: wire64,
  double: wire64,
};

function mismatch(expected: string, value: unknown): TypeError {
  return new TypeError(`${expected} expected, found ${JSON.stringify(value)?.slice(0, 50)}`);
}

function textOf(value: unknown): string {
  if (typeof value !== "string") throw mismatch("text", value);
  return value;
}

/** Integers of 64 bits are text in JSON; smaller ones are numbers. */
function integerOf(value: unknown): bigint {
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw mismatch("an integer", value);
}

/** JSON has no word for infinities and NaN: they are text. */
function doubleOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  throw mismatch("a number", value);
}

/** Writes a value in the form of its type, without tag and length. Throws a TypeError when it is of another type. */
const put: Readonly<Record<ScalarType, (writer: ProtoWriter, value: unknown) => void>> = {
  text: (writer, value) => writer.text(textOf(value)),
  hex: (writer, value) => writer.bytes(Buffer.from(textOf(value), "hex")),
  base64: (writer, value) => writer.bytes(Buffer.from(textOf(value), "base64")),
  bool(writer, value) {
    if (typeof value !== "boolean") throw mismatch("true or false", value);
    writer.varint(value ? 1n : 0n);
  },
  int(writer, value) {
    const small = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
    if (typeof small === "number" && small >= 0 && small <= 0x7fff_ffff && Number.isInteger(small))
      writer.length(small);
    else writer.varint(integerOf(value));
  },
  zigzag(writer, value) {
    const integer = integerOf(value);
    writer.varint((integer << 1n) ^ (integer >> 63n));
  },
  fixed32: (writer, value) => writer.fixed32(Number(integerOf(value))),
  fixed64: (writer, value) => writer.fixed64(integerOf(value)),
  double: (writer, value) => writer.double(doubleOf(value)),
};

/** Absent and default are the same for fields that are not marked otherwise. */
function isDefault(value: unknown): boolean {
  return value === "" || value === "0" || value === false || Object.is(value, 0);
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw mismatch("a list", value);
  return value;
}

function putOne(writer: ProtoWriter, { number, type, times }: MessageField, value: unknown): void {
  if (typeof type === "function") {
    const before = writer.size;
    putFields(writer, type(), value);
    writer.length(writer.size - before);
    writer.tag(number, wireBytes);
    return;
  }
  if (times === "one" && isDefault(value)) return;
  const before = writer.size;
  put[type](writer, value);
  if (wireOf[type] === wireBytes) writer.length(writer.size - before);
  writer.tag(number, wireOf[type]);
}

function putField(writer: ProtoWriter, field: MessageField, value: unknown): void {
  if (value === undefined || value === null) return;
  const { type, times, number } = field;
  if (times === "packed" && typeof type === "string") {
    const items = listOf(value);
    if (items.length === 0) return;
    const before = writer.size;
    for (let index = items.length - 1; index >= 0; index--) put[type](writer, items[index]);
    writer.length(writer.size - before);
    writer.tag(number, wireBytes);
  } else if (times === "many") {
    const items = listOf(value);
    for (let index = items.length - 1; index >= 0; index--) putOne(writer, field, items[index]);
  } else putOne(writer, field, value);
}

/** Writes the fields of a message that an object has; what the message does not know is left out. */
function putFields(writer: ProtoWriter, message: Message, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw mismatch("an object", value);
  for (let index = message.length - 1; index >= 0; index--) {
    const [name, field] = message[index] as Message[number];
    putField(writer, field, (value as Readonly<Record<string, unknown>>)[name]);
  }
}

/**
 * Encodes the JSON form of a message as protobuf. Throws a TypeError when a value is not of its field's type.
 *
 * @example encodeMessage(defineMessage({ name: { number: 1, type: "text", times: "one" } }), { name: "a" }) // 0a 01 61
 */
export function encodeMessage(message: Message, value: unknown): Uint8Array {
  const writer = new ProtoWriter();
  putFields(writer, message, value);
  return writer.finish();
}

/**
 * Encodes a field that holds messages already encoded, from the first to the last.
 *
 * @example joinMessages(1, [encodeMessage(resourceSpans, value)])
 */
export function joinMessages(number: number, messages: readonly Uint8Array[]): Uint8Array {
  const writer = new ProtoWriter();
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index] ?? new Uint8Array(0);
    writer.bytes(message);
    writer.length(message.length);
    writer.tag(number, wireBytes);
  }
  return writer.finish();
}
