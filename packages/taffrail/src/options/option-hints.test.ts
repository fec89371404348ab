import { TaffrailError } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { createLogger } from "../logger.ts";
import { consoleSink } from "../sinks/console-sink.ts";
import { fileSink } from "../sinks/file-sink.ts";

/** What a call with options that are not valid says. */
function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof TaffrailError) return error.message;
    throw error;
  }
  return "nothing was thrown";
}
const logger = (options: unknown) => messageOf(() => createLogger(options as never));

describe("an unknown option", () => {
  it.each([
    [{ levle: "info" }, "option levle is unknown (did you mean level?)."],
    [{ redact: { path: ["a"] } }, "option redact.path is unknown (here it is paths)."],
    [{ redact: { censor: "x" } }, "option redact.censor is unknown (here it is text)."],
    [{ redact: { remove: true } }, 'option redact.remove is unknown (here it is action: "drop").'],
    [{ name: "x" }, "option name is unknown (here it is service)."],
    [{ transport: {} }, "here it is sinks)."],
    [{ transports: [] }, "here it is sinks)."],
    [{ streams: [] }, "here it is sinks)."],
    [{ destination: 1 }, "here it is sinks)."],
    [{ prettyPrint: true }, 'here it is sinks: [consoleSink({ format: "pretty" })]).'],
    [{ base: null }, "here it is fields)."],
    [{ defaultMeta: {} }, "here it is fields)."],
    [{ formatters: {} }, "here it is plugins)."],
    [{ serializers: {} }, "here it is plugins)."],
    [{ sampling: { rtae: 1 } }, "option sampling.rtae is unknown (did you mean rate?)."],
    [{ sinks: [{ sink: consoleSink(), levle: "warn" }] }, "option sinks[0].levle is unknown (did you mean level?)."],
    [{ zebra: 1 }, "option zebra is unknown."],
    [{ constructor: 1 }, "option constructor is unknown."],
  ])("%j names what is meant, if anything", (options, text) => {
    expect(logger(options)).toContain(text);
  });

  it("of a sink does so too", () => {
    expect(messageOf(() => fileSink({ filename: "x" } as never))).toContain("filename is unknown (here it is path).");
    expect(messageOf(() => consoleSink({ fromat: "json" } as never))).toContain("did you mean format?");
  });
});

describe("a value of another form", () => {
  it.each([
    [{ level: "silent" }, "did you mean off?"],
    [{ level: "INFO" }, "did you mean info?"],
    [{ level: "warning" }, "did you mean warn?"],
    [{ level: "debgu" }, "did you mean debug?"],
    [{ level: 30 }, "did you mean info?"],
    [{ sinks: [{ sink: consoleSink(), level: "warning" }] }, "did you mean warn?"],
    [{ redact: ["a.b"] }, "{ paths: [...] }"],
    [{ sinks: [process.stdout] }, "entry 0 is a stream; standard output is consoleSink()"],
    [{ sinks: [consoleSink(), fileSink] }, "entry 1 is a function; call it"],
    ["checkout", 'as in createLogger({ service: "checkout" })'],
  ])("%o is told with the right one", (options, text) => {
    expect(logger(options)).toContain(text);
  });

  it("is told for a level that is like no other without a guess", () => {
    expect(logger({ level: "purple" })).toMatch(/fatal, off\.$/);
    expect(logger({ level: 31 })).toMatch(/fatal, off\.$/);
  });

  it("is told for a bare text where a sink takes options", () => {
    expect(messageOf(() => fileSink("a.log" as never))).toContain('as in fileSink({ path: "app.log" })');
    expect(messageOf(() => consoleSink("pretty" as never))).toContain('as in consoleSink({ format: "pretty" })');
  });
});
