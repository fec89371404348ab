import { describe, expect, it } from "vitest";
import winston from "winston";
import { openLogger } from "./testdata/open-logger.ts";
import { winstonCompatible } from "./winston.ts";
import { type WinstonTransportOptions, winstonTransport } from "./winston-transport.ts";

describe("winstonCompatible", () => {
  it("never throws on a record that throws when it is read", async () => {
    const { log, records } = openLogger();
    const broken = {
      get level(): string {
        throw new TypeError("no");
      },
      message: "x",
    };
    winstonCompatible(log)
      .log(broken)
      .log({ level: Object.create(null), message: "y" });
    expect((await records()).map((record) => record["taffrail.fields_error"])).toEqual([
      "TypeError: no",
      expect.stringContaining("TypeError"),
    ]);
  });

  it("has winston's methods and levels", async () => {
    const { log, records } = openLogger();
    const logger = winstonCompatible(log);
    const { error, silly } = logger;
    error("a", { code: 1 });
    logger.warn("b").info("c");
    logger.http("d");
    logger.verbose("e");
    logger.debug("f");
    silly("g");
    expect((await records()).map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      "error a",
      "warn b",
      "info c",
      "debug d",
      "debug e",
      "debug f",
      "trace g",
    ]);
  });

  it("takes log() in both forms, placeholders, several objects and errors", async () => {
    const { log, records } = openLogger();
    const logger = winstonCompatible(log);
    logger.log("info", "user %s", "ann", { a: 1 }, { b: 2 });
    logger.log({ level: "warn", message: "object", c: 3 } as never);
    logger.error("cannot pay", new TypeError("no card"));
    logger.error(new TypeError("alone"));
    logger.info({ message: "in fields", d: 4 });
    logger.log("chatty", "own level");
    logger.info("more", 1, "two");
    expect(await records()).toMatchObject([
      { level: "info", msg: "user ann", a: 1, b: 2 },
      { level: "warn", msg: "object", c: 3 },
      { level: "error", msg: "cannot pay", err: { message: "no card" } },
      { level: "error", msg: "alone", err: { message: "alone" } },
      { level: "info", msg: "in fields", d: 4 },
      { level: "info", msg: "own level", winston_level: "chatty" },
      { level: "info", msg: "more", args: [1, "two"] },
    ]);
  });

  it("has children, and a level that is the logger's", async () => {
    const { log, records } = openLogger();
    const logger = winstonCompatible(log);
    logger.child({ module: "db" }).info("a");
    logger.level = "error";
    logger.warn("no");
    expect([log.level, logger.level, logger.isLevelEnabled("warn"), logger.isLevelEnabled("error")]).toEqual([
      "error",
      "error",
      false,
      true,
    ]);
    expect(() => {
      logger.level = "loud";
    }).toThrow(RangeError);
    expect(await records()).toEqual([{ level: "info", msg: "a", module: "db" }]);
  });

  it("never throws", async () => {
    const { log, records } = openLogger();
    const evil = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
      },
    );
    winstonCompatible(log).info("a", evil);
    winstonCompatible(log).info("b %s", {
      toString: () => {
        throw new Error("no");
      },
    });
    expect((await records()).map(({ msg }) => String(msg).slice(0, 1))).toEqual(["a", "b"]);
  });
});

describe("winstonTransport", () => {
  function viaWinston(options: winston.LoggerOptions = {}, transport: WinstonTransportOptions = {}) {
    const { log, records } = openLogger();
    const logger = winston.createLogger({
      level: "silly",
      transports: [winstonTransport(log, transport)],
      ...options,
    });
    const end = async () => {
      await new Promise<void>((resolve) => logger.on("finish", () => resolve()).end());
      return records();
    };
    return { logger, end };
  }

  it("takes what a real winston logs, with its fields and errors", async () => {
    const { logger, end } = viaWinston();
    logger.info("hello", { a: 1 });
    logger.http("request");
    logger.child({ module: "db" }).warn("slow");
    logger.error(new TypeError("broken"));
    expect(await end()).toMatchObject([
      { level: "info", msg: "hello", a: 1 },
      { level: "debug", msg: "request" },
      { level: "warn", msg: "slow", module: "db" },
      { level: "error", msg: "broken" },
    ]);
  });

  it("takes plain levels under formats that colour them", async () => {
    const { logger, end } = viaWinston({ format: winston.format.colorize() });
    logger.warn("careful");
    expect(await end()).toMatchObject([{ level: "warn", msg: "careful" }]);
  });

  it("has the level of the winston logger", async () => {
    const { logger, end } = viaWinston({ level: "warn" });
    logger.info("no");
    logger.warn("yes");
    expect((await end()).map(({ msg }) => msg)).toEqual(["yes"]);
  });

  it("level: a level of its own", async () => {
    const { logger, end } = viaWinston({}, { level: "error" });
    logger.warn("no");
    logger.error("yes");
    expect((await end()).map(({ msg }) => msg)).toEqual(["yes"]);
  });

  it("knows winston's syslog levels", async () => {
    const { logger, end } = viaWinston({ levels: winston.config.syslog.levels, level: "debug" });
    logger.log("emerg", "a");
    logger.log("notice", "b");
    expect((await end()).map(({ level }) => level)).toEqual(["fatal", "info"]);
  });

  it("clock: a time far from now is kept", async () => {
    const { log, records } = openLogger();
    const logger = winston.createLogger({ transports: [winstonTransport(log, { clock: { now: () => 0 } })] });
    logger.info("old", { timestamp: "2001-01-01T00:00:00.000Z" });
    expect(await records()).toMatchObject([{ msg: "old", original_time: "2001-01-01T00:00:00.000Z" }]);
  });

  it("handleExceptions, handleRejections: tell winston to give it these too", () => {
    const { log } = openLogger();
    const transport = winstonTransport(log, { handleExceptions: true, handleRejections: true });
    expect(transport).toMatchObject({ handleExceptions: true, handleRejections: true });
    expect(winstonTransport(log)).toMatchObject({ handleExceptions: false, handleRejections: false });
  });
});
