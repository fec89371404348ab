import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TaffrailError } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loggerOptionDefinitions } from "./definitions.ts";
import { entryDefinitions } from "./entry-definitions.ts";
import { type LoggerOptions, type ResolvedOptions, resolveOptions } from "./logger-options.ts";
import { presets } from "./presets.ts";
import { entryChecks } from "./sink-entries.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "taffrail-options-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(content: unknown, name = "config.json"): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function caught(call: () => unknown): TaffrailError {
  try {
    call();
  } catch (error) {
    if (error instanceof TaffrailError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const sinkNames = ({ routes }: ResolvedOptions): string[] => routes.map(({ name }) => name);
const memoryOnly: LoggerOptions = { sinks: [recorder()] };

describe("an environment variable", () => {
  const rows: readonly (readonly [variable: string, text: string, key: keyof ResolvedOptions, value: unknown])[] = [
    ["TAFFRAIL_SERVICE", "checkout", "service", "checkout"],
    ["OTEL_SERVICE_NAME", "checkout", "service", "checkout"],
    ["TAFFRAIL_LEVEL", "WARNING", "level", "warn"],
    ["TAFFRAIL_LEVEL", "off", "level", "off"],
    ["TAFFRAIL_FIELDS", "region=eu, zone=a", "fields", { region: "eu", zone: "a" }],
    ["TAFFRAIL_FIELDS", '{"shard":3}', "fields", { shard: 3 }],
    ["TAFFRAIL_LIMITS", '{"depth":3}', "limits", expect.objectContaining({ depth: 3, items: 256 })],
    ["TAFFRAIL_PRESET", "production", "shedding", true],
    ["TAFFRAIL_WATCH_CONFIG", "true", "watchConfig", true],
    ["TAFFRAIL_BUFFER_BYTES", "64KiB", "bufferBytes", 65_536],
    ["TAFFRAIL_BUFFER_BYTES", "5000", "bufferBytes", 5000],
    ["TAFFRAIL_OVERFLOW", "drop-old", "overflow", "drop-old"],
    ["TAFFRAIL_OVERFLOW", '{"debug":"drop-old"}', "overflow", { debug: "drop-old" }],
    ["TAFFRAIL_RESERVE", "0.2", "reserve", 0.2],
    ["TAFFRAIL_RETRY_FOR_MS", "1m", "retryForMs", 60_000],
    ["TAFFRAIL_WRITE_TIMEOUT_MS", "250", "writeTimeoutMs", 250],
    ["TAFFRAIL_BREAKER", "off", "breaker", false],
    ["TAFFRAIL_BREAKER", '{"failures":2}', "breaker", { failures: 2, openForMs: 30_000 }],
    ["TAFFRAIL_SHEDDING", "on", "shedding", true],
    ["TAFFRAIL_SAMPLING", "0.25", "sampling", { rate: 0.25 }],
    ["TAFFRAIL_SAMPLING", "0", "sampling", { rate: 0 }],
    ["TAFFRAIL_SAMPLING", "off", "sampling", undefined],
    ["TAFFRAIL_RATE_LIMIT", '{"perSecond":100}', "rateLimit", { perSecond: 100 }],
    ["TAFFRAIL_DEDUPE", "yes", "dedupe", {}],
    ["TAFFRAIL_FINGERS_CROSSED", '{"trigger":"fatal"}', "fingersCrossed", { trigger: "fatal" }],
    ["TAFFRAIL_ALLOW_PLUGINS", "recorder, mine", "pluginPolicy", expect.objectContaining({ deny: [] })],
    ["TAFFRAIL_DENY_PLUGINS", '["geo"]', "pluginPolicy", { allow: undefined, deny: ["geo"] }],
    ["TAFFRAIL_REDACT", "false", "redact", false],
    ["TAFFRAIL_REDACT", '{"keys":["iban"]}', "redact", { keys: ["iban"] }],
    ["TAFFRAIL_DURABLE", "true", "durable", { dir: expect.stringMatching(/taffrail.spool.unknown_service$/) }],
    ["TAFFRAIL_DURABLE", '{"dir":"/var/spool"}', "durable", { dir: "/var/spool" }],
    ["TAFFRAIL_SIGNALS", "none", "signals", []],
    ["TAFFRAIL_SIGNALS", "SIGINT", "signals", ["SIGINT"]],
    ["TAFFRAIL_EXIT_TIMEOUT_MS", "3s", "exitTimeoutMs", 3000],
    ["TAFFRAIL_DEBUG_SIGNAL_MINUTES", "15", "debugSignalMinutes", 15],
    ["TAFFRAIL_METRICS_INTERVAL_MS", "10s", "metricsIntervalMs", 10_000],
  ];
  it.each(rows)("%s=%s", (variable, text, key, value) => {
    expect(resolveOptions(memoryOnly, { [variable]: text })[key]).toEqual(value);
  });

  it("exists for every option that has a form as text, and each is tried here", () => {
    const variables = loggerOptionDefinitions.flatMap((definition) => definition.variables);
    const elsewhere = ["TAFFRAIL_SERVER", "TAFFRAIL_URL", "TAFFRAIL_SINKS", "TAFFRAIL_CONFIG"];
    expect([...new Set([...rows.map(([variable]) => variable), ...elsewhere])].sort()).toEqual([...variables].sort());
    const without = loggerOptionDefinitions.filter((definition) => definition.variables.length === 0);
    expect(without.map(({ key }) => key)).toEqual(["plugins", "onProblem", "clock"]);
  });

  it("names sinks by type, or describes them in JSON", () => {
    expect(sinkNames(resolveOptions({}, { TAFFRAIL_SINKS: "console, null" }))).toEqual(["console", "null"]);
    const list = JSON.stringify([{ type: "null", name: "quiet", level: "error" }]);
    expect(resolveOptions({}, { TAFFRAIL_SINKS: list }).routes).toMatchObject([{ name: "quiet", level: "error" }]);
  });

  it("TAFFRAIL_CONFIG names the config file", () => {
    const path = fileOf({ service: "from-file" });
    expect(resolveOptions(memoryOnly, { TAFFRAIL_CONFIG: path })).toMatchObject({
      service: "from-file",
      configPath: path,
    });
  });

  it.each([
    ["TAFFRAIL_LEVLE", "TAFFRAIL_LEVEL"],
    ["TAFFRAIL_SINK", "TAFFRAIL_SINKS"],
    ["TAFFRAIL_BUFER_BYTE", "TAFFRAIL_BUFFER_BYTES"],
  ])("that is misspelt is told, and stops nothing: %s", (name, meant) => {
    const told: string[] = [];
    resolveOptions({ ...memoryOnly, onProblem: (text) => told.push(text) }, { [name]: "x" });
    expect(told).toEqual([`environment variable ${name} is unknown; did you mean ${meant}?`]);
    const failing = () => {
      throw new Error("no");
    };
    expect(resolveOptions({ ...memoryOnly, onProblem: failing }, { [name]: "x" }).level).toBe("info");
  });

  it("of another part of Taffrail is left alone", () => {
    const told: string[] = [];
    const others = ["LISTEN", "DATA", "SETTINGS_URL", "LOG_LEVEL", "LOG_FORMAT", "DRAIN_TIMEOUT", "SEED", "FAILPOINTS"];
    const env = Object.fromEntries(others.map((name) => [`TAFFRAIL_${name}`, "x"]));
    resolveOptions({ ...memoryOnly, onProblem: (text) => told.push(text) }, { ...env, OTHER: "x" });
    expect(told).toEqual([]);
  });

  it("that is empty counts as not set", () => {
    expect(resolveOptions(memoryOnly, { TAFFRAIL_LEVEL: "" }).level).toBe("info");
  });

  it.each([
    [{ TAFFRAIL_LEVEL: "loud" }, "TAFFRAIL_LEVEL"],
    [{ TAFFRAIL_URL: "localhost:4318" }, "TAFFRAIL_URL"],
    [{ TAFFRAIL_BUFFER_BYTES: "a lot" }, "TAFFRAIL_BUFFER_BYTES"],
    [{ TAFFRAIL_LIMITS: '{"depth":0}' }, "TAFFRAIL_LIMITS.depth"],
    [{ TAFFRAIL_LIMITS: '{"depth":' }, "TAFFRAIL_LIMITS"],
    [{ TAFFRAIL_SAMPLING: '{"by":"trace"}' }, "TAFFRAIL_SAMPLING.rate"],
    [{ TAFFRAIL_SINKS: "carrier-pigeon" }, "TAFFRAIL_SINKS[0].type"],
    [{ TAFFRAIL_REDACT: '{"presets":["pci"]}' }, "TAFFRAIL_REDACT.presets"],
  ])("that is wrong is refused by its own name: %j", (env, key) => {
    const options = "TAFFRAIL_SINKS" in env ? {} : memoryOnly;
    const error = caught(() => resolveOptions(options, env));
    expect([error.code, error.details.where, error.details.key]).toEqual(["option_invalid", "environment", key]);
    expect(error.remedy).toContain(key);
  });
});

describe("a config file", () => {
  it("stands below options and variables, and above presets", () => {
    const config = fileOf({ $schema: "x", preset: "dev", level: "warn", service: "file", retryForMs: 1, reserve: 0.3 });
    const env = { TAFFRAIL_RETRY_FOR_MS: "2", TAFFRAIL_SERVICE: "environment" };
    const resolved = resolveOptions({ ...memoryOnly, config, service: "option" }, env);
    expect(resolved).toMatchObject({ service: "option", retryForMs: 2, reserve: 0.3, level: "warn" });
    expect(resolveOptions({ ...memoryOnly, config }, {}).level).toBe("warn");
    expect(resolveOptions({ ...memoryOnly, preset: "dev" }, {}).level).toBe("debug");
  });

  it("is joined with the other sources key by key where an option is an object", () => {
    const config = fileOf({
      limits: { depth: 2, keys: 9 },
      fields: { region: "eu", zone: "a" },
      durable: { dir: "d" },
    });
    const resolved = resolveOptions(
      { ...memoryOnly, config, limits: { depth: 4 }, fields: { zone: "b" }, durable: true },
      {},
    );
    expect(resolved.limits).toMatchObject({ depth: 4, keys: 9 });
    expect(resolved.fields).toEqual({ region: "eu", zone: "b" });
    expect(resolved.durable).toEqual({ dir: "d" });
  });

  it("makes sinks by type, each with its options and those of its entry", () => {
    const path = join(folder, "app.log");
    const fallback = { type: "null" };
    const config = fileOf({
      sinks: [
        {
          type: "file",
          path,
          level: "warn",
          match: { area: ["a", 1] },
          durable: true,
          breaker: { failures: 1 },
          fallback,
        },
        "null",
      ],
    });
    const { routes, durable } = resolveOptions({ config }, {});
    expect(routes).toMatchObject([
      {
        name: "file",
        level: "warn",
        match: { area: ["a", 1] },
        durable: true,
        breaker: { failures: 1, openForMs: 30_000 },
      },
      { name: "null", level: "trace", durable: false, fallback: undefined },
    ]);
    expect(routes[0]?.fallback?.manifest.name).toBe("null");
    expect(durable).toEqual({ dir: expect.stringContaining("spool") });
    expect(readFileSync(path, "utf8")).toBe("");
    for (const { sink } of routes) void sink.close(AbortSignal.timeout(1000));
  });

  it.each([
    ["{ levle: 1 }", "config_unreadable", undefined],
    ["[]", "config_unreadable", undefined],
    [{ levle: "info" }, "option_unknown", "levle"],
    [{ level: "loud" }, "option_invalid", "level"],
    [{ clock: {} }, "option_unknown", "clock"],
    [{ limits: { depth: 0 } }, "option_invalid", "limits.depth"],
    [{ limits: { dept: 1 } }, "option_unknown", "limits.dept"],
    [{ sinks: [{ type: "null" }, { type: "file" }] }, "option_invalid", "sinks[1].path"],
    [{ sinks: [{ type: "console", colour: 1 }] }, "option_unknown", "sinks[0].colour"],
    [{ sinks: [{ type: "console", level: "loud" }] }, "option_invalid", "sinks[0].level"],
    [{ sinks: [{ type: "console", breaker: { fails: 1 } }] }, "option_unknown", "sinks[0].breaker.fails"],
    [{ sinks: [{ type: "console", fallback: { type: "pigeon" } }] }, "option_invalid", "sinks[0].fallback.type"],
    [{ rateLimit: { burst: 1 } }, "option_invalid", "rateLimit.perSecond"],
  ])("that is wrong is refused with its path and the key: %j", (content, code, key) => {
    const path = fileOf(content, "bad.json");
    const error = caught(() => resolveOptions({ config: path }, {}));
    expect([error.code, error.details.key]).toEqual([code, key]);
    expect(error.message).toContain(path);
    expect(error.message).not.toContain("levle: 1");
  });

  it("that is not there is refused, with who named it", () => {
    const path = join(folder, "nowhere.json");
    const error = caught(() => resolveOptions(memoryOnly, { TAFFRAIL_CONFIG: path }));
    expect([error.code, error.details.where, error.details.path]).toEqual([
      "config_unreadable",
      "environment TAFFRAIL_CONFIG",
      path,
    ]);
  });

  it("is not looked for unless it is asked for", () => {
    expect(resolveOptions(memoryOnly, {}).configPath).toBe(undefined);
  });
});

describe("server", () => {
  const server = "http://127.0.0.1:1";
  it("adds an HTTP sink, unless it comes from farther away than the sinks", () => {
    const names = (options: LoggerOptions, env = {}) => sinkNames(resolveOptions(options, env));
    expect(names({}, { TAFFRAIL_URL: server })).toEqual(["console", "http"]);
    expect(names({}, { TAFFRAIL_SERVER: server })).toEqual(["console", "http"]);
    expect(names(memoryOnly, { TAFFRAIL_URL: server })).toEqual(["recorder"]);
    expect(names({ ...memoryOnly, server })).toEqual(["recorder", "http"]);
    expect(names({ config: fileOf({ sinks: ["null"] }) }, { TAFFRAIL_URL: server })).toEqual(["null", "http"]);
    expect(names({ config: fileOf({ server }) }, { TAFFRAIL_SINKS: "null" })).toEqual(["null"]);
    expect(names({ preset: "production" }, { TAFFRAIL_URL: server })).toEqual(["console", "http"]);
    expect(names({}, { TAFFRAIL_URL: "" })).toEqual(["console"]);
  });

  it("keeps its spool where the state of programs is, if nobody says where", () => {
    const dir = (service: string, env: Record<string, string>) =>
      resolveOptions({ sinks: [], service, durable: true }, env).durable?.dir;
    expect(dir("shop", { XDG_STATE_HOME: "/state" })).toBe("/state/taffrail/spool/shop");
    expect(dir("../a b", { XDG_STATE_HOME: "/state" })).toBe("/state/taffrail/spool/__a_b");
    expect(dir("shop", { XDG_STATE_HOME: "relative" })).toMatch(/\.local.state.taffrail.spool.shop$/);
  });

  it("makes sinks that use the network durable when the logger is", () => {
    const { routes } = resolveOptions({ server, durable: true }, {});
    expect(routes.map(({ name, durable }) => [name, durable])).toEqual([
      ["console", false],
      ["http", true],
    ]);
  });
});

it("the reference names every option of an entry of sinks", () => {
  const checked = Object.keys(entryChecks);
  expect(entryDefinitions.map(({ key }) => key)).toEqual(checked);
});

describe("presets", () => {
  it.each(Object.keys(presets))("%s resolves, alone and with a server", (preset) => {
    const options = { preset, server: "http://127.0.0.1:1" } as LoggerOptions;
    expect(sinkNames(resolveOptions(options, {}))).toEqual(["console", "http"]);
  });

  it("hardened refuses plugins and sinks from elsewhere unless they are allowed, and looks for everything", () => {
    const error = caught(() => resolveOptions({ preset: "hardened", ...memoryOnly }, {}));
    expect([error.code, error.details.name]).toEqual(["plugin_denied", "recorder"]);
    const resolved = resolveOptions({ preset: "hardened", ...memoryOnly, allowPlugins: ["recorder"] }, {});
    expect(resolved.redact).toMatchObject({ presets: ["pci-dss", "hipaa", "gdpr", "ccpa"], defaults: true });
  });

  it("a rule of one's own joins those of the preset", () => {
    const options: LoggerOptions = {
      preset: "hardened",
      ...memoryOnly,
      allowPlugins: ["recorder"],
      redact: { keys: ["x"] },
    };
    expect(resolveOptions(options, {}).redact).toMatchObject({
      presets: presets.hardened.options.redact.presets,
      keys: ["x"],
    });
  });
});

describe("lists of plugins", () => {
  it("deny by name, and never take built-in redaction away", () => {
    const denied = caught(() => resolveOptions({ ...memoryOnly, denyPlugins: ["recorder"] }, {}));
    expect([denied.code, denied.details.name]).toEqual(["plugin_denied", "recorder"]);
    const error = caught(() => resolveOptions({ ...memoryOnly, denyPlugins: ["redact"] }, {}));
    expect([error.code, error.details.key]).toEqual(["option_invalid", "denyPlugins"]);
    expect(error.message).toContain("`redact: false`");
    const fromEnvironment = caught(() => resolveOptions(memoryOnly, { TAFFRAIL_DENY_PLUGINS: "redact" }));
    expect(fromEnvironment.details.key).toBe("TAFFRAIL_DENY_PLUGINS");
  });

  it("allow nothing from elsewhere when empty, and what comes with the package always", () => {
    expect(sinkNames(resolveOptions({ allowPlugins: [] }, {}))).toEqual(["console"]);
    expect(caught(() => resolveOptions({ ...memoryOnly, allowPlugins: [] }, {})).code).toBe("plugin_denied");
    expect(resolveOptions({ ...memoryOnly, allowPlugins: [] as string[], redact: {}, sinks: [] }, {}).redact).toEqual(
      {},
    );
  });
});
