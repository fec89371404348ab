import { describe, expect, it } from "vitest";
import { createRedaction } from "../redact/compile.ts";
import { createState, defaultLimits, type EncodeLimits } from "./limits.ts";
import { Place } from "./place.ts";
import { TextWriter } from "./text.ts";
import { encodeValue } from "./value.ts";

const redaction = createRedaction(false, []);
const place = new Place(["value"], redaction, { left: 1000 });

function textOf(value: unknown, limits: EncodeLimits): string | undefined {
  return encodeValue(value, place, 0, createState(limits, new TextWriter(limits.stringLength, redaction)));
}

const encode = (value: unknown, limits: Partial<EncodeLimits> = {}): unknown => {
  const text = textOf(value, { ...defaultLimits, ...limits });
  return text === undefined ? undefined : JSON.parse(text);
};

const throwing = {
  before: 1,
  get secret(): string {
    throw new Error("not now");
  },
  after: 2,
};
const circular: Record<string, unknown> = { name: "loop" };
circular.self = circular;
circular.list = [circular];
const shared = { id: 1 };

const rows: readonly (readonly [string, unknown, unknown])[] = [
  ["text", 'a "b" \\ \n\u0000', 'a "b" \\ \n\u0000'],
  ["lone surrogates", "a\ud800b\udc00", "a\ufffdb\ufffd"],
  ["a pair", "😀", "😀"],
  ["numbers", [0, -0, 1.5, 1e21, Number.MAX_SAFE_INTEGER], [0, 0, 1.5, 1e21, Number.MAX_SAFE_INTEGER]],
  ["numbers that JSON has not", [Number.NaN, Infinity, -Infinity], ["NaN", "Infinity", "-Infinity"]],
  ["big integers", 12345678901234567890n, "12345678901234567890"],
  ["dates", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["an invalid date", new Date("no"), "Invalid Date"],
  ["what JSON omits", { a: undefined, b: () => 1, c: Symbol("s"), d: 1 }, { d: 1 }],
  ["what JSON omits, in a list", [undefined, () => 1, Symbol("s")], [null, null, null]],
  ["null", null, null],
  ["a map of text keys", new Map([["a", new Map([["b", 1]])]]), { a: { b: 1 } }],
  ["a map of other keys", new Map([[1, "one"]]), [[1, "one"]]],
  ["a set", new Set([1, "two"]), [1, "two"]],
  ["toJSON", new URL("http://127.0.0.1/x"), "http://127.0.0.1/x"],
  ["a pattern", /a+/g, "/a+/g"],
  ["bytes", [Buffer.from("secret"), new ArrayBuffer(3)], ["[Buffer: 6 bytes]", "[ArrayBuffer: 3 bytes]"]],
  ["boxed values", [Object("a"), Object(1), Object(true)], ["a", 1, true]],
  ["a cycle", circular, { name: "loop", self: "[Circular]", list: ["[Circular]"] }],
  ["one object twice is no cycle", [shared, shared], [{ id: 1 }, { id: 1 }]],
  ["a getter that throws", throwing, { before: 1, secret: "[Throws: not now]", after: 2 }],
  ["an own __proto__", JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
  ["no prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["frozen", Object.freeze({ a: Object.freeze([1]) }), { a: [1] }],
];

describe("encodeValue", () => {
  it.each(rows)("%s", (_, value, expected) => {
    expect(encode(value)).toEqual(expected);
  });

  it("never throws, whatever a proxy does", () => {
    const hostile = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error("ownKeys");
        },
        get() {
          throw new Error("get");
        },
        getPrototypeOf() {
          throw new Error("getPrototypeOf");
        },
      },
    );
    expect(encode(hostile)).toMatch(/^\[Throws: /);
    const worse = new Error("x");
    Object.defineProperty(worse, "message", {
      get() {
        throw worse;
      },
    });
    expect(
      encode({
        get a() {
          throw worse;
        },
      }),
    ).toEqual({ a: "[Throws]" });
    expect(encode(worse)).toMatchObject({ type: "Error", message: "" });
  });

  it("says what exceeds a bound", () => {
    expect(encode({ a: { b: { c: { d: 1 } } } }, { depth: 2 })).toEqual({ a: { b: { c: "[Too deep]" } } });
    expect(encode({ a: 1, b: 2, c: 3 }, { keys: 2 })).toEqual({ a: 1, b: 2, "taffrail.omitted": 1 });
    expect(encode(new Map(Object.entries({ a: 1, b: 2, c: 3 })), { keys: 2 })).toEqual({
      a: 1,
      b: 2,
      "taffrail.omitted": 1,
    });
    expect(encode([1, 2, 3, 4], { items: 2 })).toEqual([1, 2, "… 2 more"]);
    expect(encode(new Set([1, 2, 3, 4]), { items: 2 })).toEqual([1, 2, "… 2 more"]);
    expect(encode("x".repeat(100), { stringLength: 10 })).toBe("xxxxxxxxxx… [90 more characters]");
    expect(encode({ a: "x".repeat(300), b: "y" }, { lineLength: 256 })).toEqual({
      a: "x".repeat(300),
      "taffrail.omitted": 1,
    });
  });

  it("stays small and fast for a value that would explode", () => {
    let bomb: unknown = "boom";
    for (let level = 0; level < 8; level++) bomb = Array.from({ length: 256 }, () => bomb);
    const text = textOf(bomb, defaultLimits) ?? "";
    expect(text.length).toBeLessThan(2 * defaultLimits.lineLength);
    expect(() => JSON.parse(text)).not.toThrow();
  });
});

describe("errors", () => {
  it("keeps type, message, stack, own fields and the chain of causes", () => {
    class PaymentError extends Error {
      readonly status = 402;
      override readonly name = "PaymentError";
    }
    const error = new PaymentError("declined", { cause: new TypeError("no card", { cause: "text" }) });
    expect(encode({ reason: error })).toEqual({
      reason: {
        type: "PaymentError",
        message: "declined",
        stack: error.stack,
        status: 402,
        cause: { type: "TypeError", message: "no card", stack: (error.cause as Error).stack, cause: "text" },
      },
    });
  });

  it("names the class when the error has no name of its own", () => {
    class Declined extends Error {}
    expect(encode(new Declined("x"))).toMatchObject({ type: "Declined" });
  });

  it("keeps all members of an AggregateError", () => {
    expect(encode(new AggregateError([new Error("a"), new RangeError("b")], "both"))).toMatchObject({
      type: "AggregateError",
      message: "both",
      errors: [{ message: "a" }, { type: "RangeError", message: "b" }],
    });
  });

  it("ends a chain of causes that is too long or closed", () => {
    const loop = new Error("loop");
    loop.cause = loop;
    expect(encode(loop)).toMatchObject({ cause: "[Circular]" });
    let chain = new Error("0");
    for (let index = 1; index < 20; index++) chain = new Error(`${index}`, { cause: chain });
    expect(JSON.stringify(encode(chain))).toContain("[Too deep]");
  });

  it("keeps a field called type apart", () => {
    const error = Object.assign(new Error("x"), { type: "system", name: "FetchError" });
    expect(encode(error)).toMatchObject({ type: "FetchError", "fields.type": "system" });
  });
});
