import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { type Level, type Sink, TaffrailError } from "@taffrail/contracts";
import { manualClock, type Recorder, recorder } from "@taffrail/testkit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { currentContext, withContext } from "./context.ts";
import { createLogger, type Logger } from "./logger.ts";
import type { LoggerOptions } from "./options/logger-options.ts";

interface Bench {
  readonly log: Logger;
  readonly recorded: Recorder;
  /** All records, after a flush, without time, level and service. */
  read(): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const opened: Logger[] = [];
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
});

function bench(options: LoggerOptions = {}): Bench {
  const recorded = recorder();
  const log = createLogger({ service: "test", sinks: [recorded], signals: [], ...options });
  opened.push(log);
  const read = async () => {
    await log.flush();
    return recorded.records.map(({ time: _time, level: _level, service: _service, ...rest }) => rest);
  };
  return { log, recorded, read };
}

const levels: readonly Level[] = ["trace", "debug", "info", "warn", "error", "fatal"];

describe("a call", () => {
  it("takes all argument orders", async () => {
    const { log, read } = bench();
    const error = new RangeError("too much");
    const err = { type: "RangeError", message: "too much", stack: error.stack };
    log.info("message");
    log.info("message first", { a: 1 });
    log.info({ a: 1 }, "fields first");
    log.info({ a: 1 });
    log.error(error);
    log.error("failed", error);
    log.error(error, "failed too");
    log.error({ err: error, a: 1 });
    log.error("with fields", { cause: error });
    log.info("lazy", () => ({ a: 1 }));
    log.info(() => ({ a: 1 }), "lazy first");
    expect(await read()).toEqual([
      { msg: "message" },
      { msg: "message first", a: 1 },
      { msg: "fields first", a: 1 },
      { msg: "", a: 1 },
      { msg: "too much", err },
      { msg: "failed", err },
      { msg: "failed too", err },
      { msg: "too much", err, a: 1 },
      { msg: "with fields", cause: err },
      { msg: "lazy", a: 1 },
      { msg: "lazy first", a: 1 },
    ]);
  });

  it("takes its message from the fields when no argument is the message", async () => {
    const { log, read } = bench();
    const err = new Error("reason");
    log.info({ msg: "in obj", a: 1 });
    log.info({ message: "in message", a: 1 });
    log.info({ msg: "both", message: "a field" });
    log.info({ msg: 5, message: "only text" });
    log.info({ err, msg: "over the error's" });
    log.info(() => ({ msg: "lazy", a: 1 }));
    log.log("info", { msg: "at level" });
    log.info({ msg: "own", a: 1 }, "explicit");
    log.info("explicit first", { msg: "own", message: "m" });
    expect(await read()).toEqual([
      { msg: "in obj", a: 1 },
      { msg: "in message", a: 1 },
      { msg: "both", message: "a field" },
      { msg: "only text", "fields.msg": 5 },
      { msg: "over the error's", err: { type: "Error", message: "reason", stack: err.stack } },
      { msg: "lazy", a: 1 },
      { msg: "at level" },
      { msg: "explicit", "fields.msg": "own", a: 1 },
      { msg: "explicit first", "fields.msg": "own", message: "m" },
    ]);
  });

  it("keeps arguments beyond the signatures in order, within bounds", async () => {
    const { log, read } = bench();
    const call = log.info.bind(log) as (...args: unknown[]) => void;
    call("fmt %s %d", "x", 5);
    call("fmt %s %d", undefined, 5);
    call("fields", { a: 1 }, 5, [6]);
    call({ a: 1 }, "message", { b: 2 });
    call({ a: 1 }, 7);
    call({ msg: "in obj" }, { b: 2 });
    call("own", { args: 1 }, 5);
    (log.log as (...args: unknown[]) => void)("info", "at level", "x", 5);
    call("many", ...Array.from({ length: 300 }, (_, index) => index));
    const records = await read();
    expect(records.slice(0, -1)).toEqual([
      { msg: "fmt %s %d", args: ["x", 5] },
      { msg: "fmt %s %d", args: [null, 5] },
      { msg: "fields", a: 1, args: [5, [6]] },
      { msg: "message", a: 1, args: [{ b: 2 }] },
      { msg: "", a: 1, args: [7] },
      { msg: "in obj", args: [{ b: 2 }] },
      { msg: "own", args: 1, "taffrail.args": [5] },
      { msg: "at level", args: ["x", 5] },
    ]);
    const { args } = records.at(-1) as { readonly args: readonly unknown[] };
    expect([args.length, args[0], args[255], args[256]]).toEqual([257, 0, 255, "… 44 more"]);
  });

  it("survives proxies that refuse to be asked, with their arguments", async () => {
    const { log, read } = bench();
    const refuse = () => {
      throw new Error("no");
    };
    const proxy = new Proxy({}, { getOwnPropertyDescriptor: refuse, ownKeys: refuse });
    const call = log.info.bind(log) as (...args: unknown[]) => void;
    call(proxy);
    call("text", proxy, 5);
    expect(await read()).toEqual([
      { msg: "", "taffrail.fields_error": "[Throws: no]" },
      { msg: "text", "taffrail.fields_error": "[Throws: no]", args: [5] },
    ]);
  });

  it("survives arguments that types forbid, and loses none of them", async () => {
    const { log, read } = bench();
    const call = log.info.bind(log) as (...args: unknown[]) => void;
    call();
    call(42);
    call(null, "null first");
    call("text", 7);
    call("list", [1, 2]);
    call("thrown", () => {
      throw new Error("lazily");
    });
    call("nested", () => () => 1);
    call({
      get err() {
        throw new Error("no");
      },
    });
    expect(await read()).toEqual([
      { msg: "" },
      { msg: "", value: 42 },
      { msg: "null first" },
      { msg: "text", value: 7 },
      { msg: "list", value: [1, 2] },
      { msg: "thrown", "taffrail.fields_error": "[Throws: lazily]" },
      { msg: "nested", value: "" },
      { msg: "", err: "[Throws: no]" },
    ]);
    expect(log.ledger()).toMatchObject({ accepted: 8, delivered: 8, pending: 0 });
  });

  it("does not see later changes of its arguments", async () => {
    const { log, read } = bench();
    const fields = { list: [1] };
    const bindings = { who: { name: "a" } };
    const child = log.child(bindings);
    child.info("x", fields);
    fields.list.push(2);
    bindings.who.name = "b";
    child.info("y");
    expect(await read()).toEqual([
      { msg: "x", who: { name: "a" }, list: [1] },
      { msg: "y", who: { name: "a" } },
    ]);
  });

  it("leaves frozen arguments alone and counts a time that has no date", async () => {
    const { log, read } = bench();
    log.info("frozen", Object.freeze({ a: Object.freeze({ b: 1 }) }));
    expect(await read()).toEqual([{ msg: "frozen", a: { b: 1 } }]);
    const clock = manualClock(Number.NaN);
    const broken = bench({ clock, onProblem: () => {} });
    broken.log.info("x");
    expect(broken.log.ledger()).toMatchObject({ accepted: 1, dropped: { "encode-failed": 1 } });
  });
});

describe("levels", () => {
  it("gate each call, before anything is evaluated", async () => {
    const { log, recorded } = bench({ level: "warn" });
    let evaluated = 0;
    for (const level of levels) {
      log[level](level, () => ({ evaluated: ++evaluated }));
      log.log(level, `log ${level}`);
    }
    await log.flush();
    expect(evaluated).toBe(3);
    expect(recorded.records.map(({ level, msg }) => [level, msg])).toEqual(
      ["warn", "error", "fatal"].flatMap((level) => [
        [level, level],
        [level, `log ${level}`],
      ]),
    );
  });

  it("reach children that have no level of their own", () => {
    const { log } = bench();
    const child = log.child({ a: 1 });
    const grandchild = child.child({ b: 1 });
    const quiet = log.child({}, { level: "fatal" });
    const ofQuiet = quiet.child({});
    log.level = "debug";
    expect([child, grandchild, quiet, ofQuiet].map(({ level }) => level)).toEqual(["debug", "debug", "fatal", "fatal"]);
    child.level = "error";
    log.level = "trace";
    expect([log, child, grandchild, quiet].map(({ level }) => level)).toEqual(["trace", "error", "error", "fatal"]);
    quiet.level = "off";
    expect(ofQuiet.level).toBe("off");
  });

  it("ignores a level that does not exist, and logs at info when a call names one", async () => {
    const { log, recorded } = bench();
    (log as { level: string }).level = "loud";
    expect(log.level).toBe("info");
    log.log("shout" as Level, "x");
    log.log("warning" as Level, "y");
    await log.flush();
    expect(recorded.records.map(({ level }) => level)).toEqual(["info", "warn"]);
  });
});

describe("child", () => {
  it("adds its fields to those of its parent, and the later one wins", async () => {
    const { log, read } = bench({ fields: { region: "eu", a: 0 } });
    const child = log.child({ module: "orders", a: 1 }).child({ a: 2, service: "mine" });
    child.info("x", { b: 1 });
    child.info("y", { a: 3 });
    expect(await read()).toEqual([
      { msg: "x", region: "eu", a: 2, module: "orders", "fields.service": "mine", b: 1 },
      { msg: "y", region: "eu", a: 3, module: "orders", "fields.service": "mine" },
    ]);
  });
});

describe("a child of nonsense", () => {
  it("is a logger all the same", async () => {
    const { log, read } = bench();
    log.child(null as never).info("x");
    log.child({ a: 1 }, { level: "loud" as never }).info("y");
    expect(await read()).toEqual([{ msg: "x" }, { msg: "y", a: 1 }]);
  });
});

describe("calls from JavaScript that no type allows", () => {
  it("do not throw at the caller: null where options are expected", async () => {
    const { log, read } = bench();
    log.child({ a: 1 }, null as never).info("x");
    expect(await log.flush(null as never)).toMatchObject({ accepted: 1, delivered: 1 });
    for (const change of [null, 1, "debug", [], () => {}, { level: null }]) {
      expect(() => log.configure(change as never), String(change)).toThrow(TaffrailError);
    }
    expect(await read()).toEqual([{ msg: "x", a: 1 }]);
    expect(await log.close(null as never)).toMatchObject({ accepted: 1, pending: 0 });
  });

  it("warn once, and name the remedy, when a method has lost its logger", async () => {
    const { log, read } = bench();
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    Reflect.deleteProperty(process, Symbol.for("taffrail.detached.1"));
    try {
      await Promise.reject(new Error("boom")).catch(log.error);
      const { audit, info, log: atLevel } = log;
      for (const call of [info, audit]) call("lost");
      atLevel("info", "lost");
      expect(warned.mock.calls).toEqual([
        [
          expect.stringContaining("(...values) => log.error(...values)"),
          expect.objectContaining({ code: "TAFFRAIL_DETACHED_METHOD" }),
        ],
      ]);
    } finally {
      warned.mockRestore();
      Reflect.deleteProperty(process, Symbol.for("taffrail.detached.1"));
    }
    log.info("here");
    expect(await read()).toEqual([{ msg: "here" }]);
  });
});

describe("withContext", () => {
  it("reaches every logger across awaits, nests and ends", async () => {
    const [one, two] = [bench(), bench()];
    const child = one.log.child({ module: "m", requestId: "of the child" });
    const result = await withContext({ requestId: "r1", user: "u" }, async () => {
      one.log.info("a");
      await sleep(2);
      child.info("b");
      await withContext({ user: "v" }, async () => {
        await sleep(1);
        two.log.info("c", { requestId: "of the call" });
        expect(currentContext()).toEqual({ requestId: "r1", user: "v" });
      });
      one.log.info("d");
      return 42;
    });
    one.log.info("e");
    expect(result).toBe(42);
    expect(currentContext()).toEqual({});
    expect(await one.read()).toEqual([
      { msg: "a", requestId: "r1", user: "u" },
      { msg: "b", module: "m", requestId: "r1", user: "u" },
      { msg: "d", requestId: "r1", user: "u" },
      { msg: "e" },
    ]);
    expect(await two.read()).toEqual([{ msg: "c", requestId: "of the call", user: "v" }]);
  });

  it("keeps concurrent work apart", async () => {
    const { log, read } = bench();
    await Promise.all(
      Array.from({ length: 50 }, (_, id) =>
        withContext({ id }, async () => {
          for (let step = 0; step < 5; step++) {
            await sleep(id % 3);
            log.info(`${id}`);
          }
        }),
      ),
    );
    const records = await read();
    expect(records.length).toBe(250);
    expect(records.filter(({ msg, id }) => msg !== `${id}`)).toEqual([]);
  });

  it("passes on what fn throws, and survives fields that throw", async () => {
    const { log, read } = bench();
    const fields = {
      get a() {
        throw new Error("no");
      },
    };
    expect(() =>
      withContext(fields, () => {
        log.info("x");
        throw new Error("mine");
      }),
    ).toThrow("mine");
    expect(await read()).toEqual([{ msg: "x", "taffrail.context_error": "Error: no" }]);
  });

  it("does not keep the caller's context alive in background work", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const write: Sink["write"] = async () => {
      seen.push(storage.getStore());
      return { outcome: "ok" };
    };
    const log = createLogger({ signals: [], sinks: [{ ...recorder(), write }] });
    storage.run("request", () => log.info("x"));
    await storage.run("flush", () => log.close());
    expect(seen).toEqual([undefined]);
  });
});

describe("the end", () => {
  it("close drains, returns the ledger and lets nothing more in", async () => {
    const { log, recorded } = bench({ onProblem: () => {} });
    const child = log.child({});
    for (let index = 0; index < 1000; index++) child.info("x", { index });
    const ledger = await child.close();
    expect(ledger).toMatchObject({ accepted: 1000, delivered: 1000, filtered: 0, dropped: {}, pending: 0 });
    expect(recorded.records.length).toBe(1000);
    log.info("late");
    expect(log.ledger().dropped).toEqual({ closed: 1 });
    expect((await log.close({ deadlineMs: Number.NaN })).accepted).toBe(1001);
  });

  it("disposes", async () => {
    const { log, recorded } = bench();
    log.info("x");
    await log[Symbol.asyncDispose]();
    expect(recorded.records.length).toBe(1);
  });

  it("leaves no listeners behind", async () => {
    const events = ["exit", "beforeExit", "SIGTERM", "SIGINT"] as const;
    const counts = () => events.map((event) => process.listenerCount(event));
    const before = counts();
    const loggers = Array.from({ length: 5 }, () => createLogger({ sinks: [recorder()] }));
    expect(counts()).toEqual(before.map((count) => count + 1));
    for (const log of loggers) await log.close();
    expect(counts()).toEqual(before);
  });
});
