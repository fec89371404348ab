import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Filter, pluginApiVersion } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { withContext } from "../context.ts";
import type { LoggerOptions } from "./option-types.ts";
import { caught, openLoggers, recordWith, stuckSink } from "./testdata/open-logger.ts";

const opened = openLoggers();
const { open } = opened;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "taffrail-features-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  expect(await opened.closeAll()).toEqual([]);
});

/** Messages that arrive of what `use` logs. */
async function messagesOf(options: LoggerOptions, use: (log: ReturnType<typeof open>) => void): Promise<unknown[]> {
  const recorded = recorder();
  const log = open({ sinks: [recorded], ...options });
  use(log);
  await log.flush();
  return recorded.records.map(({ msg }) => msg);
}

const filter: Filter = {
  manifest: { name: "no-noise", kind: "filter", apiVersion: pluginApiVersion },
  keep: ({ message }) => message !== "noise",
};

describe("valves of createLogger", () => {
  it("sampling: keeps a share; errors all stay", async () => {
    const log = (sampled: LoggerOptions["sampling"]) =>
      messagesOf(sampled === undefined ? {} : { sampling: sampled }, (to) => {
        for (let index = 0; index < 50; index++) to.info("x");
        to.error("y");
      });
    expect(await log(0)).toEqual(["y"]);
    expect((await log({ rate: 1 })).length).toBe(51);
    expect((await log(false)).length).toBe(51);
  });

  it("rateLimit: bounds the records of a second", async () => {
    const messages = await messagesOf({ rateLimit: { perSecond: 1, burst: 3 } }, (log) => {
      for (let index = 0; index < 50; index++) log.info("x");
    });
    expect(messages.length).toBeLessThan(10);
    expect(messages.slice(0, 3)).toEqual(["x", "x", "x"]);
  });

  it("dedupe: joins records that equal each other", async () => {
    const twice = (dedupe: boolean) =>
      messagesOf({ dedupe }, (log) => {
        for (let index = 0; index < 5; index++) log.info("x");
        log.info("y");
      });
    expect((await twice(true)).slice(0, 2)).toEqual(["x", "y"]);
    expect((await twice(false)).length).toBe(6);
  });

  it("fingersCrossed: quiet records of a request show only if it fails", async () => {
    const use = (log: ReturnType<typeof open>): void => {
      withContext({ requestId: 1 }, () => log.debug("well"));
      withContext({ requestId: 2 }, () => {
        log.debug("ill");
        log.error("failed");
      });
    };
    expect(await messagesOf({ fingersCrossed: true }, use)).toEqual(["ill", "failed"]);
    expect(await messagesOf({ fingersCrossed: false }, use)).toEqual(["failed"]);
  });
});

describe("plugins of createLogger", () => {
  it("plugins: work on the records", async () => {
    const use = (log: ReturnType<typeof open>): void => {
      log.info("noise");
      log.info("signal");
    };
    expect(await messagesOf({ plugins: [filter] }, use)).toEqual(["signal"]);
  });

  it("allowPlugins: refuses plugins from elsewhere that it does not name", () => {
    const error = caught(() => open({ allowPlugins: ["recorder"], sinks: [recorder()], plugins: [filter] }));
    expect([error.code, error.details.name]).toEqual(["plugin_denied", "no-noise"]);
    open({
      allowPlugins: ["recorder", "no-noise"],
      sinks: [recorder()],
      plugins: [filter],
      dedupe: true,
      sampling: 0.5,
    });
  });

  it("denyPlugins: refuses plugins and sinks that it names", () => {
    expect(caught(() => open({ denyPlugins: ["no-noise"], sinks: [], plugins: [filter] })).code).toBe("plugin_denied");
    expect(caught(() => open({ denyPlugins: ["recorder"], sinks: [recorder()] })).code).toBe("plugin_denied");
  });

  it("denyPlugins: cannot take built-in redaction away", async () => {
    expect(caught(() => open({ denyPlugins: ["redact"], sinks: [] })).code).toBe("option_invalid");
    const record = await recordWith(
      opened,
      { denyPlugins: ["geo"], allowPlugins: ["recorder"] },
      { password: "hunter2" },
    );
    expect(record?.password).not.toBe("hunter2");
  });

  it("redact: masks what it names, beside credentials", async () => {
    const fields = { password: "hunter2", pinCode: "1234", plain: "shown" };
    const record = await recordWith(opened, { redact: { keys: ["pinCode"], text: "[gone]" } }, fields);
    expect(record).toMatchObject({ password: "[gone]", pinCode: "[gone]", plain: "shown" });
    expect(await recordWith(opened, { redact: false }, fields)).toMatchObject(fields);
  });

  it("plugins that are not valid are refused by their place", () => {
    const bad = { manifest: { ...filter.manifest, apiVersion: 9 } } as Filter;
    expect(caught(() => open({ sinks: [], plugins: [filter, bad] })).code).toBe("plugin_version");
  });
});

describe("durable mode of createLogger", () => {
  const network = () => {
    const sink = stuckSink();
    return { ...sink, manifest: { ...sink.manifest, name: "remote", capabilities: ["network"] } } as const;
  };

  it("durable, durable.dir: records for the network wait on disk, in that directory", async () => {
    const dir = join(folder, "a");
    const log = open({ sinks: [network(), recorder()], durable: { dir } });
    log.info("kept on disk");
    expect(log.stats().spool?.records).toBe(1);
    expect(readdirSync(dir, { recursive: true }).length).toBeGreaterThan(0);
    expect(open({ sinks: [network()] }).stats().spool).toBe(undefined);
  });

  it("sinks.durable: one sink more, or one less", async () => {
    const dir = join(folder, "b");
    const without = open({ sinks: [{ sink: network(), durable: false }], durable: { dir } });
    without.info("x");
    expect([without.stats().spool, existsSync(dir)]).toEqual([undefined, false]);
    const log = open({ sinks: [{ sink: stuckSink(), durable: true }], durable: { dir } });
    log.info("x");
    expect(log.stats().spool?.records).toBe(1);
  });
});

describe("the end and the observation of createLogger", () => {
  it("signals: only these are listened to", () => {
    const counts = (): number[] => [process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")];
    const [interrupts = 0, terminations = 0] = counts();
    open({ sinks: [recorder()], signals: ["SIGINT"] });
    expect(counts()).toEqual([interrupts + 1, terminations]);
  });

  it("debugSignalMinutes: SIGUSR2 shows debug records", async () => {
    const recorded = recorder();
    const log = open({ sinks: [recorded], debugSignalMinutes: 5 });
    process.emit("SIGUSR2", "SIGUSR2");
    log.child({ a: 1 }).debug("seen");
    process.emit("SIGUSR2", "SIGUSR2");
    log.debug("not seen");
    await log.close();
    expect(recorded.records.map(({ msg }) => msg)).toEqual(["seen"]);
    expect(process.listenerCount("SIGUSR2")).toBe(0);
  });

  it("metricsIntervalMs: sends the metrics to sinks that take them", async () => {
    const metrics = { ...recorder(), signals: ["metrics"] } as const;
    const log = open({ service: "shop", sinks: [metrics, recorder()], metricsIntervalMs: 10 });
    log.info("x");
    await vi.waitFor(() => expect(metrics.lines.length).toBeGreaterThan(1));
    expect(JSON.parse(metrics.lines[0] ?? "")).toMatchObject({
      resource: { attributes: expect.arrayContaining([{ key: "service.name", value: { stringValue: "shop" } }]) },
    });
  });

  it("onProblem: is told about drops, seldom", async () => {
    const told: string[] = [];
    const log = open({ sinks: [stuckSink()], onProblem: (text) => told.push(text), bufferBytes: 1024 });
    for (let index = 0; index < 100; index++) log.info("x");
    // It is told after the turn: nothing of the user's runs inside a log call.
    await new Promise((resolve) => setImmediate(resolve));
    expect(told.length).toBe(1);
    expect(told[0]).toContain("dropped (buffer-full) at recorder");
  });
});
