import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TaffrailError } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LevelCell, type LevelSetting } from "../level-cell.ts";
import { createControl } from "./control.ts";
import { followDebugSignal } from "./debug-signal.ts";
import { readLayers } from "./logger-options.ts";
import type { LoggerOptions, RuntimeChange, RuntimeSettings } from "./option-types.ts";
import { runtimeSettings } from "./runtime-settings.ts";
import { watchConfigFile } from "./watch-config.ts";

/** A control whose settings are kept as they take effect; `redact` with a key `bad` cannot be prepared. */
function createSubject(values: LoggerOptions = {}) {
  const applied: Partial<Record<keyof RuntimeSettings, unknown>> = {};
  const sinkLevels: Record<string, LevelSetting> = {};
  const take = (key: keyof RuntimeSettings) => (value: unknown) => {
    if (JSON.stringify(value)?.includes("bad")) {
      throw new TaffrailError("option_invalid", { where: "redact", key: "keys", reason: "it cannot be" });
    }
    return () => {
      applied[key] = value;
    };
  };
  const keys = ["level", "shedding", "sampling", "rateLimit", "dedupe", "redact"] as const;
  const prepare = Object.fromEntries(keys.map((key) => [key, take(key)])) as never;
  const control = createControl({
    settings: runtimeSettings(values),
    prepare,
    sinks: ["console", "http"],
    setSinkLevel: (sink, level) => {
      sinkLevels[sink] = level;
    },
  });
  return { control, applied, sinkLevels };
}

function errorOf(call: () => void): TaffrailError {
  try {
    call();
  } catch (error) {
    if (error instanceof TaffrailError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("configure", () => {
  it("brings what is named into effect, and nothing else", () => {
    const { control, applied, sinkLevels } = createSubject();
    control.configure({ level: "debug", sampling: 0.5, dedupe: true, sinks: { http: { level: "warn" } } });
    expect(applied).toEqual({ level: "debug", sampling: { rate: 0.5 }, dedupe: {} });
    expect(sinkLevels).toEqual({ http: "warn" });
    expect(control.settings()).toMatchObject({ level: "debug", sampling: { rate: 0.5 }, shedding: false });
  });

  it("joins objects with what holds, and false switches off", () => {
    const { control, applied } = createSubject({
      redact: { presets: ["gdpr"] },
      sampling: { rate: 0.1, by: "record" },
    });
    control.configure({ redact: { keys: ["pin"] }, sampling: { rate: 0.9 } });
    expect(applied).toEqual({ redact: { presets: ["gdpr"], keys: ["pin"] }, sampling: { rate: 0.9, by: "record" } });
    control.configure({ sampling: false, redact: false });
    expect(applied).toEqual({ redact: false, sampling: undefined });
  });

  const wrong: readonly (readonly [object, string, string])[] = [
    [{ level: "loud" }, "option_invalid", "level"],
    [{ levle: "info" }, "option_unknown", "levle"],
    [{ bufferBytes: 1 }, "option_invalid", "bufferBytes"],
    [{ sampling: 2 }, "option_invalid", "sampling"],
    [{ dedupe: { windowMs: 0 } }, "option_invalid", "dedupe.windowMs"],
    [{ redact: { keys: ["bad"] } }, "option_invalid", "redact.keys"],
    [{ sinks: [] }, "option_invalid", "sinks"],
    [{ sinks: { pigeon: { level: "info" } } }, "option_invalid", "sinks.pigeon"],
    [{ sinks: { http: { level: "loud" } } }, "option_invalid", "sinks.http.level"],
    [{ sinks: { http: { levle: "info" } } }, "option_unknown", "sinks.http.levle"],
  ];
  it.each(wrong)("refuses %j whole, and names the key", (change, code, key) => {
    const { control, applied, sinkLevels } = createSubject();
    const error = errorOf(() => control.configure({ shedding: true, ...change } as RuntimeChange));
    expect([error.code, error.details.where, error.details.key]).toEqual([code, "configure", key]);
    expect([applied, sinkLevels, control.settings().shedding]).toEqual([{}, {}, false]);
  });

  it("setSinkLevel refuses a sink that is not there", () => {
    const { control, sinkLevels } = createSubject();
    control.setSinkLevel("console", "error");
    expect(sinkLevels).toEqual({ console: "error" });
    expect(errorOf(() => control.setSinkLevel("pigeon", "error")).details.key).toBe("sinks.pigeon");
  });
});

describe("a watched config file", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "taffrail-watch-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Watches a file with this content, and gives a function that replaces it as an editor does. */
  function watch(name: string, content: object, options: LoggerOptions = {}, env: Record<string, string> = {}) {
    const path = join(folder, name);
    const write = (text: string): void => {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    };
    write(JSON.stringify(content));
    const subject = createSubject();
    const told: string[] = [];
    const read = () => readLayers({ config: path, ...options }, env);
    const stop = watchConfigFile({
      path,
      read,
      control: subject.control,
      tell: (text) => told.push(text),
      intervalMs: 20,
    });
    return {
      ...subject,
      told,
      stop,
      write: (next: object | string) => write(typeof next === "string" ? next : JSON.stringify(next)),
    };
  }
  const soon = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

  it("brings changes into effect, back to the default where a key is gone", async () => {
    const { applied, sinkLevels, write, stop, told } = watch("a.json", {
      level: "warn",
      sinks: ["console", { type: "http", url: "http://h" }],
    });
    write({ level: "debug", sampling: 0.5, sinks: ["console", { type: "http", url: "http://h", level: "error" }] });
    await soon(() => expect(applied).toEqual({ level: "debug", sampling: { rate: 0.5 } }));
    expect(sinkLevels).toEqual({ http: "error" });
    write({ sinks: ["console", { type: "http", url: "http://h" }] });
    await soon(() => expect(applied).toEqual({ level: "info", sampling: undefined }));
    expect([sinkLevels, told]).toEqual([{ http: "trace" }, []]);
    stop();
  });

  it("leaves what a nearer source says alone", async () => {
    const { applied, write, stop } = watch(
      "b.json",
      { shedding: false },
      { level: "error" },
      { TAFFRAIL_DEDUPE: "true" },
    );
    write({ shedding: true, level: "debug", dedupe: false });
    await soon(() => expect(applied).toEqual({ shedding: true }));
    stop();
  });

  it("keeps what holds when the file is bad, tells once, and goes on with the next one", async () => {
    const { applied, told, write, stop } = watch("c.json", { level: "warn" });
    write('{ "level": ');
    await soon(() => expect(told.length).toBe(1));
    expect([applied, told[0]]).toEqual([{}, expect.stringContaining("c.json changed and is left aside")]);
    write({ level: "loud" });
    await soon(() => expect(told.length).toBe(2));
    expect(told[1]).toContain("option level is not valid");
    write({ level: "debug" });
    await soon(() => expect(applied).toEqual({ level: "debug" }));
    expect(told.length).toBe(2);
    stop();
  });

  it("tells which keys need a restart", async () => {
    const { applied, told, write, stop } = watch("d.json", { sinks: ["console"] });
    write({ sinks: ["null"], service: "other", level: "debug" });
    await soon(() => expect(told.length).toBe(1));
    expect(told[0]).toContain("d.json changed: service, sinks will hold after a restart");
    expect(applied).toEqual({ level: "debug" });
    stop();
  });

  it("is no longer looked at after the end", async () => {
    const { applied, write, stop } = watch("e.json", { level: "warn" }, { sinks: [recorder()] });
    stop();
    write({ level: "debug" });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(applied).toEqual({});
  });
});

describe("the debug signal", () => {
  const raise = () => {
    process.emit("SIGUSR2", "SIGUSR2");
  };

  function follow(level: LevelSetting, minutes = 10) {
    const cell = new LevelCell(level, undefined);
    const told: string[] = [];
    const stop = followDebugSignal({ host: process, minutes, cell, tell: (text) => told.push(text) });
    return { cell, told, stop };
  }

  it("shows debug until the next one", () => {
    const { cell, told, stop } = follow("warn");
    raise();
    expect(cell.setting).toBe("debug");
    raise();
    expect([cell.setting, told.length]).toEqual(["warn", 2]);
    stop();
  });

  it("ends by itself", async () => {
    const { cell, stop } = follow("info", 0.001);
    raise();
    expect(cell.setting).toBe("debug");
    await vi.waitFor(() => expect(cell.setting).toBe("info"));
    stop();
  });

  it("leaves a level alone that somebody set meanwhile", () => {
    const { cell, told, stop } = follow("info");
    raise();
    cell.setting = "error";
    raise();
    expect([cell.setting, told[1]]).toEqual(["error", "level error again"]);
    stop();
  });

  it("does nothing where debug shows already, and leaves no listener behind", () => {
    const before = process.listenerCount("SIGUSR2");
    const { cell, told, stop } = follow("trace");
    raise();
    expect([cell.setting, told]).toEqual(["trace", []]);
    stop();
    expect(process.listenerCount("SIGUSR2")).toBe(before);
  });
});
