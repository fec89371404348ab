import { type Sink, TaffrailError } from "@taffrail/contracts";
import { manualClock, recorder } from "@taffrail/testkit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createLogger, type Logger } from "../logger.ts";
import { memorySink } from "../sinks/memory-sink.ts";
import { startIngestServer } from "../sinks/testdata/ingest-server.ts";
import { type LoggerOptions, resolveOptions } from "./logger-options.ts";

const opened: Logger[] = [];
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close({ deadlineMs: 50 });
  vi.unstubAllEnvs();
});

function open(options: LoggerOptions): Logger {
  const log = createLogger({ signals: [], onProblem: () => {}, ...options });
  opened.push(log);
  return log;
}

/** Logs one record with the options and gives it back. */
async function recordWith(options: LoggerOptions, fields: object = {}) {
  const recorded = recorder();
  const log = open({ sinks: [recorded], ...options });
  log.info("x", fields);
  await log.flush();
  return recorded.records[0];
}

const stuck: Sink = { ...recorder(), write: () => new Promise(() => {}) };

/** One test of its effect for each option; the type makes a missing one an error. */
const effects: Readonly<Record<keyof LoggerOptions, () => Promise<void>>> = {
  service: async () => {
    expect(await recordWith({ service: "checkout" })).toMatchObject({ service: "checkout" });
    expect(await recordWith({})).toMatchObject({ service: "unknown_service" });
  },
  level: async () => {
    expect(await recordWith({ level: "warn" })).toBe(undefined);
    expect(await recordWith({ level: "off" })).toBe(undefined);
    expect(await recordWith({})).toMatchObject({ level: "info" });
  },
  fields: async () => {
    expect(await recordWith({ fields: { region: "eu" } })).toMatchObject({ region: "eu" });
  },
  server: async () => {
    const server = await startIngestServer();
    const recorded = recorder();
    const log = open({ server: server.url, sinks: [recorded] });
    log.info("x");
    await log.close();
    await server.stop();
    expect([server.lines.length, recorded.records.length]).toEqual([1, 1]);
  },
  sinks: async () => {
    const [all, loud] = [recorder(), recorder()];
    const log = open({ sinks: [all, { sink: loud, level: "error" }] });
    log.info("x");
    log.error("y");
    await log.flush();
    expect([all.records.length, loud.records.length]).toEqual([2, 1]);
  },
  bufferBytes: async () => {
    const log = open({ sinks: [stuck], bufferBytes: 1024 });
    for (let index = 0; index < 100; index++) log.info("x");
    expect(log.ledger().pending).toBeLessThan(10);
    const large = open({ sinks: [stuck] });
    for (let index = 0; index < 100; index++) large.info("x");
    expect(large.ledger().pending).toBe(100);
  },
  overflow: async () => {
    const kept = async (overflow: "drop-new" | "drop-old"): Promise<number> => {
      const recorded = recorder();
      const log = open({ sinks: [recorded], bufferBytes: 5000, overflow });
      for (let n = 0; n < 100; n++) log.info("x", { n });
      await log.flush();
      return Number(recorded.records[0]?.n);
    };
    expect(await kept("drop-new")).toBe(0);
    expect(await kept("drop-old")).toBeGreaterThan(50);
  },
  retryForMs: async () => {
    const busy: Sink = { ...recorder(), write: async () => ({ outcome: "retry", reason: "busy" }) };
    const log = open({ sinks: [busy], retryForMs: 0 });
    log.info("x");
    expect((await log.flush()).dropped).toEqual({ "retries-exhausted": 1 });
  },
  writeTimeoutMs: async () => {
    const { promise, resolve } = withResolvers();
    const sink: Sink = {
      ...recorder(),
      write: (_, signal) => {
        signal.addEventListener("abort", resolve);
        return new Promise(() => {});
      },
    };
    open({ sinks: [sink], writeTimeoutMs: 10 }).info("x");
    await promise;
  },
  limits: async () => {
    const fields = { a: { b: { c: 1 } }, list: [1, 2, 3], text: "x".repeat(40), more: 1 };
    const record = async (limits: LoggerOptions["limits"]) => await recordWith(limits ? { limits } : {}, fields);
    expect(await record(undefined)).toMatchObject(fields);
    expect(await record({ depth: 1 })).toMatchObject({ a: { b: "[Too deep]" } });
    expect(await record({ keys: 3 })).toMatchObject({ "taffrail.omitted": 1 });
    expect(await record({ items: 1 })).toMatchObject({ list: [1, "… 2 more"] });
    expect(await record({ stringLength: 16 })).toMatchObject({ text: expect.stringContaining("[24 more characters]") });
    const long = { ...fields, text: "x".repeat(400) };
    expect(await recordWith({ limits: { lineLength: 256 } }, long)).toMatchObject({ "taffrail.omitted": 1 });
  },
  signals: async () => {
    const counts = (): number[] => [process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")];
    const [interrupts = 0, terminations = 0] = counts();
    open({ sinks: [recorder()], signals: ["SIGINT"] });
    expect(counts()).toEqual([interrupts + 1, terminations]);
  },
  exitTimeoutMs: async () => {
    // Its effect on a real process is shown in exit.test.ts.
    expect(resolveOptions({ exitTimeoutMs: 7, sinks: [] }, {}).exitTimeoutMs).toBe(7);
  },
  onProblem: async () => {
    const told: string[] = [];
    const log = open({ sinks: [recorder()], onProblem: (text) => told.push(text), bufferBytes: 1024 });
    for (let index = 0; index < 100; index++) log.info("x");
    expect(told).toEqual(["1 dropped (buffer-full) at recorder"]);
  },
  clock: async () => {
    expect(await recordWith({ clock: manualClock(0) })).toMatchObject({ time: "1970-01-01T00:00:00.000Z" });
  },
};

function withResolvers() {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe("each option has its effect", () => {
  it.each(Object.entries(effects))("%s", async (_, effect) => effect());
});

describe("environment", () => {
  it("fills in what the options leave open", async () => {
    vi.stubEnv("TAFFRAIL_LEVEL", "WARNING");
    vi.stubEnv("OTEL_SERVICE_NAME", "from-otel");
    const log = open({ sinks: [recorder()] });
    expect(log.level).toBe("warn");
    expect(await recordWith({ level: "info" })).toMatchObject({ service: "from-otel" });
    vi.stubEnv("TAFFRAIL_SERVICE", "from-taffrail");
    expect(await recordWith({ level: "info" })).toMatchObject({ service: "from-taffrail" });
    expect(await recordWith({ level: "info", service: "option" })).toMatchObject({ service: "option" });
  });

  it("adds the server next to the default console, but not to a list of sinks", () => {
    const env = { TAFFRAIL_URL: "http://127.0.0.1:4318" };
    const names = (options: LoggerOptions): string[] =>
      resolveOptions(options, env).routes.map(({ sink }) => sink.manifest.name);
    expect(names({})).toEqual(["console", "http"]);
    expect(names({ sinks: [memorySink()] })).toEqual(["memory"]);
    expect(names({ sinks: [memorySink()], server: "http://127.0.0.1:1" })).toEqual(["memory", "http"]);
    expect(resolveOptions({}, { TAFFRAIL_URL: "" }).routes.map(({ sink }) => sink.manifest.name)).toEqual(["console"]);
  });

  it.each([
    [{ TAFFRAIL_LEVEL: "loud" }, "TAFFRAIL_LEVEL"],
    [{ TAFFRAIL_URL: "localhost:4318" }, "TAFFRAIL_URL"],
  ])("refuses %j", (env, key) => {
    expect(() => resolveOptions({}, env)).toThrow(
      expect.objectContaining({ code: "option_invalid", details: expect.objectContaining({ key }) }),
    );
  });
});

describe("what is not valid", () => {
  it("an unknown option is refused with the known ones named", () => {
    const error = caught(() => createLogger({ levle: "info" } as LoggerOptions));
    expect(error.code).toBe("option_unknown");
    expect(error.message).toBe("createLogger: option levle is unknown.");
    for (const name of Object.keys(effects)) expect(error.remedy).toContain(name);
  });

  const rows: readonly (readonly [string, unknown])[] = [
    ["service", ""],
    ["level", "loud"],
    ["fields", [1]],
    ["server", "not a url"],
    ["sinks", {}],
    ["sinks", [{ sink: {} }]],
    ["bufferBytes", 1.5],
    ["overflow", "block"],
    ["retryForMs", -1],
    ["writeTimeoutMs", 0],
    ["limits", 3],
    ["signals", ["SIGKILL"]],
    ["exitTimeoutMs", Number.NaN],
    ["onProblem", "stderr"],
    ["clock", null],
  ];
  it.each(rows)("%s: %j", (key, value) => {
    const error = caught(() => createLogger({ [key]: value }));
    expect([error.code, error.details.key]).toEqual(["option_invalid", key]);
  });

  it("every option has a bad value above", () => {
    expect([...new Set(rows.map(([key]) => key))].sort()).toEqual(Object.keys(effects).sort());
  });

  it("limits and sink entries are checked too, and options must be an object", () => {
    expect(caught(() => createLogger({ limits: { depth: 0 } })).message).toContain("createLogger limits: option depth");
    expect(caught(() => createLogger({ limits: { dept: 1 } as object })).code).toBe("option_unknown");
    const entry = { sink: memorySink(), lvl: "error" };
    expect(caught(() => createLogger({ sinks: [entry] })).code).toBe("option_unknown");
    expect(caught(() => createLogger(null as never)).code).toBe("option_invalid");
    expect(caught(() => memorySink({ maxRecords: 0 })).code).toBe("option_invalid");
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

  it("undefined counts as not given", () => {
    expect(resolveOptions({ service: undefined, sinks: [] } as object, {}).service).toBe("unknown_service");
  });
});

function caught(call: () => unknown): TaffrailError {
  try {
    call();
  } catch (error) {
    if (error instanceof TaffrailError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

it("memorySink keeps the newest records only", async () => {
  const sink = memorySink({ maxRecords: 3 });
  const log = open({ sinks: [sink] });
  for (let n = 0; n < 10; n++) log.info("x", { n });
  await log.flush();
  expect(sink.records().map(({ n }) => n)).toEqual([7, 8, 9]);
  sink.clear();
  expect(sink.lines()).toEqual([]);
});
