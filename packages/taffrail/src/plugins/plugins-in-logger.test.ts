import { type Enricher, type Filter, ledgerFault, type Processor, type Redactor } from "@taffrail/contracts";
import { afterEach, describe, expect, it } from "vitest";
import { withContext } from "../context.ts";
import { createLogger, type Logger } from "../logger.ts";
import type { LoggerOptions } from "../options/logger-options.ts";
import { memorySink } from "../sinks/memory-sink.ts";
import { filterOf, manifestOf } from "./testdata/make-host.ts";

const open = new Set<Logger>();
afterEach(async () => {
  for (const log of open) {
    const ledger = await log.close();
    expect(ledgerFault(ledger)).toBeUndefined();
    for (const sink of Object.values(ledger.sinks)) expect(ledgerFault(sink)).toBeUndefined();
    expect(ledger.pending).toBe(0);
  }
  open.clear();
});

function start(options: LoggerOptions) {
  const memory = memorySink();
  const problems: string[] = [];
  const log = createLogger({ sinks: [memory], signals: [], onProblem: (text) => void problems.push(text), ...options });
  open.add(log);
  const shown = async () => {
    await log.flush();
    return memory.records();
  };
  const text = async () => {
    await log.flush();
    return memory.lines().join("\n");
  };
  return { log, shown, text, problems };
}

const enricher = (enrich: NonNullable<Enricher["enrich"]>, more: Partial<Enricher> = {}): Enricher => ({
  manifest: manifestOf("enricher"),
  enrich,
  ...more,
});
const processor = (process: Processor["process"], failMode: "open" | "closed" = "open"): Processor => ({
  manifest: manifestOf("processor", { failMode }),
  process,
});
const boom = (): never => {
  throw new Error("boom");
};

describe("plugins of a logger", () => {
  it("plugins: enrich, filter, redact and process each record, in this order", async () => {
    const redactor: Redactor = {
      manifest: manifestOf("redactor"),
      place: (path) => (path.at(-1) === "seat" ? { action: "mask", text: "(seat)" } : { action: "keep" }),
      text: (text) => text.replace("Ahab", "(captain)"),
    };
    const { log, shown } = start({
      plugins: [
        enricher(() => ({ region: "eu", orderId: 0, seat: "9C" }), { constants: { host: "web-1" } }),
        filterOf((record) => record.get("region") === "eu" && record.get("path") !== "/health"),
        redactor,
        processor(({ line }) => line.replace("eu", "EU")),
      ],
    });
    log.info("hello Ahab", { orderId: 42 });
    log.info("checked", { path: "/health" });
    expect(await shown()).toMatchObject([
      { msg: "hello (captain)", host: "web-1", region: "EU", orderId: 42, seat: "(seat)" },
    ]);
    expect(log.ledger()).toMatchObject({ accepted: 2, delivered: 1, filtered: 1 });
    const kinds = log.stats().plugins.map(({ kind, calls, filtered }) => [kind, calls, filtered]);
    expect(kinds).toMatchObject([
      ["enricher", 2, 0],
      ["filter", 2, 1],
      ["redactor", expect.any(Number), 0],
      ["processor", 1, 0],
    ]);
  });

  it("plugins: what fails closed drops its records as plugin-failed, and what fails open does not", async () => {
    const closed = { failMode: "closed" } as const;
    const { log, shown } = start({
      plugins: [filterOf((record) => (record.message === "filter" ? boom() : true), closed), filterOf(boom)],
    });
    log.info("filter");
    log.info("fine");
    log.audit("filter");
    expect((await shown()).map(({ msg }) => msg)).toEqual(["fine", "filter"]);
    expect(log.ledger()).toMatchObject({ accepted: 3, delivered: 2, dropped: { "plugin-failed": 1 } });
  });

  it("plugins: a processor that fails closed ends the record, one that fails open leaves it as it was", async () => {
    const open = start({ plugins: [processor(boom)] });
    open.log.info("a");
    expect(await open.shown()).toMatchObject([{ msg: "a" }]);
    const closed = start({ plugins: [processor(boom, "closed"), processor(({ line }) => line)] });
    closed.log.info("a");
    expect(await closed.shown()).toEqual([]);
    expect(closed.log.ledger()).toMatchObject({ accepted: 1, dropped: { "plugin-failed": 1 } });
  });

  it("plugins: a redactor that throws, at work or at its start, lets no secret out", async () => {
    const secret = "abracadabra";
    const redactors: Partial<Redactor>[] = [
      { text: boom, place: () => ({ action: "keep" }) },
      { place: boom },
      { text: (text) => text, start: boom },
      { text: (text) => text, start: async () => {} },
    ];
    for (const members of redactors) {
      const { log, text } = start({ plugins: [{ manifest: manifestOf("redactor"), ...members }] });
      log.info(members.text === undefined ? "hello" : secret, { value: secret, error: new Error("fields") });
      expect(await text(), Object.keys(members).join()).not.toContain(secret);
    }
  });

  it("plugins: a redactor that keeps everything takes nothing from built-in redaction", async () => {
    const keeper: Redactor = {
      manifest: manifestOf("redactor"),
      place: () => ({ action: "keep" }),
      text: (text) => text,
    };
    const { log, text } = start({ plugins: [keeper] });
    log.info("signed in", { password: "abracadabra" });
    expect(await text()).not.toContain("abracadabra");
  });

  it("plugins: one that logs while it works does not loop", async () => {
    const held: { log?: Logger } = {};
    const { log, shown } = start({
      plugins: [
        filterOf((record) => {
          held.log?.debug("debug of the filter");
          held.log?.info(`asked about ${record.message}`);
          return true;
        }),
      ],
    });
    held.log = log;
    log.info("a");
    expect((await shown()).map(({ msg }) => msg)).toEqual(["asked about a", "a"]);
  });

  it("plugins: a hung one delays neither calls nor close", async () => {
    const never = (): Promise<never> => new Promise(() => {});
    const hung: Filter = { ...filterOf(() => true), start: never, flush: never, close: never };
    const { log, shown, problems } = start({ plugins: [hung] });
    log.info("a");
    const before = performance.now();
    await log.close({ deadlineMs: 50 });
    expect(performance.now() - before).toBeLessThan(5000);
    expect((await shown()).length).toBe(1);
    expect(problems.join()).toContain("did not close within 50 ms");
  });

  it("allowPlugins and denyPlugins: a plugin that may not be used is an error, never an absence", () => {
    const geo = filterOf(() => true, { name: "geo" });
    expect(() => start({ plugins: [geo], denyPlugins: ["geo"] })).toThrow("Plugin geo may not be used");
    expect(() => start({ plugins: [geo], allowPlugins: ["other"] })).toThrow("allowPlugins does not name it");
    start({ plugins: [geo], allowPlugins: ["geo"] });
  });

  it("allowPlugins and denyPlugins: never take built-in redaction away", async () => {
    const { log, text } = start({ allowPlugins: [], denyPlugins: ["credentials", "redactor"] });
    log.info("signed in", { password: "abracadabra" });
    expect(await text()).not.toContain("abracadabra");
  });
});

describe("valves of a logger", () => {
  it("sampling: keeps traces whole and counts what it left out", async () => {
    const { log, shown } = start({ sampling: 0.5 });
    for (let trace = 0; trace < 200; trace += 1) {
      const trace_id = trace.toString(16).padStart(32, "0");
      for (const part of [1, 2, 3]) log.info("step", { trace_id, part });
    }
    const kept = (await shown()).map(({ trace_id, part }) => `${trace_id} ${part}`);
    const traces = new Set(kept.map((each) => each.split(" ")[0]));
    const whole = [...traces].flatMap((trace) => [1, 2, 3].map((part) => `${trace} ${part}`));
    expect(kept).toEqual(whole);
    expect(traces.size).toBeGreaterThan(60);
    expect(traces.size).toBeLessThan(140);
    expect(log.ledger()).toMatchObject({ accepted: 600, delivered: kept.length, filtered: 600 - kept.length });
  });

  it("rateLimit and dedupe: every record is shown or told of in a summary", async () => {
    const { log, shown } = start({ rateLimit: { perSecond: 1, burst: 5 }, dedupe: true });
    for (let count = 0; count < 20; count += 1) log.info(`message ${count % 4}`);
    await log.close();
    const records = await shown();
    const heldBack = records.flatMap(
      ({ rateLimit }) => (rateLimit as { heldBack: number } | undefined)?.heldBack ?? [],
    );
    const repeated = records.flatMap(({ repeated }) => (repeated as number | undefined) ?? []);
    const plain = records.length - heldBack.length - repeated.length;
    const sum = [...heldBack, ...repeated].reduce((total, each) => total + each, plain);
    expect([plain, sum]).toEqual([4, 20]);
  });

  it("fingersCrossed: quiet lines of a request show only when it fails, and the ledger tells where the others are", async () => {
    const { log, shown } = start({ fingersCrossed: true });
    await withContext({ requestId: "good" }, async () => log.debug("good 1"));
    expect(log.ledger().pending).toBe(1);
    await withContext({ requestId: "bad" }, async () => {
      log.debug("bad 1");
      await Promise.resolve();
      log.error("bad 2");
      log.debug("bad 3");
    });
    expect((await shown()).map(({ msg }) => msg)).toEqual(["bad 1", "bad 2", "bad 3"]);
    expect(await log.close()).toMatchObject({ accepted: 4, delivered: 3, filtered: 1, pending: 0 });
  });
});
