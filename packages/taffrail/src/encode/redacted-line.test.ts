import { describe, expect, it } from "vitest";
import type { PlaceVerdict, Redaction } from "../redact/redaction.ts";
import { defaultLimits } from "./limits.ts";
import { LineEncoder } from "./line.ts";

const mask = { action: "mask", text: "***" } as const;
const info = 2;

/** Rules by path, in the notation `a.b.*`; counts how often each place was asked about. */
function rulesOf(places: Readonly<Record<string, PlaceVerdict>>, more: Partial<Redaction> = {}) {
  const asked: string[] = [];
  const redaction: Redaction = {
    version: 0,
    place(path) {
      asked.push(path.join("."));
      return places[path.join(".")] ?? { action: "keep" };
    },
    text: undefined,
    ...more,
  };
  return { redaction, asked };
}

const encoderOf = (redaction: Redaction) => new LineEncoder("shop", defaultLimits, redaction);

/** The line of some fields, parsed; encoded twice, since the second time goes by the remembered shape. */
function encode(redaction: Redaction, fields: object, bound: object = {}): Record<string, unknown> {
  const encoder = encoderOf(redaction);
  const scope = encoder.extend(encoder.emptyScope, bound);
  const [first = "", second] = [1, 2].map(() => encoder.encode(info, 0, "hi", fields, scope, ""));
  expect(second).toBe(first);
  const { time: _time, level: _level, service: _service, msg: _msg, ...rest } = JSON.parse(first);
  return rest;
}

describe("a place", () => {
  it("that is masked is never read, wherever it is", () => {
    const secret = {
      name: "ada",
      get password(): string {
        throw new Error("it was read");
      },
    };
    const masked = { name: "ada", password: "***" };
    const everywhere = (prefix: string) => rulesOf({ [prefix]: mask }).redaction;
    expect(encode(everywhere("password"), secret)).toEqual(masked);
    expect(encode(everywhere("user.password"), { user: secret })).toEqual({ user: masked });
    expect(encode(everywhere("users.*.password"), { users: [secret, secret] })).toEqual({ users: [masked, masked] });
    expect(encode(everywhere("users.*.password"), { users: new Set([secret]) })).toEqual({ users: [masked] });
    expect(encode(everywhere("users.a.password"), { users: new Map([["a", secret]]) })).toEqual({
      users: { a: masked },
    });
    expect(encode(everywhere("user.password"), {}, { user: secret })).toEqual({ user: masked });
    const error = Object.assign(new Error("no", { cause: secret }), { stack: "" });
    Object.defineProperty(error, "password", { enumerable: true, get: () => expect.unreachable() });
    expect(encode(rulesOf({ "err.password": mask, "err.cause.password": mask }).redaction, { err: error })).toEqual({
      err: { type: "Error", message: "no", password: "***", cause: masked },
    });
  });

  it("can be dropped, replaced, or decided about further down", () => {
    const { redaction } = rulesOf({
      gone: { action: "drop" },
      card: { action: "replace", apply: (value) => `…${String(value).slice(-4)}` },
      bad: {
        action: "replace",
        apply() {
          throw new Error("no");
        },
      },
      user: { action: "inside", text: "?" },
      "user.secret": mask,
      plain: { action: "inside", text: "?" },
      when: { action: "inside", text: "?" },
    });
    const fields = {
      gone: 1,
      card: "4111111111111111",
      bad: 1,
      user: { id: 1, secret: 2 },
      plain: "x",
      when: new Date(0),
    };
    expect(encode(redaction, fields)).toEqual({
      card: "…1111",
      bad: "[redacted]",
      user: { id: 1, secret: "***" },
      plain: "?",
      when: "?",
    });
    expect(encode(redaction, { gone: 1 }, { gone: 2, a: 1 })).toEqual({ a: 1 });
  });

  it("is asked about once for each shape, not for each record", () => {
    const { redaction, asked } = rulesOf({});
    const encoder = encoderOf(redaction);
    for (let index = 0; index < 100; index++) {
      encoder.encode(info, index, "hi", { a: { b: index, c: [{ d: 1 }] } }, encoder.emptyScope, "");
    }
    expect(asked.sort()).toEqual(["a", "a.b", "a.c", "a.c.*", "a.c.*.d"]);
  });

  it("whose rule throws is masked", () => {
    const { redaction } = rulesOf({});
    const place = () => {
      throw new Error("broken");
    };
    expect(encode({ ...redaction, place }, { a: 1 })).toEqual({ a: "[redacted]" });
  });
});

describe("texts", () => {
  const cover = (text: string) => text.replaceAll("s3cret", "***");

  it("are looked into wherever they stand, also the second time", () => {
    const { redaction } = rulesOf(
      {},
      { text: cover, number: (value) => (value === 4111111111111111 ? "#" : undefined) },
    );
    const error = Object.assign(new Error("s3cret"), {
      stack: "Error: s3cret\n    at s3cret (a.js:1:1)\n    at b (b.js:1:1)",
    });
    const seen = encode(
      redaction,
      { a: "s3cret", b: ["s3cret"], c: 4111111111111111, d: 12, err: error, m: new Map([["k", "s3cret"]]) },
      { bound: "s3cret" },
    );
    expect(seen).toEqual({
      bound: "***",
      a: "***",
      b: ["***"],
      c: "#",
      d: 12,
      err: { type: "Error", message: "***", stack: "Error: ***\n    at *** (a.js:1:1)\n    at b (b.js:1:1)" },
      m: { k: "***" },
    });
    const encoder = encoderOf(redaction);
    for (let index = 0; index < 2; index++) {
      expect(encoder.encode(info, 0, "say s3cret", undefined, encoder.emptyScope, "")).toContain('"msg":"say ***"');
    }
  });

  it("are covered before they are cut", () => {
    const { redaction } = rulesOf({}, { text: cover });
    const encoder = new LineEncoder("shop", { ...defaultLimits, stringLength: 16 }, redaction);
    const line = encoder.encode(info, 0, "hi", { a: `${"x".repeat(13)}s3cret and more` }, encoder.emptyScope, "");
    expect(JSON.parse(line).a).toBe(`${"x".repeat(13)}***… [12 more characters]`);
  });
});

describe("rules that change", () => {
  it("hold for what comes from then on, for bound fields too, and give nothing back", () => {
    let version = 0;
    const secrets = new Set(["b"]);
    const { redaction } = rulesOf({});
    const changing: Redaction = {
      ...redaction,
      get version() {
        return version;
      },
      place: (path) => (secrets.has(path.at(-1) ?? "") ? mask : { action: "keep" }),
    };
    const encoder = encoderOf(changing);
    let scope = encoder.extend(encoder.emptyScope, { a: 1, b: 1, level: "x" });
    const encode = () => {
      if (scope.epoch !== encoder.epoch) scope = encoder.fresh(scope);
      const {
        time: _time,
        service: _service,
        level: _level,
        ...rest
      } = JSON.parse(encoder.encode(info, 0, "hi", { c: { a: 1, b: 1 } }, scope, ""));
      return rest;
    };
    const rest = { "fields.level": "x", msg: "hi" };
    expect(encode()).toEqual({ a: 1, b: "***", c: { a: 1, b: "***" }, ...rest });
    secrets.add("a");
    version += 1;
    expect(encode()).toEqual({ a: "***", b: "***", c: { a: "***", b: "***" }, ...rest });
    secrets.clear();
    version += 1;
    expect(encode()).toEqual({ a: "***", b: "***", c: { a: 1, b: 1 }, ...rest });
  });
});
