import type { Enricher, Filter, Plugin, RecordView } from "@taffrail/contracts";
import { type Recorder, recorder } from "@taffrail/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { withContext } from "./context.ts";
import { createLogger, type Logger } from "./logger.ts";
import type { LoggerOptions } from "./options/logger-options.ts";
import { createLife, lifeFields } from "./propagation/context-end.ts";

const opened: Logger[] = [];
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
});

function open(options: LoggerOptions = {}): { readonly log: Logger; readonly recorded: Recorder } {
  const recorded = recorder();
  const log = createLogger({ service: "test", sinks: [recorded], signals: [], onProblem: () => {}, ...options });
  opened.push(log);
  return { log, recorded };
}

const manifest = <Kind extends Plugin["manifest"]["kind"]>(name: string, kind: Kind) =>
  ({ name, kind, apiVersion: 1 }) as const;
const enricher = (name: string, enrich: Enricher["enrich"], constants?: object): Enricher => ({
  manifest: manifest(name, "enricher"),
  ...(constants === undefined ? {} : { constants }),
  ...(enrich === undefined ? {} : { enrich }),
});
const filter = (keep: Filter["keep"]): Filter => ({ manifest: manifest("test-filter", "filter"), keep });

async function read({ log, recorded }: { readonly log: Logger; readonly recorded: Recorder }) {
  await log.flush();
  return recorded.records.map(({ time: _time, service: _service, ...rest }) => rest);
}

describe("audit", () => {
  it("passes every level and filter, and cannot be denied by a field", async () => {
    const bench = open({ level: "off", plugins: [filter(() => false)], sampling: 0 });
    bench.log.info("not shown");
    bench.log.audit("role granted", { actor: "ada", audit: false });
    bench.log.child({ audit: "mine" }).audit("again");
    expect(await read(bench)).toEqual([
      { level: "info", msg: "role granted", actor: "ada", "fields.audit": false, audit: true },
      { level: "info", msg: "again", audit: true },
    ]);
    expect(bench.log.ledger()).toMatchObject({ accepted: 2, delivered: 2, filtered: 0 });
  });
});

describe("enrichers", () => {
  it("stand above the context and below the call, the later above the earlier", async () => {
    const fixed = Object.freeze({ b: "fixed", c: "fixed", host: "h1" });
    let calls = 0;
    const plugins = [
      enricher("one", undefined, { constant: 1, bound: "constant" }),
      enricher("two", () => fixed),
      enricher("three", () => ({ c: `call ${++calls}` })),
    ];
    const bench = open({ plugins, fields: { bound: "option" } });
    withContext({ a: "context", b: "context" }, () => {
      bench.log.info("x");
      bench.log.info("y", { c: "own" });
    });
    const shared = { level: "info", constant: 1, bound: "option", a: "context", b: "fixed", host: "h1" };
    expect(await read(bench)).toEqual([
      { ...shared, c: "call 1", msg: "x" },
      { ...shared, c: "own", msg: "y" },
    ]);
  });
});

describe("constants of an enricher that needs time to start", () => {
  const late = (start: () => Promise<void>, failMode: "open" | "closed" = "open"): Enricher => ({
    ...enricher("late", undefined, { zone: "b", a: "constant" }),
    manifest: { ...manifest("late", "enricher"), failMode },
    start,
  });

  it("stand in records from the moment when it is ready, also of loggers that were made before", async () => {
    let ready = (): void => {};
    const started = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const bench = open({ plugins: [late(() => started)] });
    const child = bench.log.child({ module: "m" });
    child.info("before");
    ready();
    await new Promise((resolve) => setImmediate(resolve));
    child.info("after", { a: "own" });
    expect(await read(bench)).toEqual([
      { level: "info", module: "m", msg: "before" },
      { level: "info", module: "m", zone: "b", a: "own", msg: "after" },
    ]);
  });

  it("never come when the start fails; an enricher that fails closed drops its records then", async () => {
    const failing = async (): Promise<void> => {
      throw new Error("no zone");
    };
    const [open1, closed] = [open({ plugins: [late(failing)] }), open({ plugins: [late(failing, "closed")] })];
    await new Promise((resolve) => setImmediate(resolve));
    for (const { log } of [open1, closed]) log.info("x");
    expect(await read(open1)).toEqual([{ level: "info", msg: "x" }]);
    expect(await read(closed)).toEqual([]);
    expect(closed.log.ledger()).toMatchObject({ accepted: 1, dropped: { "plugin-failed": 1 } });
  });
});

describe("flush", () => {
  it("lets valves tell what they held back", async () => {
    const bench = open({ rateLimit: { perSecond: 0.001, burst: 1 }, dedupe: true });
    const other = open({ dedupe: true });
    for (let n = 0; n < 3; n++) bench.log.info("x", { n });
    for (let n = 0; n < 3; n++) other.log.info("y");
    expect((await read(bench)).map(({ msg }) => msg)).toEqual(["x", "rate limit held back 2 records"]);
    expect(await read(other)).toMatchObject([{ msg: "y" }, { repeated: 2 }]);
  });

  it("has one deadline for plugins and sinks, and brings records out while a plugin takes its time", async () => {
    const hung: Filter = { ...filter(() => true), flush: () => new Promise(() => {}) };
    const stuck = { ...recorder(), write: () => new Promise<never>(() => {}) };
    const bench = open({ plugins: [hung], sinks: [recorder(), { sink: stuck, name: "stuck" }] });
    bench.log.info("x");
    const began = performance.now();
    const ledger = await bench.log.flush({ timeoutMs: 1000 });
    expect(performance.now() - began).toBeLessThan(1900);
    expect(ledger.sinks.recorder).toMatchObject({ delivered: 1 });
    expect(ledger.sinks.stuck).toMatchObject({ pending: 1 });
    await bench.log.close({ deadlineMs: 20 });
  });

  it("brings out what a plugin tells late", async () => {
    let tell: ((message: string) => void) | undefined;
    const slow: Filter = {
      ...filter(() => true),
      start: ({ emit }) => {
        tell = (message) => emit("warn", message);
      },
      flush: async () => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        tell?.("late");
      },
    };
    const bench = open({ plugins: [slow] });
    bench.log.info("x");
    expect((await read(bench)).map(({ msg }) => msg)).toEqual(["x", "late"]);
  });
});

describe("filters and predicate routes", () => {
  it("see the record, its fields wherever they come from, and its trace", async () => {
    const seen: unknown[] = [];
    const look = (view: RecordView) => {
      seen.push([
        view.level,
        view.message,
        view.traceId,
        ...["call", "added", "context", "bound", "none"].map((name) => view.get(name)),
      ]);
      return view.message !== "no";
    };
    const plugins = [enricher("adds", () => ({ added: 2, call: "lower" })), filter(look)];
    const second = recorder();
    const recorded = recorder();
    const { log } = open({
      plugins,
      sinks: [
        recorded,
        { sink: second, name: "second", match: { module: "billing" }, when: ({ fields }) => fields?.call === 1 },
      ],
    });
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const child = log.child({ bound: { deep: 4 }, module: "billing" });
    withContext({ context: 3, trace_id: traceId }, () => child.warn("yes", { call: 1 }));
    child.info("no", { call: 1 });
    child.info("other", { call: 2 });
    await log.flush();
    expect(seen).toEqual([
      ["warn", "yes", traceId, 1, 2, 3, { deep: 4 }, undefined],
      ["info", "no", undefined, 1, 2, undefined, { deep: 4 }, undefined],
      ["info", "other", undefined, 2, 2, undefined, { deep: 4 }, undefined],
    ]);
    expect(recorded.records.map(({ msg }) => msg)).toEqual(["yes", "other"]);
    expect(second.records.map(({ msg }) => msg)).toEqual(["yes"]);
    expect(log.ledger()).toMatchObject({ accepted: 3, delivered: 2, filtered: 1, pending: 0 });
  });
});

describe("fingers crossed", () => {
  it("shows the quiet records of a request that fails, and filters those of the others", async () => {
    const bench = open({ fingersCrossed: true });
    const { log } = bench;
    const request = (id: number, fails: boolean) => {
      const life = createLife();
      withContext({ id, ...lifeFields(life) }, () => {
        log.debug("looked up");
        withContext({ step: 2 }, () => log.child({ module: "m" }).debug("nested"));
        log.info("shown at once");
        if (fails) log.error("failed");
        if (fails) log.debug("after");
      });
      life.end();
    };
    request(1, false);
    request(2, true);
    log.debug("outside");
    expect((await read(bench)).map(({ id, msg }) => [id, msg])).toEqual([
      [1, "shown at once"],
      [2, "shown at once"],
      [2, "looked up"],
      [2, "nested"],
      [2, "failed"],
      [2, "after"],
    ]);
    expect(log.ledger()).toMatchObject({ accepted: 8, delivered: 6, filtered: 2, pending: 0 });
  });

  it("lets wait what is below the level of its own logger, whatever the others show", async () => {
    const bench = open({ fingersCrossed: true, level: "warn" });
    const loud = bench.log.child({ module: "loud" }, { level: "debug" });
    const request = (id: number, fails: boolean) =>
      withContext({ id, ...lifeFields(createLife()) }, () => {
        bench.log.info("waits");
        bench.log.warn("shown");
        loud.debug("shown");
        if (fails) bench.log.error("failed");
      });
    request(1, false);
    request(2, true);
    const seen = (await read(bench)).map(({ id, level, msg }) => `${id} ${level} ${msg}`);
    expect(seen.slice(0, 2)).toEqual(["1 warn shown", "1 debug shown"]);
    expect(seen.slice(2)).toEqual(["2 warn shown", "2 debug shown", "2 info waits", "2 error failed"]);
    expect(bench.log.ledger()).toMatchObject({ accepted: 7, delivered: 6, pending: 1 });
  });

  it("leaves nothing pending when the logger closes", async () => {
    const { log } = open({ fingersCrossed: true });
    withContext({ id: 1 }, () => log.debug("waits"));
    expect(log.ledger()).toMatchObject({ accepted: 1, pending: 1 });
    expect(await log.close()).toMatchObject({ accepted: 1, filtered: 1, pending: 0 });
  });
});

describe("configure", () => {
  it("changes level, sampling, sink levels and redaction of the whole family, while it works", async () => {
    const bench = open();
    const { log } = bench;
    const child = log.child({ nickname: "1234" });
    child.info("one", { note: { nickname: 5 } });
    log.configure({ level: "debug", redact: { keys: ["nickname"] } });
    child.debug("two", { note: { nickname: 5 } });
    log.configure({ sampling: 0 });
    child.info("sampled away");
    log.configure({ sampling: 1, sinks: { [bench.recorded.manifest.name]: { level: "error" } } });
    child.info("too quiet for the sink");
    child.error("three");
    expect(await read(bench)).toEqual([
      { level: "info", msg: "one", nickname: "1234", note: { nickname: 5 } },
      { level: "debug", msg: "two", nickname: "[redacted]", note: { nickname: "[redacted]" } },
      { level: "error", msg: "three", nickname: "[redacted]" },
    ]);
    expect(log.ledger()).toMatchObject({ accepted: 5, delivered: 3, filtered: 2 });
    expect(() => log.configure({ service: "x" } as never)).toThrow(/service/);
  });
});

describe("the family", () => {
  it("tells about itself", async () => {
    const { log } = open({ plugins: [filter(() => true)], service: "shop" });
    log.info("x");
    await log.flush();
    expect(log.stats()).toMatchObject({
      service: "shop",
      level: "info",
      ledger: { delivered: 1 },
      plugins: [{ calls: 1 }],
    });
    expect(log.metrics()).toMatch(/taffrail_records_accepted_total\{service="shop"\} 1\n/);
    expect(log.health()).toMatchObject({ status: "healthy", reasons: [] });
  });

  it("passes lines of other signals to sinks that take them, with a ledger of their own", async () => {
    const traces = { ...recorder(), signals: ["traces"] as const };
    const { log } = open({ sinks: [recorder(), { sink: traces, name: "traces" }] });
    log.emit("traces", '{"scopeSpans":[]}\n');
    expect((await log.flush()).signals?.traces).toMatchObject({ accepted: 1, delivered: 1 });
    expect(log.ledger()).toMatchObject({ accepted: 0 });
  });

  it("lets a plugin log past all filters", async () => {
    const told: Filter = {
      ...filter(() => false),
      start: ({ emit }) => {
        emit("warn", "held back", { records: 3 });
      },
    };
    const bench = open({ plugins: [told] });
    bench.log.info("x");
    expect(await read(bench)).toEqual([{ level: "warn", msg: "held back", records: 3 }]);
  });
});
