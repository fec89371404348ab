import { createRequire } from "node:module";
import { Writable } from "node:stream";
import pino from "pino";
import { describe, expect, test } from "vitest";
import winston from "winston";
import type { DecodedRecord } from "../value.ts";
import { lineFormats } from "./dialects/dialect.ts";
import { createLineParser, type LineParserOptions } from "./line-parser.ts";

const receivedAtMs = Date.now();

/** bunyan comes without types; this is all that is used of it. */
interface Bunyan {
  readonly stdSerializers: object;
  createLogger(options: object): { warn(fields: object, message: string): void };
}
const bunyan = createRequire(import.meta.url)("bunyan") as Bunyan;

function parse(line: string, options: LineParserOptions = {}): DecodedRecord & { readonly format: string } {
  const outcome = createLineParser(options).parse(line, receivedAtMs);
  if ("record" in outcome) return { ...outcome.record, format: outcome.format };
  throw "error" in outcome ? outcome.error : new Error(outcome.none);
}

function errorOf(line: string, options: LineParserOptions = {}): string {
  const outcome = createLineParser(options).parse(line, receivedAtMs);
  return "error" in outcome ? `${outcome.error.code}: ${outcome.error.message}` : "no error";
}

/** What a logger writes to its stream. */
function capture(write: (stream: Writable) => void): Promise<string[]> {
  return new Promise((resolve) => {
    let text = "";
    const stream = new Writable({
      write(chunk, _encoding, done): void {
        text += String(chunk);
        done();
      },
    });
    write(stream);
    setImmediate(() => resolve(text.trimEnd().split("\n")));
  });
}

describe("loggers as installed, not as remembered", () => {
  test("pino", async () => {
    const [line = ""] = await capture((stream) =>
      pino({ name: "shop" }, stream).error(new TypeError("boom"), "it failed"),
    );
    expect(parse(line)).toMatchObject({
      format: "pino",
      service: "shop",
      severityNumber: 17,
      severityText: "error",
      body: "it failed",
      attributes: { "exception.type": "TypeError", "exception.message": "boom", err: { message: "boom" } },
    });
    expect(Math.abs(Number(parse(line).timeUnixNano) / 1e6 - receivedAtMs)).toBeLessThan(60_000);
  });

  test("bunyan", async () => {
    const [line = ""] = await capture((stream) =>
      bunyan
        .createLogger({ name: "shop", stream, serializers: bunyan.stdSerializers })
        .warn({ err: new RangeError("far") }, "careful"),
    );
    expect(parse(line)).toMatchObject({
      format: "bunyan",
      service: "shop",
      severityNumber: 13,
      body: "careful",
      attributes: { "exception.type": "RangeError", "exception.message": "far" },
    });
  });

  test("winston", async () => {
    const { combine, errors, json, timestamp } = winston.format;
    const [line = ""] = await capture((stream) =>
      winston
        .createLogger({
          format: combine(errors({ stack: true }), timestamp(), json()),
          defaultMeta: { service: "shop" },
          transports: [new winston.transports.Stream({ stream })],
        })
        .error(new SyntaxError("odd")),
    );
    expect(parse(line)).toMatchObject({
      format: "winston",
      service: "shop",
      severityNumber: 17,
      body: "odd",
      attributes: { "exception.type": "SyntaxError", "exception.message": "odd" },
    });
  });
});

describe("a forced format", () => {
  const samples: Readonly<Record<string, string>> = {
    taffrail: '{"time":"2026-11-22T09:00:00Z","level":"info","service":"s","msg":"m"}',
    pino: '{"level":30,"msg":"m"}',
    bunyan: '{"level":30,"msg":"m","v":0}',
    winston: '{"level":"info","message":"m"}',
    ecs: '{"@timestamp":"2026-11-22T09:00:00Z","message":"m"}',
    json: '{"message":"m"}',
    docker: '{"log":"m\\n","stream":"stdout","time":"2026-11-22T09:00:00Z"}',
    cri: "2026-11-22T09:00:00Z stdout F m",
    logfmt: "level=info msg=m",
    "access-log": '1.2.3.4 - - [22/Nov/2026:09:00:00 +0000] "GET / HTTP/1.1" 200 1',
    plain: '{"looks":"like JSON"}',
  };
  test.each(lineFormats)("%s takes its own", (format) => {
    expect(parse(samples[format] ?? "", { format }).format).toBe(format);
  });
  test.each(lineFormats.filter((format) => format !== "plain"))("%s refuses others", (format) => {
    expect(errorOf("free text, nothing else", { format })).toBe(
      `invalid_line: Line 1 is not a record: it is not ${format}.`,
    );
  });
  test("cri and docker refuse JSON lines that are not framed", () => {
    for (const format of ["cri", "docker"] as const)
      expect(errorOf('{"msg":"x"}', { format })).toContain("invalid_line");
  });
});

describe("lines that are no records", () => {
  test.each([
    ['{"msg":', "invalid_line: Line 1 is not a record: "],
    ['{"msg":"x"} trailing', "invalid_line"],
    ["{'single':1}", "invalid_line"],
    [`{"a":${"[".repeat(10_000)}${"]".repeat(10_000)},"n":1e400}`, "record_too_deep"],
  ])("%s", (line, error) => expect(errorOf(line)).toContain(error));

  test("text is a record, unless the sender said JSON lines", () => {
    expect(parse("free text").body).toBe("free text");
    expect(errorOf("free text", { plainText: false })).toContain("plain text is sent as text/plain");
    expect(parse("level=info msg=structured", { plainText: false }).body).toBe("structured");
  });

  /** As long as a line may be, and made to hurt regular expressions and parsers. */
  const long = 1024 * 1024 - 100;
  test.each([
    ["one word", "a".repeat(long)],
    ["colons and digits", "1:".repeat(long / 2)],
    ["an open quote of an access log", `1.2.3.4 - - [22/Nov/2026:09:00:00 +0000] "${'\\"'.repeat(long / 4)}`],
    ["logfmt that goes wrong at its end", `${"a=b ".repeat(long / 4)}"`],
    ["escapes in logfmt", `a="${"\\n".repeat(long / 2)}" b=1`],
    ["digits in JSON", `{"a":${"1".repeat(long)}}`],
    ["80,000 keys", `{${Array.from({ length: 80_000 }, (_, index) => `"k${index}":1`).join(",")}}`],
    ["open brackets", `{"a":${"[".repeat(long)}`],
    ["a stack without end", JSON.stringify({ err: { message: "x", stack: "A".repeat(long - 100) } })],
  ])("a hostile line of 1 MiB is parsed or refused, never thrown: %s", (_name, line) => {
    const outcome = createLineParser().parse(line, receivedAtMs);
    expect(outcome).toSatisfy((value: object) => "record" in value || "error" in value);
  });

  test("blank lines are nothing", () => {
    const parser = createLineParser();
    expect(parser.parse("", receivedAtMs)).toEqual({ none: "blank" });
    expect(parser.parse("  \t", receivedAtMs)).toEqual({ none: "blank" });
  });

  test("the number of the line is in the message, given or counted", () => {
    const parser = createLineParser();
    parser.parse("fine", receivedAtMs);
    expect(parser.parse("{", receivedAtMs)).toMatchObject({ error: { details: { line: 2 } } });
    expect(parser.parse("{", receivedAtMs, 77)).toMatchObject({ error: { details: { line: 77 } } });
  });
});

describe("parts of long lines", () => {
  test("CRI parts are joined per stream, and the time is that of the first", () => {
    const parser = createLineParser();
    expect(parser.parse("2026-11-22T09:00:00Z stdout P ab", receivedAtMs)).toEqual({ none: "partial" });
    expect(parser.parse("2026-11-22T09:00:05Z stdout F cd", receivedAtMs)).toMatchObject({
      record: { body: "abcd", timeUnixNano: "1795338000000000000" },
    });
    expect(parser.flush(receivedAtMs)).toEqual([]);
  });

  test("Docker parts are joined when they are as long as Docker cuts", () => {
    const parser = createLineParser();
    const part = "x".repeat(16 * 1024);
    const line = (log: string): string => JSON.stringify({ log, stream: "stdout", time: "2026-11-22T09:00:00Z" });
    expect(parser.parse(line(part), receivedAtMs)).toEqual({ none: "partial" });
    expect(parser.parse(line("end\n"), receivedAtMs)).toMatchObject({ record: { body: `${part}end` } });
    expect(parser.parse(line("no newline, but short"), receivedAtMs)).toMatchObject({
      record: { body: "no newline, but short" },
    });
  });

  test("a line that never ends is refused once, and the next is a record again", () => {
    const parser = createLineParser();
    const part = `2026-11-22T09:00:00Z stdout P ${"x".repeat(400_000)}`;
    const outcomes = Array.from({ length: 5 }, () => parser.parse(part, receivedAtMs));
    expect(outcomes.filter((outcome) => "error" in outcome)).toMatchObject([{ error: { code: "record_too_large" } }]);
    expect(parser.parse("2026-11-22T09:00:00Z stdout F end", receivedAtMs)).toEqual({ none: "partial" });
    expect(parser.parse("2026-11-22T09:00:00Z stdout F next", receivedAtMs)).toMatchObject({
      record: { body: "next" },
    });
  });
});

test("the default service stands in only where the line names none", () => {
  expect(parse("text", { service: "fallback" })).toMatchObject({
    service: "fallback",
    resource: { "service.name": "fallback" },
  });
  expect(parse('{"service":"own","msg":"m"}', { service: "fallback" }).service).toBe("own");
});
