import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createLedger, type Level, ledgerFault } from "@taffrail/contracts";
import { createRandom, manualClock } from "@taffrail/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { rankOf } from "../level-cell.ts";
import { createHold, type FingersCrossedOptions } from "./fingers-crossed.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const openBooks: (() => void)[] = [];
afterEach(() => {
  for (const check of openBooks.splice(0)) check();
});

/** A hold with the account that its logger keeps; every test ends with a look into it. */
function open(options: FingersCrossedOptions = {}) {
  const clock = manualClock();
  const book = createLedger();
  const out: string[] = [];
  const deliver = (line: string): void => {
    out.push(line);
    book.deliver();
  };
  const hold = createHold(options, {
    clock,
    release: ({ line }) => deliver(line),
    filtered: (records) => book.filter(records),
  });
  const log = (level: Level | "audit", line: string, context?: object): void => {
    book.accept();
    const rank = level === "audit" ? rankOf.fatal + 1 : rankOf[level];
    if (!hold.offer({ line, rank, routes: 1 }, context)) deliver(line);
  };
  openBooks.push(() => {
    expect(ledgerFault(book.read())).toBeUndefined();
    expect(book.read().pending).toBe(hold.pending);
  });
  return { hold, log, out, clock, book };
}

describe("fingers crossed", () => {
  it("lets the lines of a request wait, and lets them go in order before the one that fails it", () => {
    const { log, out, hold } = open();
    const [first, second] = [{}, {}];
    log("debug", "1a", first);
    log("info", "2a", second);
    log("info", "1b", first);
    expect([out, hold.pending]).toEqual([[], 3]);
    log("error", "1c", first);
    expect([out, hold.pending]).toEqual([["1a", "1b", "1c"], 1]);
  });

  it("lets nothing of a failed request wait any more", () => {
    const { log, out } = open();
    const request = {};
    log("error", "a", request);
    log("debug", "b", request);
    expect(out).toEqual(["a", "b"]);
  });

  it("filters what waits when the request ends well", () => {
    const { log, out, hold, book } = open();
    const request = {};
    log("info", "a", request);
    log("info", "b", request);
    hold.end(request);
    hold.end(request);
    log("error", "c", request);
    expect(out).toEqual(["c"]);
    expect(book.read()).toMatchObject({ accepted: 3, delivered: 1, filtered: 2, pending: 0 });
  });

  it("never holds back lines outside of requests, nor audit lines, which fail no request", () => {
    const { log, out, hold } = open();
    const request = {};
    log("debug", "start", undefined);
    log("info", "a", request);
    log("audit", "password changed", request);
    expect([out, hold.pending]).toEqual([["start", "password changed"], 1]);
  });

  it("fingersCrossed.trigger: the level that lets go", () => {
    const { log, out } = open({ trigger: "warn" });
    const request = {};
    log("info", "a", request);
    log("warn", "b", request);
    expect(out).toEqual(["a", "b"]);
    const fatal = open({ trigger: "fatal" });
    fatal.log("error", "a", request);
    expect(fatal.out).toEqual([]);
  });

  it("fingersCrossed.level: quieter lines do not wait", () => {
    const { log, out, hold } = open({ level: "info" });
    log("debug", "a", {});
    log("info", "b", {});
    expect([out, hold.pending]).toEqual([["a"], 1]);
    expect(open().hold.offer({ line: "t", rank: rankOf.trace, routes: 1 }, {})).toBe(false);
  });

  it("fingersCrossed.maxRecords: the oldest line of the request is filtered", () => {
    const { log, out, hold, book } = open({ maxRecords: 3 });
    const [request, other] = [{}, {}];
    log("info", "other", other);
    for (let count = 0; count < 500; count += 1) log("info", `line ${count}`, request);
    expect(hold.pending).toBe(4);
    expect(book.read().filtered).toBe(497);
    log("error", "end", request);
    expect(out).toEqual(["line 497", "line 498", "line 499", "end"]);
  });

  it("fingersCrossed.maxBytes: the lines of the request that has waited longest are filtered", () => {
    const { log, out, hold } = open({ maxBytes: 1024 });
    const [old, young] = [{}, {}];
    for (const name of ["a", "b", "c"]) log("info", name.repeat(200), old);
    log("info", "d".repeat(400), young);
    expect(hold.pending).toBe(3);
    log("error", "end", old);
    expect(out.map((line) => line[0])).toEqual(["b", "c", "e"]);
    log("info", "e".repeat(2000), {});
    expect(hold.pending, "a line that is too large by itself pushes all others out").toBe(0);
  });

  it("fingersCrossed.maxAgeMs: lines of a request whose end is never told are filtered", async () => {
    const { log, hold, clock, book } = open({ maxAgeMs: 20 });
    const [old, young] = [{}, {}];
    log("info", "a", old);
    clock.advance(15);
    log("info", "b", young);
    clock.advance(10);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(hold.pending).toBe(1);
    clock.advance(30);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect([hold.pending, book.read().filtered]).toEqual([0, 2]);
  });

  it("filters the lines of a request that is collected as garbage", async () => {
    const { log, hold } = open();
    log("info", "a", {});
    for (let round = 0; round < 100 && hold.pending > 0; round += 1) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(hold.pending).toBe(0);
  });

  it("filters everything at the end, and goes on when something is logged after it", () => {
    const { log, hold, book, out } = open();
    const request = {};
    log("info", "a", request);
    log("info", "b", {});
    hold.endAll();
    expect([hold.pending, book.read().filtered]).toEqual([0, 2]);
    log("info", "c", request);
    log("error", "d", request);
    expect(out).toEqual(["c", "d"]);
  });

  it("keeps its account through everything at once", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = createRandom(seed);
    const { log, hold, book } = open({ maxRecords: 10, maxBytes: 5000 });
    const requests = Array.from({ length: 20 }, () => ({}));
    const kinds: readonly (Level | "audit")[] = ["trace", "debug", "info", "info", "warn", "audit"];
    for (let count = 0; count < 20_000; count += 1) {
      const at = random.integer(0, requests.length - 1);
      const level = random.next() < 0.005 ? "error" : random.pick(kinds);
      log(level, "x".repeat(random.integer(1, 200)), random.next() < 0.1 ? undefined : requests[at]);
      if (random.next() < 0.02) {
        hold.end(requests[at] ?? {});
        requests[at] = {};
      }
      const ledger = book.read();
      if (ledger.pending !== hold.pending || ledgerFault(ledger) !== undefined)
        expect(ledger, `seed ${seed}`).toBe(hold);
    }
    hold.endAll();
    expect(book.read(), `seed ${seed}`).toMatchObject({ accepted: 20_000, pending: 0 });
    expect(book.read().filtered).toBeGreaterThan(1000);
  });

  it.each<[unknown, string]>([
    [{ trigger: "loud" }, "option trigger is not valid"],
    [{ level: 2 }, "option level is not valid"],
    [{ maxRecords: 0 }, "option maxRecords is not valid"],
    [{ maxBytes: 1 }, "option maxBytes is not valid"],
    [{ maxAgeMs: -1 }, "option maxAgeMs is not valid"],
    [{ size: 1 }, "option size is unknown"],
  ])("refuses %j", (options, part) => {
    expect(() => open(options as FingersCrossedOptions)).toThrow(part);
  });
});
