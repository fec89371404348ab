import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualClock, recorder } from "@taffrail/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createLogger } from "../logger.ts";
import { memorySink } from "../sinks/memory-sink.ts";
import { startIngestServer } from "../sinks/testdata/ingest-server.ts";
import { loggerOptionDefinitions } from "./definitions.ts";
import type { LoggerOptions } from "./option-types.ts";
import { caught, openLoggers, recordWith } from "./testdata/open-logger.ts";

const opened = openLoggers();
const { open } = opened;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "taffrail-core-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  expect(await opened.closeAll()).toEqual([]);
  vi.unstubAllEnvs();
});

function fileOf(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe("core options of createLogger", () => {
  it("service: stands in every line", async () => {
    expect(await recordWith(opened, { service: "checkout" })).toMatchObject({ service: "checkout" });
    expect(await recordWith(opened, {})).toMatchObject({ service: "unknown_service" });
  });

  it("level: what is below is not logged", async () => {
    expect(await recordWith(opened, { level: "warn" })).toBe(undefined);
    expect(await recordWith(opened, { level: "off" })).toBe(undefined);
    expect(await recordWith(opened, {})).toMatchObject({ level: "info" });
  });

  it("fields: stand in every line", async () => {
    expect(await recordWith(opened, { fields: { region: "eu" } })).toMatchObject({ region: "eu" });
  });

  const wide = { a: { b: { c: 1 } }, list: [1, 2, 3], text: "x".repeat(40), more: 1 };
  const withLimits = (limits: LoggerOptions["limits"], fields: object = wide) =>
    recordWith(opened, limits ? { limits } : {}, fields);

  it("limits: the defaults leave ordinary records whole", async () => {
    expect(await withLimits(undefined)).toMatchObject(wide);
  });

  it("limits.depth: deeper values are replaced", async () => {
    expect(JSON.stringify((await withLimits({ depth: 1 }))?.a)).not.toContain("1");
  });

  it("limits.keys: further keys are left out and counted", async () => {
    expect(await withLimits({ keys: 3 })).toMatchObject({ "taffrail.omitted": 1 });
  });

  it("limits.items: further items are left out and counted", async () => {
    expect(await withLimits({ items: 1 })).toMatchObject({ list: [1, expect.stringContaining("2 more")] });
  });

  it("limits.stringLength: the rest of a text is cut off and counted", async () => {
    expect(await withLimits({ stringLength: 16 })).toMatchObject({
      text: expect.stringContaining("24 more characters"),
    });
  });

  it("limits.lineLength: further fields are left out and counted", async () => {
    const record = await withLimits({ lineLength: 256 }, { ...wide, text: "x".repeat(400) });
    expect(record).toMatchObject({ "taffrail.omitted": 1 });
  });

  it("preset: gives defaults, which options overrule", async () => {
    expect(open({ preset: "dev", sinks: [recorder()] }).level).toBe("debug");
    expect(open({ preset: "dev", sinks: [recorder()], level: "error" }).level).toBe("error");
  });

  it("config: reads options from a file", async () => {
    const config = fileOf("a.json", { service: "from-file", fields: { region: "eu" } });
    expect(await recordWith(opened, { config })).toMatchObject({ service: "from-file", region: "eu" });
  });

  it("watchConfig: what changes in the file takes effect, for children too", async () => {
    const config = fileOf("b.json", { level: "warn" });
    const log = open({ config, watchConfig: true, sinks: [recorder()] });
    const still = open({ config, sinks: [recorder()] });
    const child = log.child({ a: 1 });
    fileOf("b.json", { level: "debug" });
    await vi.waitFor(() => expect(child.level).toBe("debug"), { timeout: 10_000, interval: 50 });
    expect(still.level).toBe("warn");
  });

  it("server: adds a sink that sends records there", async () => {
    const server = await startIngestServer();
    const recorded = recorder();
    const log = open({ server: server.url, sinks: [recorded] });
    log.info("x");
    await log.close();
    await server.stop();
    expect([server.lines.length, recorded.records.length]).toEqual([1, 1]);
  });

  it("clock: gives the time of records", async () => {
    expect(await recordWith(opened, { clock: manualClock(0) })).toMatchObject({ time: "1970-01-01T00:00:00.000Z" });
  });

  it("the environment is read", async () => {
    vi.stubEnv("TAFFRAIL_LEVEL", "WARNING");
    vi.stubEnv("OTEL_SERVICE_NAME", "from-otel");
    expect(open({ sinks: [recorder()] }).level).toBe("warn");
    expect(await recordWith(opened, { level: "info" })).toMatchObject({ service: "from-otel" });
  });
});

describe("what is not valid", () => {
  it("an unknown option is refused with the known ones named", () => {
    const error = caught(() => createLogger({ levle: "info" } as LoggerOptions));
    expect([error.code, error.message]).toEqual([
      "option_unknown",
      "createLogger: option levle is unknown (did you mean level?).",
    ]);
    for (const { key } of loggerOptionDefinitions) expect(error.remedy).toContain(key);
  });

  const rows: readonly (readonly [keyof LoggerOptions, unknown, string?])[] = [
    ["service", ""],
    ["level", "loud"],
    ["fields", [1]],
    ["limits", 3],
    ["limits", { depth: 0 }, "limits.depth"],
    ["preset", "fast"],
    ["config", 3],
    ["watchConfig", "yes"],
    ["server", "not a url"],
    ["sinks", {}],
    ["sinks", [{ sink: {} }]],
    ["sinks", [{ type: "console" }], "sinks[0]"],
    ["sinks", [{ sink: memorySink(), level: "loud" }], "sinks[0].level"],
    ["bufferBytes", 1.5],
    ["overflow", "wait"],
    ["overflow", { loud: "block" }],
    ["reserve", 0.6],
    ["retryForMs", -1],
    ["writeTimeoutMs", 0],
    ["breaker", true],
    ["breaker", { failures: 0 }, "breaker.failures"],
    ["shedding", 1],
    ["sampling", 1.1],
    ["sampling", { by: "trace" }, "sampling.rate"],
    ["rateLimit", 10],
    ["rateLimit", { burst: 1 }, "rateLimit.perSecond"],
    ["dedupe", "yes"],
    ["dedupe", { windowMs: 0 }, "dedupe.windowMs"],
    ["fingersCrossed", 1],
    ["fingersCrossed", { level: "loud" }, "fingersCrossed.level"],
    ["plugins", [{}]],
    ["allowPlugins", "a"],
    ["denyPlugins", [""]],
    ["redact", true],
    ["redact", { presets: ["pci"] }, "redact.presets"],
    ["durable", 1],
    ["durable", { dir: "" }, "durable.dir"],
    ["signals", ["SIGKILL"]],
    ["exitTimeoutMs", Number.NaN],
    ["debugSignalMinutes", -1],
    ["metricsIntervalMs", 0.5],
    ["onProblem", "stderr"],
    ["clock", null],
  ];
  it.each(rows)("%s may not be %j", (option, value, key = option) => {
    const error = caught(() => createLogger({ [String(option)]: value }));
    expect([error.code, error.details.where, error.details.key]).toEqual(["option_invalid", "createLogger", key]);
  });

  it("every option has a bad value above", () => {
    const keys = loggerOptionDefinitions.map(({ key }) => key);
    expect([...new Set(rows.map(([key]) => key))].sort()).toEqual([...keys].sort());
  });

  it("misspelt keys inside options are refused too, and options must be an object", () => {
    expect(caught(() => createLogger({ limits: { dept: 1 } as object })).details.key).toBe("limits.dept");
    const entry = { sink: memorySink(), lvl: "error" };
    expect(caught(() => createLogger({ sinks: [entry] }))).toMatchObject({
      code: "option_unknown",
      details: { key: "sinks[0].lvl" },
    });
    expect(caught(() => createLogger(null as never)).code).toBe("option_invalid");
  });

  it("a sink of another contract version is refused, and nothing stays open", () => {
    const before = process.listenerCount("exit");
    const old = { ...memorySink(), manifest: { name: "old", kind: "sink", apiVersion: 99 } } as const;
    expect(caught(() => createLogger({ sinks: [old] }))).toMatchObject({
      code: "plugin_version",
      message: "Plugin old wants contract version 99; this is 1.",
    });
    expect(process.listenerCount("exit")).toBe(before);
  });

  it("undefined counts as not given", async () => {
    expect(await recordWith(opened, { service: undefined } as object)).toMatchObject({ service: "unknown_service" });
  });
});
