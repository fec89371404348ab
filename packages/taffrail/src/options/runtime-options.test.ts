import { recorder } from "@taffrail/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { caught, openLoggers, stuckSink } from "./testdata/open-logger.ts";

const opened = openLoggers();
const { open } = opened;
afterEach(async () => {
  expect(await opened.closeAll()).toEqual([]);
});

function subject() {
  const recorded = recorder();
  const log = open({ sinks: [recorded, { sink: recorder(), name: "second" }] });
  const flushed = async () => {
    await log.flush();
    return recorded.records;
  };
  return { log, flushed, child: log.child({ module: "orders" }) };
}

describe("log.configure", () => {
  it("level: reaches children that were made before, and leaves those alone that have their own", async () => {
    const { log, flushed, child } = subject();
    const own = log.child({}, { level: "error" });
    log.configure({ level: "debug" });
    child.debug("a");
    own.info("b");
    child.configure({ level: "warn" });
    log.info("c");
    expect((await flushed()).map(({ msg }) => msg)).toEqual(["a"]);
  });

  it("sinks: the level of one sink alone", async () => {
    const { log } = subject();
    log.configure({ sinks: { second: { level: "error" } } });
    log.info("a");
    log.error("b");
    const { sinks } = await log.flush();
    expect([sinks.recorder?.delivered, sinks.second?.delivered, sinks.second?.filtered]).toEqual([2, 1, 1]);
  });

  it("sampling, rateLimit: come, change and go", async () => {
    const { log, flushed, child } = subject();
    log.configure({ sampling: 0 });
    child.info("a");
    log.configure({ sampling: { rate: 1 } });
    child.info("b");
    log.configure({ sampling: false, rateLimit: { perSecond: 1, burst: 1 } });
    child.info("c");
    child.info("d");
    log.configure({ rateLimit: false });
    child.info("e");
    const messages = (await flushed()).map(({ msg }) => msg).filter((msg) => String(msg).length === 1);
    expect(messages).toEqual(["b", "c", "e"]);
  });

  it("dedupe: comes and goes", async () => {
    const { log, flushed } = subject();
    log.configure({ dedupe: true });
    for (let index = 0; index < 3; index++) log.info("a");
    log.configure({ dedupe: false });
    log.info("a");
    const exact = (await flushed()).filter(({ msg }) => msg === "a");
    expect(exact.length).toBe(2);
  });

  it("redact: holds for fields, and for bindings of children that were made before", async () => {
    const { log, flushed } = subject();
    const child = log.child({ nick: "ann" });
    child.info("a", { user: { nick: "bob" } });
    log.configure({ redact: { keys: ["nick"] } });
    child.info("b", { user: { nick: "bob" } });
    const [before, after] = await flushed();
    expect(before).toMatchObject({ nick: "ann", user: { nick: "bob" } });
    expect(after).toMatchObject({ nick: "[redacted]", user: { nick: "[redacted]" } });
  });

  it("shedding: begins and ends", () => {
    const log = open({ sinks: [stuckSink()], bufferBytes: 20_000, level: "trace" });
    const shed = (): number => {
      for (let index = 0; index < 500; index++) log.debug("x");
      return log.ledger().dropped.shed ?? 0;
    };
    expect(shed()).toBe(0);
    log.configure({ shedding: true });
    const during = shed();
    expect(during).toBeGreaterThan(0);
    log.configure({ shedding: false });
    expect(shed()).toBe(during);
  });

  it("changes nothing when one of the changes is bad", async () => {
    const { log, flushed } = subject();
    const error = caught(() => log.configure({ level: "trace", redact: { keys: ["x"], action: "hash" } }));
    expect([error.code, error.details.key]).toEqual(["option_invalid", "redact.hashKey"]);
    log.debug("no");
    log.info("yes", { x: "shown" });
    expect(await flushed()).toMatchObject([{ msg: "yes", x: "shown" }]);
  });
});
