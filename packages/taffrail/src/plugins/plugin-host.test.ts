import type { Enricher, Filter, PluginContext, Redactor } from "@taffrail/contracts";
import { type ManualClock, recordView } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { filterOf, makeHost, manifestOf } from "./testdata/make-host.ts";

const record = recordView();
const never = (): Promise<never> => new Promise(() => {});
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe("loading", () => {
  it("applies the lists to the user's plugins, never to what is built in", () => {
    const builtIn = filterOf(() => false, { name: "sampling" });
    const deny = ["sampling"];
    expect(() => makeHost([builtIn], { deny })).toThrow("Plugin sampling may not be used");
    const { host } = makeHost([], { builtIns: [builtIn], allow: [], deny });
    expect(host.caller.admit(record)).toBe("filtered");
  });

  it("names the place of a plugin that is none", () => {
    expect(() => makeHost([filterOf(() => true), 5 as never])).toThrow("plugins[1]");
  });

  it("puts the user's filters before those that are built in", () => {
    const order: string[] = [];
    const noted = (name: string): Filter => filterOf(() => order.push(name) > 0, { name });
    makeHost([noted("mine")], { builtIns: [noted("built-in")] }).host.caller.admit(record);
    expect(order).toEqual(["mine", "built-in"]);
  });
});

describe("start", () => {
  it("gives clock, problem and emit", () => {
    const told: Partial<PluginContext> = {};
    const filter = { ...filterOf(() => true), start: (given: PluginContext) => void Object.assign(told, given) };
    const { clock, problems, emitted } = makeHost([filter]);
    told.problem?.("has a cold");
    told.emit?.("warn", "held back", { count: 2 });
    expect(told.clock?.now()).toBe(clock.now());
    expect(problems).toEqual(["filter test-filter has a cold"]);
    expect(emitted).toEqual([{ level: "warn", message: "held back", fields: { count: 2 } }]);
  });

  it("leaves a plugin out, in its fail mode, until it is ready", async () => {
    const filter = { ...filterOf(() => false, { failMode: "closed" }), start: soon };
    const { host } = makeHost([filter], { startTimeoutMs: 1000 });
    expect(host.caller.admit(record)).toBe("plugin-failed");
    expect(host.stats()[0]?.health.detail).toBe("left out: it has not started yet");
    await soon();
    await soon();
    expect(host.caller.admit(record)).toBe("filtered");
  });

  it.each<[string, () => void | Promise<void>, string]>([
    [
      "throws",
      () => {
        throw new Error("no file");
      },
      "could not start (no file)",
    ],
    ["rejects", () => Promise.reject(new Error("no file")), "could not start (no file)"],
    ["hangs", never, "did not start within 20 ms"],
  ])("gives a plugin up for good when its start %s", async (_, start, why) => {
    const constants = { a: 1 };
    const enricher: Enricher = { manifest: manifestOf("enricher"), constants, enrich: () => ({ b: 2 }), start };
    const { host, clock, problems } = makeHost([enricher], { startTimeoutMs: 20 });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(host.caller.enrich(record)).toEqual([]);
    expect(host.caller.constants).toEqual([]);
    clock.advance(60_000);
    expect(host.caller.enrich(record)).toEqual([]);
    expect(problems).toEqual([`enricher test-enricher ${why}; it is left out`]);
    expect(host.stats()[0]).toMatchObject({ calls: 0, suspended: true, health: { detail: `left out: it ${why}` } });
  });
});

describe("flush and close", () => {
  it("reach every plugin, and close does so once", async () => {
    const calls: string[] = [];
    const noted = (name: string): Filter => ({
      ...filterOf(() => true, { name }),
      flush: async () => void calls.push(`flush ${name}`),
      close: async () => void calls.push(`close ${name}`),
    });
    const { host } = makeHost([noted("a")], { builtIns: [noted("b")] });
    await host.flush(100);
    await Promise.all([host.close(100), host.close(100)]);
    await host.flush(100);
    expect(calls).toEqual(["flush a", "flush b", "close a", "close b"]);
  });

  it("wait for no plugin longer than they may, and tell it to stop", async () => {
    let signal: AbortSignal | undefined;
    const hangs: Filter = {
      ...filterOf(() => true),
      flush: (given) => {
        signal = given;
        return never();
      },
      close: never,
    };
    const { host, problems } = makeHost([hangs]);
    await host.flush(10);
    expect(signal?.aborted).toBe(true);
    await host.close(10);
    expect(problems).toEqual([
      "filter test-filter did not flush within 10 ms",
      "filter test-filter did not close within 10 ms",
    ]);
    expect(host.stats()[0]?.errors).toEqual({ timeout: 2 });
  });

  it("survive plugins that throw and reject", async () => {
    const throws = (): never => {
      throw new Error("boom");
    };
    const bad: Filter = { ...filterOf(() => true), flush: throws, close: () => Promise.reject(new Error("bang")) };
    const { host, problems } = makeHost([bad]);
    await host.flush(100);
    await host.close(100);
    expect(problems).toEqual([
      "filter test-filter could not flush (boom)",
      "filter test-filter could not close (bang)",
    ]);
  });

  it("have what a plugin says last before they return, for ends that cannot wait", () => {
    const told: Partial<PluginContext> = {};
    const telling: Filter = {
      ...filterOf(() => true),
      start: (given) => void Object.assign(told, given),
      close: async () => told.emit?.("info", "last words"),
    };
    const { host, emitted } = makeHost([telling]);
    void host.close(100);
    expect(emitted).toMatchObject([{ message: "last words" }]);
  });
});

describe("redactors", () => {
  const redactor: Redactor = {
    manifest: manifestOf("redactor"),
    place: (path) => (path.at(-1) === "pin" ? { action: "drop" } : { action: "keep" }),
    text: (text) => {
      if (text === "bad") throw new Error("boom");
      return text === "odd" ? (5 as never) : text.replace("secret", "***");
    },
  };

  it("keep their answers, are counted, and pass on what they throw", () => {
    const { host, problems } = makeHost([redactor]);
    const [guarded] = host.redactors;
    expect(guarded?.place?.(["pin"])).toEqual({ action: "drop" });
    expect(guarded?.text?.("a secret")).toBe("a ***");
    for (let count = 0; count < 30; count += 1) expect(() => guarded?.text?.("bad")).toThrow("boom");
    expect(() => guarded?.text?.("odd")).toThrow("it returned number");
    expect(host.stats()[0]).toMatchObject({ calls: 33, errors: { throw: 31 }, suspended: false });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^redactor test-redactor failed \(Error at \S+\): what it failed on is masked$/);
  });

  it("work on when they are slow, and tell it once: without them secrets would pass", () => {
    const slow = { clock: undefined as ManualClock | undefined };
    const { host, clock, problems } = makeHost([
      {
        manifest: manifestOf("redactor"),
        text(text: string) {
          slow.clock?.advance(100);
          return text.replace("secret", "***");
        },
      } as Redactor,
    ]);
    slow.clock = clock;
    for (let count = 0; count < 200; count += 1) expect(host.redactors[0]?.text?.("a secret")).toBe("a ***");
    expect(problems).toEqual([
      "redactor test-redactor was slow 3 times in a row (100 ms); it works on, as a redactor must",
    ]);
    expect(host.stats()[0]).toMatchObject({ suspended: false, calls: 200 });
  });

  it("have only the members that the plugin has", () => {
    const { host } = makeHost([{ manifest: manifestOf("redactor"), text: (text: string) => text } as Redactor]);
    expect(Object.keys(host.redactors[0] ?? {})).toEqual(["manifest", "text"]);
  });

  it.each<[string, () => void | Promise<void>]>([
    [
      "throws",
      () => {
        throw new Error("no rules");
      },
    ],
    ["takes time", soon],
  ])("fail on everything when their start %s: nothing passes unmasked", (_, start) => {
    const { host } = makeHost([{ ...redactor, start } as Redactor]);
    expect(() => host.redactors[0]?.text?.("fine")).toThrow();
    expect(() => host.redactors[0]?.place?.(["fine"])).toThrow();
  });
});
