import type { EncodedRecord } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { wantsColours } from "./colours.ts";
import { ecsFormat } from "./ecs-format.ts";
import { jsonFormat } from "./json-format.ts";
import { logfmtFormat } from "./logfmt-format.ts";
import { type PrettyFormatOptions, prettyFormat } from "./pretty-format.ts";

const recordOf = (fields: object): EncodedRecord => ({
  level: "error",
  line: `${JSON.stringify({ time: "2026-11-22T09:00:00.123Z", level: "error", service: "shop", msg: "failed", ...fields })}\n`,
});
const stack = "Error: declined\n    at pay (pay.js:1:1)";
const err = {
  type: "Error",
  message: "declined",
  stack,
  cause: { type: "TypeError", message: "no card", code: "E1", cause: "the moon" },
  errors: [{ type: "RangeError", message: "one" }, "two"],
};
/** What must never reach a terminal or break a line. */
const evil = "\u001b[2Jgone\r\u0007\u009b\u202e\u061c\u2028\n{} \ud800";
const isControl = (character: string): boolean =>
  /[\p{Cc}\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069\p{Cs}]/u.test(character);
const controlsIn = (text: string): string[] => [...text].filter(isControl);

describe("wantsColours", () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "" }, true, true],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "false" }, true, false],
    [{ TERM: "dumb" }, true, false],
  ])("%j on a terminal: %s gives %s", (env, terminal, expected) => {
    expect(wantsColours(env, terminal)).toBe(expected);
  });
});

describe("prettyFormat", () => {
  const show = (fields: object, options: PrettyFormatOptions = {}): string =>
    prettyFormat({ colours: false, time: "utc", ...options }).format(recordOf(fields));
  const head = "09:00:00.123 ERROR shop failed";

  it("shows fields, quoted where that is needed", () => {
    expect(show({ a: 1, b: "x y", c: "/api/orders", d: { e: [true, null] } })).toBe(
      `${head} a=1 b="x y" c=/api/orders d={"e":[true,null]}\n`,
    );
  });

  it("shows long nested values and texts of several lines below", () => {
    const request = { method: "GET", headers: { accept: "text/html, application/json, */*", list: ["a", "b"] }, n: 1 };
    expect(show({ request, sql: "SELECT 1\nFROM t", short: 1 })).toBe(
      [
        `${head} short=1`,
        "    request:",
        "      method: GET",
        '      headers: {"accept":"text/html, application/json, */*","list":["a","b"]}',
        "      n: 1",
        "    sql:",
        "      SELECT 1",
        "      FROM t",
        "",
      ].join("\n"),
    );
  });

  it("shows errors below, with causes, members and fields of their own", () => {
    expect(show({ err, errors: 1 })).toBe(
      [
        `${head} errors=1`,
        "    err: Error: declined",
        "        at pay (pay.js:1:1)",
        "      cause: TypeError: no card",
        "        code: E1",
        '        cause: "the moon"',
        "      errors[0]: RangeError: one",
        "      errors[1]: two",
        "",
      ].join("\n"),
    );
  });

  it("colours: levels aligned and in their colour, or none", () => {
    expect(show({}, { colours: true })).toContain("\u001b[31mERROR\u001b[0m \u001b[2mshop\u001b[0m");
    expect(show({ level: "info" }, { colours: true })).toContain("\u001b[32mINFO \u001b[0m");
    expect(show({}, { colours: false })).toBe(`${head}\n`);
  });

  it("has no blank where an empty message would stand", () => {
    expect(show({ msg: "", a: 1 })).toBe(`${head.slice(0, head.indexOf("shop") + 4)} a=1\n`);
    expect(show({ msg: "" })).toBe(`${head.slice(0, head.indexOf("shop") + 4)}\n`);
  });

  it("colours: each line ends the colour that it began, with all its text", () => {
    const begin = String.fromCharCode(27);
    const colour = new RegExp(String.raw`${begin}\[(\d+)m`, "g");
    const coloured = show({ err, msg: "one\n\ntwo", sql: "a\nb" }, { colours: true });
    for (const line of coloured.split("\n")) {
      const codes = [...line.matchAll(colour)].map(([, code]) => code);
      expect(
        codes.filter((_, index) => index % 2 === 1).every((code) => code === "0"),
        line,
      ).toBe(true);
      expect(codes.length % 2, line).toBe(0);
    }
    expect(coloured.replace(colour, "")).toBe(show({ err, msg: "one\n\ntwo", sql: "a\nb" }));
  });

  it("time: UTC, the zone of the machine, or as it stands in the line", () => {
    const date = new Date("2026-11-22T09:00:00.123Z");
    const local = date.toLocaleTimeString("en-GB", { hour12: false });
    expect(show({}, { time: "utc" })).toBe(`${head}\n`);
    expect(show({}, { time: "local" })).toBe(`${local}.123 ERROR shop failed\n`);
    expect(show({}, { time: "full" })).toBe("2026-11-22T09:00:00.123Z ERROR shop failed\n");
    expect(show({ time: "no time" }, { time: "local" })).toBe("no time ERROR shop failed\n");
  });

  it("lets no value command the terminal or forge a line", () => {
    const text = show({
      msg: evil,
      service: evil,
      level: evil,
      time: evil,
      a: evil,
      [evil]: 1,
      err: { ...err, stack: evil },
    });
    expect(new Set(controlsIn(text))).toEqual(new Set(["\n"]));
    expect(
      text
        .split("\n")
        .slice(1, -1)
        .every((line) => line.startsWith("    ")),
    ).toBe(true);
    expect(show({ msg: "a\u001b[2Jb\u009b\u202e" })).toContain("a\\x1b[2Jb\\x9b\\u202e");
  });

  it("shows what is no record as text", () => {
    expect(prettyFormat({ colours: true }).format({ level: "info", line: "not \u001b json\n" })).toBe(
      "not \\x1b json\n",
    );
  });

  it.each([[{ colours: "yes" }], [{ time: "mars" }], [{ colors: true }]])("refuses %j", (options) => {
    expect(() => prettyFormat(options as PrettyFormatOptions)).toThrow("prettyFormat: option");
  });
});

/** A reader of logfmt: pairs, quotes, JSON's escapes. */
function readLogfmt(line: string): Record<string, string> {
  const pairs: Record<string, string> = Object.create(null);
  const pair = /([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?: |\n)/y;
  while (pair.lastIndex < line.length) {
    const match = pair.exec(line);
    if (match === null) throw new Error(`not logfmt: ${line}`);
    const [, key = "", quoted, bare] = match;
    if (key in pairs) throw new Error(`${key} twice`);
    pairs[key] = quoted === undefined ? String(bare) : (JSON.parse(`"${quoted}"`) as string);
  }
  return pairs;
}

describe("logfmtFormat", () => {
  const show = (fields: object): string => logfmtFormat().format(recordOf(fields));

  it("quotes white space and marks of direction in other alphabets too", () => {
    const line = show({ a: "x\u1680y", b: "x\u061cy", c: "naïve" });
    expect(line).toContain('a="x\u1680y" b="x\\u061cy" c=naïve');
  });

  it("writes pairs, dotted for nested fields", () => {
    expect(show({ a: 1, b: true, c: null, user: { id: 5, roles: ["x"] }, empty: "", none: {} })).toBe(
      "time=2026-11-22T09:00:00.123Z level=error service=shop msg=failed " +
        'a=1 b=true c=null user.id=5 user.roles="[\\"x\\"]" empty="" none="{}"\n',
    );
  });

  it("can be read back, whatever is in the values", () => {
    const values = {
      evil: `${evil.replace("\ud800", "")} "q" \\ = ü 漢 😀`,
      number: "12",
      word: "true",
      equals: "a=b",
      slash: "a\\",
    };
    const line = show(values);
    expect(controlsIn(line)).toEqual(["\n"]);
    expect(readLogfmt(line)).toMatchObject(values);
    expect(line).toContain('number="12"');
  });

  it("gives each key once, and a form that is a key", () => {
    expect(
      Object.keys(readLogfmt(show({ "a b": 1, a_b: 2, "": 3, "1x": 4, 'x="\n': 5, "u.id": 6, u: { id: 7 } }))),
    ).toEqual(["time", "level", "service", "msg", "a_b", "a_b_2", "_", "_1x", "x___", "u.id", "u.id_2"]);
  });

  it("keeps what is no record as a message", () => {
    expect(logfmtFormat().format({ level: "info", line: "not json\n" })).toBe('msg="not json"\n');
  });
});

describe("ecsFormat", () => {
  const show = (fields: object): unknown => JSON.parse(ecsFormat().format(recordOf(fields)));
  const base = {
    "@timestamp": "2026-11-22T09:00:00.123Z",
    "log.level": "error",
    message: "failed",
    "ecs.version": "8.11.0",
    "service.name": "shop",
  };

  it("uses the names of the schema", () => {
    expect(show({ trace_id: "t", span_id: "s", orderId: 7, http: { version: "1.1" } })).toEqual({
      ...base,
      "trace.id": "t",
      "span.id": "s",
      orderId: 7,
      http: { version: "1.1" },
    });
  });

  it("puts the first error in its place, with what the schema has no name for beside it", () => {
    const { cause, errors } = err;
    expect(show({ err })).toEqual({
      ...base,
      error: { type: "Error", message: "declined", stack_trace: stack },
      labels: { err_details: JSON.stringify({ cause, errors }) },
    });
  });

  it("moves plain values under names of objects to the labels", () => {
    expect(show({ host: "a", user: 5, error: "text", labels: { "x.y": 1 }, message: "mine", __proto__x: 1 })).toEqual({
      ...base,
      __proto__x: 1,
      labels: { host: "a", user: "5", error: "text", x_y: "1", message: "mine" },
    });
  });

  it("is one valid line whatever is logged", () => {
    const text = ecsFormat().format(recordOf({ a: evil }));
    expect(text.indexOf("\n")).toBe(text.length - 1);
    expect(ecsFormat().format({ level: "info", line: "no json\n" })).toBe(
      '{"log.level":"info","message":"no json","ecs.version":"8.11.0"}\n',
    );
  });
});

describe("jsonFormat", () => {
  it("gives the line as it is", () => {
    const record = recordOf({});
    expect(jsonFormat().format(record)).toBe(record.line);
  });
});
