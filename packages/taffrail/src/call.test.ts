import { recorder } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { readCall } from "./call.ts";
import { createLogger } from "./logger.ts";

const error = new RangeError("too far");
const read = (...[first, second, ...rest]: unknown[]) => readCall(first, second, rest);

describe("an error together with fields", () => {
  it("gives err and the fields, in whatever order they are", () => {
    const both = { message: "m", fields: { user: 7, err: error } };
    expect(read("m", { user: 7 }, error)).toEqual(both);
    expect(read("m", error, { user: 7 })).toEqual(both);
    expect(read(error, "m", { user: 7 })).toEqual(both);
    expect(read({ user: 7 }, "m", error)).toEqual(both);
    expect(read("m", () => ({ user: 7 }), error)).toEqual(both);
    expect(read("m", undefined, error)).toEqual({ message: "m", fields: { err: error } });
    expect(read("m", error, undefined)).toEqual({ message: "m", fields: { err: error } });
  });

  it("has the error's message where none is given", () => {
    expect(read(error, { user: 7 })).toEqual({ message: "too far", fields: { user: 7, err: error } });
    expect(read({ user: 7 }, error)).toEqual({ message: "too far", fields: { user: 7, err: error } });
    expect(read({ user: 7, msg: "told" }, error)).toEqual({ message: "told", fields: { user: 7, err: error } });
  });

  it("leaves an err of the fields alone", () => {
    const own = { err: "mine" };
    expect(read("m", own, error)).toEqual({ message: "m", fields: { err: "mine", args: [error] } });
  });

  it("is not guessed at from more than that", () => {
    expect(read("m", { a: 1 }, error, { b: 2 })).toEqual({ message: "m", fields: { a: 1, args: [error, { b: 2 }] } });
    expect(read("m", error, error)).toEqual({ message: "m", fields: { err: error, args: [error] } });
    expect(read("m %d", 5, error)).toEqual({ message: "m %d", fields: { args: [5, error] } });
    expect(read("m", { a: 1 }, { b: 2 })).toEqual({ message: "m", fields: { a: 1, args: [{ b: 2 }] } });
  });
});

describe("a child without bindings", () => {
  it("logs as its parent does, at a level of its own", async () => {
    const recorded = recorder();
    const log = createLogger({ service: "shop", sinks: [recorded], signals: [] });
    log.child().info("nothing given");
    log.child(null).info("null");
    log.child({ a: 1 }).child(undefined, { level: "debug" }).debug("deeper");
    await log.close();
    expect(recorded.records.map(({ time, level, ...rest }) => rest)).toEqual([
      { service: "shop", msg: "nothing given" },
      { service: "shop", msg: "null" },
      { service: "shop", a: 1, msg: "deeper" },
    ]);
  });
});
