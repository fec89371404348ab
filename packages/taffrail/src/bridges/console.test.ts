import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { recorder } from "@taffrail/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { createLogger } from "../logger.ts";
import type { LoggerOptions } from "../options/option-types.ts";
import { bridgeConsole, type ConsoleBridgeOptions } from "./console.ts";

const undos: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of undos.splice(0).reverse()) await undo();
});

/** A real console over a stream of its own, and a logger that it is bridged to. */
function bridged(options: Omit<ConsoleBridgeOptions, "console"> = {}, loggerOptions: LoggerOptions = {}) {
  let printed = "";
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      printed += String(chunk);
      done();
    },
  });
  const target = new Console({ stdout, stderr: stdout });
  const recorded = recorder();
  const log = createLogger({ level: "trace", signals: [], sinks: [recorded], ...loggerOptions });
  const undo = bridgeConsole(log, { ...options, console: target });
  undos.push(() => log.close(), undo);
  const records = async () => {
    await log.flush();
    return recorded.records.map(({ level, msg, err }) => ({ level, msg, ...(err === undefined ? {} : { err }) }));
  };
  return { console: target, log, undo, records, printed: () => printed };
}

describe("bridgeConsole", () => {
  it("keeps each argument at its placeholder when one is an error", async () => {
    const { console, records } = bridged();
    console.error("%s failed because %s", new Error("job 7"), "no disk");
    expect(await records()).toMatchObject([
      { level: "error", msg: "job 7 failed because no disk", err: { message: "job 7" } },
    ]);
  });

  it("never throws, whatever an argument does when it is looked at", async () => {
    const { console, records } = bridged();
    const hostile = {
      [inspect.custom]() {
        throw new TypeError("look away");
      },
    };
    console.warn("watch", hostile);
    console.log(
      new Proxy(
        {},
        {
          getPrototypeOf() {
            throw new TypeError("no");
          },
        },
      ),
    );
    console.log("after");
    expect((await records()).map(({ level, msg }) => `${level} ${String(msg)}`)).toEqual([
      "warn watch",
      "info ",
      "info after",
    ]);
  });

  it("sends each method at its level, with its text as the console makes it", async () => {
    const { console, records, printed } = bridged();
    console.log("user %s is %d", "ann", 7, { a: 1 });
    console.info("b");
    console.debug("c");
    console.warn("d");
    console.error("e");
    console.trace("f");
    console.dir({ deep: { er: 1 } }, { depth: 0 });
    console.assert(true, "no");
    console.assert(false, "broken %s", "leg");
    console.assert(false);
    console.log();
    expect(await records()).toEqual([
      { level: "info", msg: "user ann is 7 { a: 1 }" },
      { level: "info", msg: "b" },
      { level: "debug", msg: "c" },
      { level: "warn", msg: "d" },
      { level: "error", msg: "e" },
      { level: "trace", msg: "f" },
      { level: "info", msg: "{ deep: { er: 1 } }" },
      { level: "error", msg: "Assertion failed: broken leg" },
      { level: "error", msg: "Assertion failed" },
      { level: "info", msg: "" },
    ]);
    expect(printed()).toBe("");
  });

  it("keeps an error whole, as a field", async () => {
    const { console, records } = bridged();
    console.error("cannot pay:", new TypeError("no card"));
    console.error(new RangeError("too much"));
    expect(await records()).toMatchObject([
      { level: "error", msg: "cannot pay:", err: { message: "no card" } },
      { level: "error", msg: "too much", err: { message: "too much" } },
    ]);
  });

  it("levels: other levels for some methods", async () => {
    const { console, records } = bridged({ levels: { log: "debug" } });
    console.log("a");
    console.info("b");
    expect(await records()).toMatchObject([{ level: "debug" }, { level: "info" }]);
  });

  it("console: the global one is taken over without it, and given back", async () => {
    const before = { ...globalThis.console };
    const recorded = recorder();
    const log = createLogger({ signals: [], sinks: [recorded] });
    const undo = bridgeConsole(log);
    globalThis.console.log("global");
    undo();
    expect({ ...globalThis.console }).toEqual(before);
    await log.close();
    expect(recorded.records.map(({ msg }) => msg)).toEqual(["global"]);
  });

  it("gives the console back, also under what wrapped it meanwhile", async () => {
    const { console, undo, printed, records } = bridged();
    const inner = console.log;
    console.log = (...args: unknown[]) => inner("wrapped", ...args);
    console.log("a");
    undo();
    console.log("b");
    console.info("c");
    expect(printed()).toBe("wrapped b\nc\n");
    expect((await records()).map(({ msg }) => msg)).toEqual(["wrapped a"]);
  });

  it("does not go round when a plugin prints while a record is made", async () => {
    const holder: { console?: Console } = {};
    const { console, records, printed } = bridged(
      {},
      {
        plugins: [
          {
            manifest: { name: "chatty", kind: "enricher", apiVersion: 1 },
            enrich: () => {
              holder.console?.log("from inside");
              return { seen: true };
            },
          } as NonNullable<LoggerOptions["plugins"]>[number],
        ],
      },
    );
    holder.console = console;
    console.log("from outside");
    expect((await records()).map(({ msg }) => msg)).toEqual(["from outside"]);
    expect(printed()).toBe("from inside\n");
  });

  it("refuses unknown methods and levels", () => {
    const log = createLogger({ signals: [], sinks: [] });
    undos.push(() => log.close());
    expect(() => bridgeConsole(log, { levels: { table: "info" } as object })).toThrow("levels.table is unknown");
    expect(() => bridgeConsole(log, { levels: { log: "loud" as "info" } })).toThrow("levels.log is not valid");
  });
});
