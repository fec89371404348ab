import { createRandom, type Random } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { createRedaction } from "../redact/compile.ts";
import { defaultLimits, type EncodeLimits } from "./limits.ts";
import { LineEncoder } from "./line.ts";
import type { Scope } from "./scope.ts";
import { createTimestampFormatter } from "./timestamp.ts";

const time = Date.UTC(2026, 10, 22, 9, 0, 0, 123);
const head = '{"time":"2026-11-22T09:00:00.123Z","level":"info","service":"shop"';
const tail = ',"msg":"hi"}\n';
const info = 2;
const ids = ',"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331"';

const encoderOf = (limits: Partial<EncodeLimits> = {}): LineEncoder =>
  new LineEncoder("shop", { ...defaultLimits, ...limits }, createRedaction(false, []));

/** The middle of the line of some fields over bound ones: what stands between service and message. Encoded twice, since shapes are remembered. */
function encodeWith(
  fields: object | undefined,
  { bound = {}, trace = "", limits = {} }: { bound?: object; trace?: string; limits?: Partial<EncodeLimits> } = {},
): string {
  const encoder = encoderOf(limits);
  const scope = encoder.extend(encoder.emptyScope, bound);
  const [first, second] = [1, 2].map(() => encoder.encode(info, time, "hi", fields, scope, trace));
  expect(second).toBe(first);
  expect(first?.startsWith(head) && first.endsWith(tail)).toBe(true);
  return first?.slice(head.length, -tail.length) ?? "";
}

describe("LineEncoder", () => {
  it("writes time, level and service first and the message last", () => {
    expect(encodeWith(undefined)).toBe("");
    expect(encodeWith({ a: 1, b: "x" })).toBe(',"a":1,"b":"x"');
    expect(encodeWith({ a: { b: [1, "x", { c: null }], d: {} }, e: undefined, f: [] })).toBe(
      ',"a":{"b":[1,"x",{"c":null}],"d":{}},"f":[]',
    );
  });

  it("writes each level, and audit records as level info", () => {
    const encoder = encoderOf();
    const levels = [0, 1, 2, 3, 4, 5, 6].map(
      (rank) => JSON.parse(encoder.encode(rank, time, "hi", undefined, encoder.emptyScope, "")).level,
    );
    expect(levels).toEqual(["trace", "debug", "info", "warn", "error", "fatal", "info"]);
  });

  it("keeps fields with a reserved name under fields.", () => {
    expect(encodeWith({ time: 1, level: 2, msg: 3, service: 4, a: 5 })).toBe(
      ',"fields.time":1,"fields.level":2,"fields.msg":3,"fields.service":4,"a":5',
    );
    expect(encodeWith({ level: 1, "fields.level": 2 })).toBe(',"fields.level":2');
  });

  it("lets the call win over the scope, and the later scope over the earlier", () => {
    const encoder = encoderOf();
    const scope = encoder.extend(encoder.extend(encoder.emptyScope, { a: 1, b: 1, level: 1 }), { b: 2, c: 2 });
    expect(scope.text).toBe(',"a":1,"b":2,"fields.level":1,"c":2');
    expect(encoder.encode(info, time, "hi", { c: 3, d: 3 }, scope, "")).toBe(
      `${head},"a":1,"b":2,"fields.level":1,"c":3,"d":3${tail}`,
    );
    expect(encoder.encode(info, time, "hi", { d: 3 }, scope, "")).toBe(`${head}${scope.text},"d":3${tail}`);
  });

  it("keeps a bound field when the call has nothing to show in its place", () => {
    expect(encodeWith({ a: undefined, b: 2 }, { bound: { a: 1 } })).toBe(',"a":1,"b":2');
    expect(encodeWith({ trace_id: undefined }, { trace: ids })).toBe(ids);
  });

  it("adds the ids of the active span unless the user names a trace", () => {
    const trace = ids;
    expect(encodeWith({ a: 1 }, { trace })).toBe(`,"a":1${ids}`);
    expect(encodeWith(undefined, { trace })).toBe(ids);
    expect(encodeWith({ trace_id: "mine" }, { trace })).toBe(',"trace_id":"mine"');
    expect(encodeWith(undefined, { bound: { trace_id: "mine" }, trace })).toBe(',"trace_id":"mine"');
    expect(encodeWith({ a: 1 }, { bound: { span_id: "mine" }, trace })).toBe(',"span_id":"mine","a":1');
    expect(encodeWith({ a: { trace_id: 1 } }, { trace })).toBe(`,"a":{"trace_id":1}${ids}`);
  });

  it("keeps the record when its fields cannot be listed", () => {
    const refuse = () => {
      throw new Error("no keys");
    };
    expect(encodeWith(new Proxy({}, { ownKeys: refuse }))).toBe(',"taffrail.fields_error":"[Throws: no keys]"');
  });

  it("keeps other fields when one cannot be read", () => {
    const fields = {
      a: 1,
      get b() {
        throw new Error("no");
      },
      c: { d: 1 },
    };
    expect(encodeWith(fields)).toBe(',"a":1,"b":"[Throws: no]","c":{"d":1}');
  });

  it("is not taken in by fields that somebody gave to all objects", () => {
    const encoder = encoderOf();
    const encode = () => encoder.encode(info, time, "hi", { a: { b: 1 } }, encoder.emptyScope, "");
    const clean = encode();
    encoder.encode(info, time, "hi", { a: { b: 1, polluted: 1 }, polluted: 1 }, encoder.emptyScope, "");
    const prototype = Object.prototype as { polluted?: number; toJSON?: () => string };
    try {
      prototype.polluted = 1;
      prototype.toJSON = () => "polluted";
      expect(encode()).toBe(clean);
      expect(encoder.extend(encoder.emptyScope, { a: 1 }).text).toBe(',"a":1');
    } finally {
      delete prototype.polluted;
      delete prototype.toJSON;
    }
    expect(encode()).toBe(clean);
  });

  it("does not mix up records when a getter logs", () => {
    const encoder = encoderOf();
    const inner = () => encoder.encode(info, time, "inner", { z: undefined, y: 2 }, encoder.emptyScope, "");
    const seen: string[] = [];
    const fields = {
      a: 1,
      get b() {
        seen.push(inner());
        return { c: seen.length };
      },
      d: "x",
    };
    expect(encoder.encode(info, time, "hi", fields, encoder.emptyScope, "")).toBe(
      `${head},"a":1,"b":{"c":1},"d":"x"${tail}`,
    );
    expect(seen).toEqual([`${head},"y":2,"msg":"inner"}\n`]);
  });

  it("bounds the number of fields, of the call and of the scope together with its parents", () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, index]));
    expect(JSON.parse(`{${encodeWith(many, { limits: { keys: 10 } }).slice(1)}}`)).toMatchObject({
      k9: 9,
      "taffrail.omitted": 10,
    });
    const encoder = encoderOf({ keys: 10 });
    let scope = encoder.emptyScope;
    for (let index = 0; index < 50; index++) scope = encoder.extend(scope, { [`c${index}`]: index });
    expect(Object.keys(scope.values).length).toBeLessThanOrEqual(11);
  });

  it("bounds the length of a line", () => {
    const big = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, "x".repeat(1000)]));
    const encoder = encoderOf();
    let scope = encoder.emptyScope;
    for (let index = 0; index < 10; index++) scope = encoder.extend(scope, { ...big, [`s${index}`]: "y".repeat(9000) });
    const line = encoder.encode(info, time, "m".repeat(1e6), big, scope, "");
    expect(line.length).toBeLessThan(defaultLimits.lineLength + 3 * defaultLimits.stringLength);
    expect(JSON.parse(line)).toHaveProperty(["taffrail.omitted"]);
  });

  it("stays right when more shapes come than it remembers", () => {
    const encoder = encoderOf();
    const first = encoder.extend(encoder.emptyScope, { bound: "b" });
    let scope: Scope = first;
    for (let index = 0; index < 20_000; index++) {
      const fields = { [`k${index}`]: { [`n${index}`]: index }, bound: index };
      if (scope.epoch !== encoder.epoch) scope = encoder.fresh(scope);
      const line = encoder.encode(info, time, "hi", fields, scope, "");
      if (index % 1000 === 0) expect(line).toBe(`${head},"k${index}":{"n${index}":${index}},"bound":${index}${tail}`);
    }
    expect(scope).not.toBe(first);
    expect(scope.text).toBe(first.text);
  });
});

/** What the value must look like after a round trip: JSON's own rules, and ours for what JSON cannot hold. */
function model(value: unknown): unknown {
  if (typeof value === "string") return value.toString().replace(/\p{Surrogate}/gu, "\ufffd");
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => model(item) ?? null);
  if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [modelKey(key), model(item)])
      .filter(([, item]) => item !== undefined),
  );
}
const modelKey = (key: string): string =>
  key.replace(/\p{Surrogate}/gu, (lone) => `\ufffd${lone.charCodeAt(0).toString(16)}`);

function randomValue(random: Random, depth: number): unknown {
  switch (random.integer(0, depth > 0 ? 11 : 8)) {
    case 0:
      return random.integer(-1e6, 1e6);
    case 1:
      return (random.next() - 0.5) * 10 ** random.integer(-20, 20);
    case 2:
      return random.pick([Number.NaN, Infinity, -0, null, undefined, true, false]);
    case 3:
      return new Date(random.integer(0, 2 ** 41));
    case 4:
      return BigInt(random.integer(0, 2 ** 50)) * 1_000_003n;
    case 5:
      return () => 1;
    case 6:
    case 7:
    case 8:
      return random.text(random.integer(0, 40));
    case 9:
      return Array.from({ length: random.integer(0, 6) }, () => randomValue(random, depth - 1));
    default:
      return randomFields(random, depth - 1);
  }
}

function randomFields(random: Random, depth: number): Record<string, unknown> {
  const names = ["userId", "level", "fields.level", "a", "__proto__", "taffrail", "trace_id", "msg"];
  const fields: Record<string, unknown> = {};
  for (let index = random.integer(0, 6); index > 0; index--) {
    const key = random.boolean() ? random.pick(names) : random.text(random.integer(0, 12));
    Object.defineProperty(fields, key, { value: randomValue(random, depth), enumerable: true, configurable: true });
  }
  return fields;
}

/** Top-level names as the line has them; of a renamed and an explicit name the later one wins. */
function modelFields(fields: object): Record<string, unknown> {
  const expected: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(fields)) {
    const value = model(item);
    if (value === undefined) continue;
    const name = ["time", "level", "service", "msg"].includes(key) ? `fields.${key}` : modelKey(key);
    Object.defineProperty(expected, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return expected;
}

/** JSON.parse hides keys that stand twice in one object: this finds the first such key in the text, at any depth. */
function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}]/g) ?? [];
  let position = 0;
  for (const token of tokens) {
    position = json.indexOf(token, position) + token.length;
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (json[position] === ":") {
      if (open.at(-1)?.has(token)) return token;
      open.at(-1)?.add(token);
    }
  }
  return undefined;
}

describe("random records", () => {
  const seed = Number(process.env.TAFFRAIL_SEED ?? 20261122);

  it("are searched for duplicate keys by a search that works", () => {
    expect(duplicateKey('{"a":{"b":1,"c":"a"},"c":[{"b":"x"},{"b":"\\"{"}]}')).toBe(undefined);
    expect(duplicateKey('{"a":{"b":1,"c":"}","b":2}}')).toBe('"b"');
  });

  it(`parse back to what was logged (seed ${seed})`, () => {
    const random = createRandom(seed);
    const encoder = encoderOf();
    for (let round = 0; round < 3000; round++) {
      const [bound, fields] = [randomFields(random, 2), randomFields(random, 4)];
      const scope = encoder.extend(encoder.emptyScope, round % 3 === 0 ? bound : {});
      const message = random.text(random.integer(0, 60));
      const line = encoder.encode(3, time + round, message, fields, scope, "");
      const { time: _, level, service, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
      const expected = { ...(round % 3 === 0 ? modelFields(bound) : {}), ...modelFields(fields) };
      expect({ level, service, msg }).toEqual({ level: "warn", service: "shop", msg: model(message) });
      expect(JSON.stringify(Object.entries(rest).sort()), line).toBe(JSON.stringify(Object.entries(expected).sort()));
      expect(line, line).not.toMatch(/\p{Surrogate}/u);
      expect(line.indexOf("\n")).toBe(line.length - 1);
      expect(duplicateKey(line), line).toBe(undefined);
    }
  });
});

describe("createTimestampFormatter", () => {
  it("equals toISOString", () => {
    const format = createTimestampFormatter();
    for (const ms of [0, 1, 999, 1000, time, time + 1, time + 1000, time - 5000, 253402300799999]) {
      expect(format(ms)).toBe(new Date(ms).toISOString());
    }
    expect(format(time + 0.75)).toBe(new Date(time).toISOString());
    expect(() => format(Number.NaN)).toThrow(RangeError);
  });
});
