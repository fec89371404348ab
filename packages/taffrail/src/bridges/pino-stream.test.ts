import pino from "pino";
import { describe, expect, it } from "vitest";
import { taffrailStream } from "./pino-stream.ts";
import { openLogger } from "./testdata/open-logger.ts";

describe("taffrailStream", () => {
  it("takes the lines of a real pino: level, message, fields, errors, children", async () => {
    const { log, records } = openLogger();
    const logger = pino({ level: "trace", base: null }, taffrailStream(log));
    logger.info({ a: 1 }, "hello");
    logger.child({ b: 2 }).warn("there");
    logger.fatal(new TypeError("broken"));
    logger.trace({ msg: "own" });
    expect(await records()).toMatchObject([
      { level: "info", msg: "hello", a: 1 },
      { level: "warn", msg: "there", b: 2 },
      { level: "fatal", msg: "broken", err: { type: "TypeError", message: "broken" } },
      { level: "trace", msg: "own" },
    ]);
  });

  it("knows levels as names, between two others, and beyond", async () => {
    const { log, records } = openLogger();
    const named = { formatters: { level: (label: string) => ({ level: label }) }, base: null } as const;
    pino(named, taffrailStream(log)).error("a");
    pino({ customLevels: { notice: 35 }, base: null }, taffrailStream(log)).notice("b");
    taffrailStream(log).write('{"level":99,"msg":"c"}\n{"level":1,"msg":"d"}\n{"msg":"e"}\n');
    expect((await records()).map(({ level }) => level)).toEqual(["error", "info", "fatal", "trace", "info"]);
  });

  it("messageKey: the key that pino was given", async () => {
    const { log, records } = openLogger();
    const logger = pino({ messageKey: "text", base: null }, taffrailStream(log, { messageKey: "text" }));
    logger.info("hello");
    expect(await records()).toMatchObject([{ msg: "hello" }]);
  });

  it("clock: a time far from now is kept", async () => {
    const { log, records } = openLogger();
    const stream = taffrailStream(log, { clock: { now: () => 100_000 } });
    stream.write('{"level":30,"time":99500,"msg":"a"}\n{"level":30,"time":5000,"msg":"b"}\n');
    stream.write('{"level":30,"time":"1970-01-01T00:00:07.000Z","msg":"c"}\n{"level":30,"time":1e300,"msg":"d"}\n');
    const times = (await records()).map(({ original_time }) => original_time);
    expect(times).toEqual([undefined, "1970-01-01T00:00:05.000Z", "1970-01-01T00:00:07.000Z", undefined]);
  });

  it("takes lines in pieces, and text that is no JSON", async () => {
    const { log, records } = openLogger();
    const stream = taffrailStream(log);
    const bytes = Buffer.from('{"level":30,"msg":"gr\u00fc\u00dfe"}\nplain text\n\n[1]\nlast');
    for (const byte of bytes) stream.write(Buffer.from([byte]));
    await new Promise<void>((resolve) => stream.end(() => resolve()));
    expect((await records()).map(({ msg }) => msg)).toEqual(["gr\u00fc\u00dfe", "plain text", "[1]", "last"]);
  });

  it("bounds a line without an end", async () => {
    const { log, records } = openLogger({ level: "info" });
    const stream = taffrailStream(log);
    stream.write("x".repeat(2.5 * 1024 * 1024));
    expect((await records()).length).toBe(2);
  });
});
