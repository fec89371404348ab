import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { metrics, trace } from "@opentelemetry/api";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { AlwaysOffSampler, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { type Ledger, ledgerFault } from "@taffrail/contracts";
import { createLogger, type Logger, otlpSink, type Sink } from "taffrail";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startTelemetry, type Telemetry, type TelemetryOptions } from "./index.ts";
import type { Instrumentation } from "./instrumentation.ts";
import { collectingLog, metricOf, spanOf } from "./testdata/collecting-log.ts";
import { type OtlpReceiver, startReceiver } from "./testdata/otlp-receiver.ts";

let receiver: OtlpReceiver;
let running: Telemetry | undefined;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  const ledger = await running?.shutdown({ deadlineMs: 200 });
  for (const book of Object.values(ledger ?? {})) expect(ledgerFault(book)).toBe(undefined);
  running = undefined;
  await receiver.stop();
  vi.unstubAllEnvs();
});

const otlp = (more = {}) => otlpSink({ url: receiver.url, lingerMs: 0, ...more });

/** Starts with a logger of telemetry's own, which talks to the receiver only. */
function start(options: Omit<TelemetryOptions, "log"> = {}): Telemetry<Logger> {
  const telemetry = startTelemetry({
    service: "checkout",
    runtimeMetrics: false,
    loggerOptions: { sinks: [otlp()], signals: [], onProblem: () => {} },
    ...options,
  });
  running = telemetry;
  return telemetry;
}
const balanced = (ledger: Ledger | undefined): void => {
  expect(ledger && ledgerFault(ledger)).toBe(undefined);
  expect(ledger?.pending).toBe(0);
};

describe("one call", () => {
  it("brings logs, spans and metrics to the receiver, tied together", async () => {
    const { log, tracer, meter, flush, shutdown } = start({
      runtimeMetrics: true,
      resource: { "deployment.environment.name": "test" },
    });
    const orders = meter.createCounter("orders");
    await tracer.startActiveSpan("place order", async (span) => {
      await Promise.resolve();
      orders.add(2, { country: "DE" });
      log.info("placed");
      tracer.startActiveSpan("charge", (inner) => inner.end());
      span.end();
    });
    // It takes some looks at the event loop until there is a delay to tell of.
    await vi.waitFor(async () => {
      await flush();
      expect(receiver.metrics.map(({ name }) => name)).toContain("nodejs.eventloop.delay.p99");
    }, 5000);
    const ledger = await shutdown();
    const [charge, place] = receiver.spans;
    expect([charge?.name, place?.name]).toEqual(["charge", "place order"]);
    expect(charge?.parentSpanId).toBe(place?.spanId);
    expect(receiver.logs.map(({ body, traceId }) => [body.stringValue, traceId])).toEqual([["placed", place?.traceId]]);
    const names = receiver.metrics.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["orders", "nodejs.eventloop.delay.p99", "process.memory.usage"]));
    expect(receiver.resources[0]).toMatchObject({
      "service.name": "checkout",
      "deployment.environment.name": "test",
      "process.runtime.name": "nodejs",
      "telemetry.sdk.name": "opentelemetry",
    });
    expect(ledger.spans).toEqual({ accepted: 2, delivered: 2, filtered: 0, dropped: {}, pending: 0 });
    expect(ledger.metrics).toMatchObject({ accepted: names.length, delivered: names.length });
    const { signals = {} } = log.ledger();
    for (const [signal, count] of [
      ["traces", 2],
      ["metrics", names.length],
    ] as const) {
      balanced(signals[signal]);
      expect(signals[signal]).toMatchObject({ accepted: count, delivered: count });
    }
  });

  it("loses nothing to a receiver that is away for a while", async () => {
    const { tracer, shutdown, log } = start();
    receiver.refusals = 3;
    for (let n = 0; n < 5000; n++) tracer.startSpan(`s${n}`).end();
    await shutdown({ deadlineMs: 25_000 });
    expect(receiver.requests).toBeGreaterThan(3);
    expect(new Set(receiver.spans.map(({ name }) => name)).size).toBe(5000);
    expect(receiver.spans.length).toBe(5000);
    expect(log.ledger().signals?.traces).toMatchObject({ accepted: 5000, delivered: 5000, dropped: {} });
  });

  it("counts every span that a full buffer costs", async () => {
    const { tracer, shutdown, log } = start({
      loggerOptions: { sinks: [otlp()], bufferBytes: 64 * 1024, signals: [], onProblem: () => {} },
    });
    for (let n = 0; n < 5000; n++) tracer.startSpan(`s${n}`).end();
    const { spans } = await shutdown({ deadlineMs: 25_000 });
    const traces = log.ledger().signals?.traces;
    balanced(traces);
    expect(spans.delivered).toBe(5000);
    expect(traces?.accepted).toBe(5000);
    expect(receiver.spans.length).toBe(traces?.delivered);
    expect(Number(traces?.delivered)).toBeLessThan(5000);
  });

  it("leaves the process as it was", async () => {
    const first = start();
    await first.shutdown();
    const [before, meterBefore] = [trace.getTracer("x").startSpan("x"), metrics.getMeter("x")];
    expect(before.isRecording()).toBe(false);
    expect(meterBefore.createCounter("x").constructor.name).toMatch(/Noop/);
    expect(process.listeners("beforeExit").filter((listener) => listener.name === "lastCollection")).toEqual([]);
    const second = start();
    second.tracer.startSpan("again").end();
    await second.shutdown();
    expect(receiver.spans.map(({ name }) => name)).toEqual(["again"]);
  });

  it("refuses to run twice at once, and the first goes on", async () => {
    const first = start();
    expect(() => startTelemetry({ service: "second" })).toThrow(expect.objectContaining({ code: "telemetry_running" }));
    first.tracer.startSpan("still").end();
    await first.flush();
    expect(receiver.spans.map(({ name }) => name)).toEqual(["still"]);
  });
});

describe("a start that fails", () => {
  it.each(["tracer provider", "instrumentation"])("leaves nothing open: %s", async (step) => {
    const listeners = (): number[] => ["exit", "beforeExit", "SIGTERM"].map((event) => process.listenerCount(event));
    const before = listeners();
    let closed = 0;
    const sink: Sink = {
      manifest: { name: "watched", kind: "sink", apiVersion: 1 },
      write: async () => ({ outcome: "ok" }),
      close: async () => {
        closed += 1;
      },
    };
    const failing: Instrumentation = {
      setTracerProvider() {},
      setMeterProvider() {},
      enable() {
        throw new Error("cannot be patched");
      },
      disable() {},
    };
    if (step === "tracer provider") trace.setGlobalTracerProvider(new NodeTracerProvider());
    const options: TelemetryOptions = {
      loggerOptions: { sinks: [sink] },
      ...(step === "instrumentation" ? { autoInstrumentation: [failing] } : {}),
    };
    try {
      expect(() => startTelemetry(options)).toThrow(step === "instrumentation" ? "cannot be patched" : step);
    } finally {
      trace.disable();
    }
    await vi.waitFor(() => {
      expect(closed).toBe(1);
      expect(listeners()).toEqual(before);
    }, 3000);
    start();
  });
});

describe("options", () => {
  it("log: lines go through it, and it stays open", async () => {
    const log = collectingLog();
    const telemetry = startTelemetry({ log, service: "checkout", runtimeMetrics: false });
    running = telemetry;
    telemetry.tracer.startSpan("mine").end();
    telemetry.meter.createCounter("orders").add(1);
    await telemetry.shutdown();
    expect(log.lines.traces.map((line) => spanOf(line).name)).toEqual(["mine"]);
    expect(new Set(log.lines.metrics.map((line) => metricOf(line).name))).toEqual(new Set(["orders"]));
    expect(new Set(log.calls)).toEqual(new Set(["flush"]));
  });

  it("service: without it, OTEL_SERVICE_NAME names the service", async () => {
    vi.stubEnv("OTEL_SERVICE_NAME", "from-env");
    vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "team=blue");
    const log = collectingLog();
    const telemetry = startTelemetry({ log });
    running = telemetry;
    telemetry.tracer.startSpan("x").end();
    expect(log.lines.traces[0]).toMatch(/"from-env".*"blue"|"blue".*"from-env"/);
  });

  it.each<[unknown, number]>([
    [true, 20],
    [{}, 20],
    [{ sampler: 1 }, 20],
    [{ sampler: 0 }, 0],
    [{ sampler: new AlwaysOffSampler() }, 0],
    [false, 0],
  ])("traces: %j", (traces, expected) => {
    const log = collectingLog();
    running = startTelemetry({ log, traces: traces as boolean });
    for (let n = 0; n < 20; n++) running.tracer.startSpan("x").end();
    expect(log.lines.traces.length).toBe(expected);
  });

  it("traces: a share takes or leaves whole traces", () => {
    const log = collectingLog();
    running = startTelemetry({ log, traces: { sampler: 0.5 } });
    const { tracer } = running;
    for (let n = 0; n < 400; n++) {
      tracer.startActiveSpan("parent", (parent) => {
        tracer.startActiveSpan("child", (child) => child.end());
        parent.end();
      });
    }
    const perTrace = new Map<unknown, number>();
    for (const { traceId } of log.lines.traces.map(spanOf)) perTrace.set(traceId, (perTrace.get(traceId) ?? 0) + 1);
    expect(new Set(perTrace.values())).toEqual(new Set([2]));
    expect(perTrace.size).toBeGreaterThan(100);
    expect(perTrace.size).toBeLessThan(300);
  });

  it("metrics: the interval, or none", async () => {
    const log = collectingLog();
    running = startTelemetry({ log, metrics: { intervalMs: 10 }, runtimeMetrics: false });
    running.meter.createCounter("orders").add(1);
    await vi.waitFor(() => expect(log.lines.metrics.length).toBeGreaterThan(2));
    await running.shutdown();
    log.lines.metrics.length = 0;
    running = startTelemetry({ log, metrics: false });
    running.meter.createCounter("orders").add(1);
    await running.flush();
    expect(log.lines.metrics).toEqual([]);
  });

  it("runtimeMetrics: on unless told otherwise", async () => {
    for (const [runtimeMetrics, expected] of [
      [undefined, true],
      [true, true],
      [false, false],
    ] as const) {
      const log = collectingLog();
      running = startTelemetry({ log, ...(runtimeMetrics === undefined ? {} : { runtimeMetrics }) });
      await running.shutdown();
      expect(log.lines.metrics.some((line) => metricOf(line).name === "process.uptime")).toBe(expected);
    }
  });

  it("server and otlp: where the logger that is made sends to", async () => {
    for (const options of [{ otlp: receiver.url }, { otlp: { url: receiver.url, lingerMs: 0 } }]) {
      receiver.spans.length = 0;
      running = startTelemetry({ ...options, loggerOptions: { sinks: [], signals: [] } });
      running.tracer.startSpan("x").end();
      await running.shutdown();
      expect(receiver.spans.length).toBe(1);
    }
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url);
    running = startTelemetry({ loggerOptions: { signals: [] } });
    running.tracer.startSpan("y").end();
    await running.shutdown();
    expect(receiver.spans.map(({ name }) => name)).toEqual(["x", "y"]);
    const telemetry = startTelemetry({ server: receiver.url, loggerOptions: { sinks: [], signals: [] } });
    running = telemetry;
    expect(Object.keys(telemetry.log.ledger().sinks)).toEqual(["http"]);
  });

  it("loggerOptions: go to the logger that is made", async () => {
    const { log, flush } = start({
      loggerOptions: { level: "warn", fields: { region: "eu" }, sinks: [otlp()], signals: [], onProblem: () => {} },
    });
    log.info("too little");
    log.warn("enough");
    await flush();
    expect(receiver.logs).toMatchObject([
      { body: { stringValue: "enough" }, attributes: [{ key: "region", value: { stringValue: "eu" } }] },
    ]);
  });

  it("resource: its attributes stand on spans and metrics, over those of the environment", async () => {
    vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "team=blue,zone=a");
    const { tracer, meter, shutdown } = start({ resource: { team: "red", "deployment.environment.name": "test" } });
    tracer.startSpan("x").end();
    meter.createCounter("orders").add(1);
    await shutdown();
    expect([receiver.spans.length, receiver.metrics.length]).toEqual([1, 1]);
    const expected = { team: "red", zone: "a", "deployment.environment.name": "test", "service.name": "checkout" };
    expect(receiver.resources).toMatchObject([expected, expected]);
  });

  it.each<[object, string]>([
    [{ log: {} }, "log"],
    [{ loggerOptions: 1 }, "loggerOptions"],
    [{ service: "" }, "service"],
    [{ server: "here" }, "server"],
    [{ otlp: "here" }, "otlp"],
    [{ otlp: 1 }, "otlp"],
    [{ resource: [] }, "resource"],
    [{ traces: { sampler: 2 } }, "traces"],
    [{ traces: { samplr: 1 } }, "traces"],
    [{ metrics: { intervalMs: 0 } }, "metrics"],
    [{ metrics: 1 }, "metrics"],
    [{ runtimeMetrics: 1 }, "runtimeMetrics"],
    [{ autoInstrumentation: "all" }, "autoInstrumentation"],
    [{ autoInstrumentation: [{}] }, "autoInstrumentation"],
    [{ log: collectingLog(), server: "http://127.0.0.1:1" }, "server"],
    [{ metric: true }, "metric"],
  ])("%j is refused", (options, key) => {
    expect(() => startTelemetry(options)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^option_/), details: expect.objectContaining({ key }) }),
    );
    expect(trace.getTracer("x").startSpan("x").isRecording()).toBe(false);
  });
});

describe("what OpenTelemetry complains about", () => {
  it("is told by the logger", async () => {
    const log = collectingLog();
    running = startTelemetry({ log, runtimeMetrics: false });
    running.meter.createObservableGauge("broken").addCallback(() => {
      throw new Error("no such gauge");
    });
    await running.flush();
    expect(log.warnings.join()).toContain("OpenTelemetry: ");
  });
});

describe("autoInstrumentation", () => {
  /**
   * The receiver is in this process too: what it receives must not become spans. What is sent must not either, but that is up to us.
   * One for all tests, since only the first reaches a module that is loaded once; made late, since its hook is set when it is made.
   */
  let shared: HttpInstrumentation | undefined;
  const instrumentation = (): HttpInstrumentation => {
    shared ??= new HttpInstrumentation({ ignoreIncomingRequestHook: ({ url }) => url?.startsWith("/v1/") ?? false });
    return shared;
  };
  /** The module as a program gets it that loads it after the start. */
  const loadHttp = () => createRequire(import.meta.url)("http") as typeof import("node:http");

  async function get(http: typeof import("node:http"), url: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      http.get(url, (response) => response.resume().once("end", resolve)).once("error", reject);
    });
  }

  it("autoInstrumentation: ties requests together, and makes no spans of deliveries", async () => {
    const telemetry = start({ autoInstrumentation: [instrumentation()] });
    const http = loadHttp();
    const server = http.createServer((_request, response) => {
      telemetry.log.info("inside");
      response.end("ok");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await get(http, `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`);
    await new Promise((resolve) => server.close(resolve));
    await telemetry.flush();
    expect(receiver.spans.map(({ name }) => name)).toEqual(["GET", "GET"]);
    // Were deliveries traced, each of these would bring forth the next span.
    for (let n = 0; n < 3; n++) await telemetry.flush();
    expect(receiver.spans.length).toBe(2);
    const [traceId, ...others] = new Set(receiver.spans.map((span) => span.traceId));
    expect([others, receiver.logs.map((record) => record.traceId)]).toEqual([[], [traceId]]);
    await telemetry.shutdown();
    await get(http, receiver.url);
    expect(receiver.spans.length).toBe(2);
  });

  it("makes no spans of the deliveries of a logger that was there before", async () => {
    const log = createLogger({ sinks: [otlp()], signals: [], onProblem: () => {} });
    const telemetry = startTelemetry({ log, autoInstrumentation: [instrumentation()], runtimeMetrics: false });
    running = telemetry;
    const http = loadHttp();
    await get(http, `${receiver.url}/v1/other`);
    telemetry.tracer.startSpan("mine").end();
    for (let n = 0; n < 4; n++) await telemetry.flush();
    expect(receiver.spans.map(({ name }) => name)).toEqual(["GET", "mine"]);
    await telemetry.shutdown();
    balanced(await log.close());
  });

  it.each([
    [true, "@opentelemetry/auto-instrumentations-node"],
    [["nonexistent"], "@opentelemetry/instrumentation-nonexistent"],
    [["@taffrail/contracts"], "@taffrail/contracts"],
  ])("%j: tells which package is missing, and starts nothing", (autoInstrumentation, name) => {
    expect(() => startTelemetry({ log: collectingLog(), autoInstrumentation })).toThrow(
      expect.objectContaining({ code: "instrumentation_missing", details: { name } }),
    );
    expect(trace.getTracer("x").startSpan("x").isRecording()).toBe(false);
  });
});
