import Fastify from "fastify";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { pinoCompatible } from "./pino.ts";
import { openLogger } from "./testdata/open-logger.ts";

/** What pino itself writes for the same calls. */
function viaPino(use: (logger: pino.Logger) => void, options: pino.LoggerOptions = {}): Record<string, unknown>[] {
  const lines: string[] = [];
  use(pino({ base: null, timestamp: false, level: "trace", ...options }, { write: (line) => void lines.push(line) }));
  const names = pino.levels.labels;
  return lines.map((line) => JSON.parse(line)).map((record) => ({ ...record, level: names[record.level] }));
}

describe("pinoCompatible, and its pinoChild loggers", () => {
  const calls: readonly (readonly [
    string,
    (logger: Pick<pino.Logger, "info" | "child" | "error" | "trace">) => void,
  ])[] = [
    ["a message", (logger) => logger.info("hello")],
    ["fields and a message", (logger) => logger.info({ a: 1 }, "hello")],
    ["fields alone", (logger) => logger.info({ a: 1, b: { c: [2] } })],
    ["placeholders", (logger) => logger.info("%s is %d years, %j, 100%%", "ann", 7, { a: 1 })],
    ["%o and %O", (logger) => logger.info("%o %O", { a: { b: 1 } }, [1])],
    ["fields and placeholders", (logger) => logger.info({ a: 1 }, "%s", "ann")],
    ["children", (logger) => logger.child({ a: 1 }).child({ b: 2 }).info("hello")],
    ["a prefix", (logger) => logger.child({}, { msgPrefix: "[db] " }).info("hello")],
    [
      "serializers",
      (logger) => logger.child({ who: "ann" }, { serializers: { who: (v: string) => v.length } }).info("x"),
    ],
    [
      "serializers of a call",
      (logger) =>
        logger.child({}, { serializers: { user: (user: { id: number }) => user.id } }).info({ user: { id: 7 } }, "x"),
    ],
    ["a child's level", (logger) => logger.child({}, { level: "error" }).info("not seen")],
  ];
  it("makes a child also of bindings that throw when they are read", async () => {
    const { log, records } = openLogger();
    const bindings = {
      get broken(): string {
        throw new TypeError("no");
      },
    };
    pinoCompatible(log).child(bindings).info("hello");
    expect(await records()).toEqual([{ level: "info", msg: "hello", "taffrail.fields_error": "TypeError: no" }]);
  });

  it.each(calls)("writes what pino writes: %s", async (_, call) => {
    const { log, records } = openLogger();
    call(pinoCompatible(log) as never);
    // A record without a message has an empty one; pino leaves it out.
    const found = (await records()).map(({ msg, ...record }) => (msg === "" ? record : { ...record, msg }));
    expect(found).toEqual(viaPino(call as (logger: pino.Logger) => void));
  });

  it("keeps errors with type, message and stack, and takes the message from them", async () => {
    const { log, records } = openLogger();
    const logger = pinoCompatible(log);
    logger.error(new TypeError("no card"));
    logger.error({ err: new TypeError("no card") }, "cannot pay");
    logger.error("cannot pay", new TypeError("no card"));
    const found = await records();
    expect(found.map(({ msg }) => msg)).toEqual(["no card", "cannot pay", "cannot pay"]);
    for (const { err } of found)
      expect(err).toMatchObject({ message: "no card", stack: expect.stringContaining("TypeError") });
  });

  it("keeps arguments that no placeholder takes", async () => {
    const { log, records } = openLogger();
    const logger = pinoCompatible(log);
    logger.info("a %s", "b", "c", 3);
    logger.info("plain", 1);
    logger.info({ x: 1 }, "fields", 2);
    expect(await records()).toEqual([
      { level: "info", msg: "a b", args: ["c", 3] },
      { level: "info", msg: "plain", args: [1] },
      { level: "info", msg: "fields", x: 1, args: [2] },
    ]);
  });

  it("has pino's levels, which are those of the logger", async () => {
    const { log, records } = openLogger();
    const logger = pinoCompatible(log);
    logger.level = "warn";
    expect([log.level, logger.level, logger.levelVal]).toEqual(["warn", "warn", 40]);
    expect([logger.isLevelEnabled("info"), logger.isLevelEnabled("error"), logger.isLevelEnabled("nope")]).toEqual([
      false,
      true,
      false,
    ]);
    logger.info("no");
    logger.level = "silent";
    logger.fatal("no");
    expect([log.level, logger.level, logger.levelVal]).toEqual(["off", "silent", Number.POSITIVE_INFINITY]);
    expect(logger.levels).toEqual({ labels: pino.levels.labels, values: pino.levels.values });
    expect(() => {
      logger.level = "loud";
    }).toThrow(RangeError);
    logger.silent("no");
    expect(await records()).toEqual([]);
  });

  it("serializers: of the options hold for all children", async () => {
    const { log, records } = openLogger();
    const logger = pinoCompatible(log, { serializers: { user: (user: { id: number }) => user.id } });
    logger.info({ user: { id: 1 } });
    logger.child({ user: { id: 2 } }).info("x");
    expect((await records()).map(({ user }) => user)).toEqual([1, 2]);
  });

  it("level, msgPrefix: of pinoCompatible's child options hold for the child alone", async () => {
    const { log, records } = openLogger();
    const logger = pinoCompatible(log);
    const child = logger.child({}, { level: "silent", msgPrefix: "[db] " });
    child.error("no");
    child.level = "info";
    child.child({}, { msgPrefix: "deeper " }).info("yes");
    logger.info("plain");
    expect((await records()).map(({ msg }) => msg)).toEqual(["[db] deeper yes", "plain"]);
  });

  it("tells its bindings, and flushes", async () => {
    const { log } = openLogger();
    const child = pinoCompatible(log).child({ a: 1 }).child({ b: 2 });
    expect(child.bindings()).toEqual({ a: 1, b: 2 });
    await new Promise<void>((resolve) => child.flush(() => resolve()));
  });

  it("masks what a serializer that throws would have shown, and never throws itself", async () => {
    const { log, records } = openLogger();
    const logger = pinoCompatible(log, {
      serializers: {
        avatar: () => {
          throw new TypeError("no");
        },
      },
    });
    logger.info({ avatar: "hunter2" }, "a");
    const evil = {
      get x() {
        throw new Error("no");
      },
    };
    logger.info(evil, "b %s", {
      toString: () => {
        throw new Error("no");
      },
    });
    const found = await records();
    expect(found[0]).toMatchObject({ msg: "a", avatar: "[serializer failed: TypeError: no]" });
    expect(found.length).toBe(2);
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });

  it("refuses rules of redaction for one child, which would hold for nobody", () => {
    const { log } = openLogger();
    expect(() => pinoCompatible(log).child({}, { redact: ["a"] } as object)).toThrow("option redact is not valid");
  });

  it("serves Fastify as its logger, with its serializers and request ids", async () => {
    const { log, records } = openLogger({ level: "info" });
    const app = Fastify({ loggerInstance: pinoCompatible(log) });
    app.get("/", async (request) => {
      request.log.info({ a: 1 }, "inside %s", "handler");
      return "ok";
    });
    app.get("/fail", async () => {
      throw new TypeError("broken");
    });
    await app.inject({ url: "/?token=1", headers: { authorization: "Bearer abc" } });
    await app.inject("/fail");
    await app.close();
    const found = await records();
    expect(found.map(({ msg, reqId }) => [reqId, msg])).toEqual([
      ["req-1", "incoming request"],
      ["req-1", "inside handler"],
      ["req-1", "request completed"],
      ["req-2", "incoming request"],
      ["req-2", "broken"],
      ["req-2", "request completed"],
    ]);
    expect(found[0]?.req).toMatchObject({ method: "GET", url: expect.stringContaining("/") });
    expect(found[2]?.res).toEqual({ statusCode: 200 });
    expect(found[4]).toMatchObject({ level: "error", err: { message: "broken" } });
    expect(JSON.stringify(found)).not.toContain("Bearer abc");
  });
});
