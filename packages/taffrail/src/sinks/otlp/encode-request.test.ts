import { join } from "node:path";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { createBatch, type EncodedRecord, type Signal } from "@taffrail/contracts";
import { decodeLogsJson, decodeLogsRequest } from "@taffrail/protocol";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import type { EncodedBody } from "../http/batch-sender.ts";
import { encodeRequest } from "./encode-request.ts";

const schema = protobuf.loadSync(join(import.meta.dirname, "testdata/otlp.proto"));
const requestOf = { logs: "LogsRequest", traces: "TracesRequest", metrics: "MetricsRequest" } as const;

/** What protobufjs, a stranger to us, reads from the bytes, as JSON. With `full`, fields that are absent have their defaults. */
function decode(signal: Signal, bytes: Uint8Array, full = false) {
  const type = schema.lookupType(`otlp.${requestOf[signal]}`);
  const object = type.toObject(type.decode(bytes), { longs: String, bytes: String, json: true, defaults: full });
  return JSON.parse(JSON.stringify(object));
}

function encode(
  records: readonly (string | EncodedRecord)[],
  signal: Signal = "logs",
  protocol: "protobuf" | "json" = "protobuf",
  resource = {},
): EncodedBody {
  const batch = createBatch(
    records.map((record) => (typeof record === "string" ? { line: `${record}\n`, level: "info" } : record)),
    { signal },
  );
  const steps = encodeRequest(batch, { protocol, resource });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const lineOf = (fields: object, level = "warn"): EncodedRecord => ({
  level: level as EncodedRecord["level"],
  line: `${JSON.stringify({ time: "2026-11-22T09:00:00.123Z", level, service: "shop", msg: "paid", ...fields })}\n`,
});
const rich = {
  whole: 5,
  ratio: 0.25,
  large: 2 ** 52,
  huge: 1e300,
  negative: -7,
  zero: 0,
  ok: true,
  no: false,
  name: "ü 漢 😀",
  empty: "",
  nothing: null,
  list: [1, "two", [true], { a: 1 }],
  nested: { a: { b: [1.5] }, "": 1 },
  trace_id: "0123456789abcdef0123456789abcdef",
  span_id: "0123456789abcdef",
};

describe("logs", () => {
  it("carry time, severity, body, typed attributes and ids", () => {
    const { resourceLogs } = decode("logs", encode([lineOf(rich)], "logs", "protobuf", { "host.name": "h1" }).bytes);
    expect(resourceLogs).toHaveLength(1);
    const { resource, scopeLogs } = resourceLogs[0];
    expect(resource.attributes).toEqual([
      { key: "service.name", value: { stringValue: "shop" } },
      { key: "host.name", value: { stringValue: "h1" } },
    ]);
    expect(scopeLogs[0].scope).toEqual({ name: "taffrail" });
    const [record] = scopeLogs[0].logRecords;
    expect(record).toMatchObject({
      timeUnixNano: "1795338000123000000",
      observedTimeUnixNano: "1795338000123000000",
      severityNumber: 13,
      severityText: "warn",
      body: { stringValue: "paid" },
    });
    expect(Buffer.from(record.traceId, "base64").toString("hex")).toBe(rich.trace_id);
    expect(Buffer.from(record.spanId, "base64").toString("hex")).toBe(rich.span_id);
    const values = Object.fromEntries(
      record.attributes.map(({ key, value }: { key: string; value: unknown }) => [key, value]),
    );
    expect(values).toMatchObject({
      whole: { intValue: "5" },
      large: { intValue: "4503599627370496" },
      huge: { doubleValue: 1e300 },
      zero: { intValue: "0" },
      no: { boolValue: false },
      empty: { stringValue: "" },
      nothing: {},
      negative: { intValue: "-7" },
      list: {
        arrayValue: { values: [{ intValue: "1" }, { stringValue: "two" }, expect.anything(), expect.anything()] },
      },
    });
  });

  it("are read by the Taffrail server's decoder, the same from both forms", () => {
    const records = [
      lineOf(rich),
      lineOf({ service: "other", msg: "" }, "fatal"),
      lineOf({ msg: "x".repeat(100_000) }),
    ];
    const fromProtobuf = [...decodeLogsRequest(encode(records).bytes)];
    const fromJson = [...decodeLogsJson(Buffer.from(encode(records, "logs", "json").bytes).toString())];
    expect(fromProtobuf).toEqual(fromJson);
    expect(fromProtobuf.map((item) => "record" in item && [item.record.service, item.record.severityNumber])).toEqual([
      ["shop", 13],
      ["shop", 13],
      ["other", 21],
    ]);
    const [first] = fromProtobuf;
    const { trace_id, span_id, ...attributes } = rich;
    expect(first).toMatchObject({
      record: { body: "paid", traceId: trace_id, spanId: span_id, timeUnixNano: "1795338000123000000" },
    });
    expect("record" in first! && first.record.attributes).toEqual(attributes);
  });

  it("name an error as OpenTelemetry does, and keep the rest of it", () => {
    const err = {
      type: "TypeError",
      message: "no",
      stack: "TypeError: no\n at x",
      code: "E1",
      cause: { type: "Error", message: "deep" },
    };
    const [item] = decodeLogsRequest(encode([lineOf({ err, exceptionless: 1 })]).bytes);
    expect(item).toMatchObject({
      record: {
        attributes: {
          "exception.type": "TypeError",
          "exception.message": "no",
          "exception.stacktrace": "TypeError: no\n at x",
          err: { code: "E1", cause: { type: "Error", message: "deep" } },
          exceptionless: 1,
        },
      },
    });
  });

  it("keep what is no record as a body, and ids that are none as nothing", () => {
    const [text, ids] = decodeLogsRequest(
      encode([{ level: "error", line: "plain text\n" }, lineOf({ trace_id: "xyz", span_id: 5, time: "soon" })]).bytes,
    );
    expect(text).toMatchObject({ record: { body: "plain text", severityNumber: 17 } });
    expect(ids).toMatchObject({ record: { traceId: "", spanId: "", timeUnixNano: "0" } });
  });

  it("are encoded in steps, whatever their number", () => {
    const records = Array.from({ length: 1000 }, (_, n) => lineOf({ n }));
    const steps = encodeRequest(createBatch(records), { protocol: "protobuf", resource: {} });
    let turns = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) turns += 1;
    expect(turns).toBeGreaterThan(30);
    const items = [...decodeLogsRequest((step.value as EncodedBody).bytes)];
    expect(items.map((item) => "record" in item && item.record.attributes.n)).toEqual(records.map((_, n) => n));
  });
});

const resource = resourceFromAttributes({ "service.name": "shop", cpus: 8, tags: ["a", "b"] });

describe("traces", () => {
  it("are what the stock SDK would have sent", async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const tracer = provider.getTracer("orders", "1.2.3");
    const parent = tracer.startSpan("parent", { kind: 2, attributes: { a: 1, b: 0.5, c: ["x"], d: true, e: "" } });
    const links = [{ context: parent.spanContext(), attributes: { why: "follows" } }];
    const child = tracer.startSpan("child", { links, kind: 1 }, trace.setSpan(ROOT_CONTEXT, parent));
    child.addEvent("cache miss", { key: "k", n: -3 });
    child.recordException(new Error("boom"));
    child.setStatus({ code: 2, message: "failed" });
    child.end();
    parent.end();
    const spans = exporter.getFinishedSpans();
    const json = JSON.parse(Buffer.from(JsonTraceSerializer.serializeRequest(spans)!).toString());
    const lines = json.resourceSpans.map((line: unknown) => JSON.stringify(line));
    const official = decode("traces", ProtobufTraceSerializer.serializeRequest(spans)!, true);
    expect(decode("traces", encode(lines, "traces").bytes, true)).toEqual(official);
    expect(JSON.stringify(official)).toContain("cache miss");
    expect(JSON.parse(Buffer.from(encode(lines, "traces", "json").bytes).toString())).toEqual(json);
  });

  it("that are not in OTLP's form are left out, and counted", () => {
    const good = JSON.stringify({ scopeSpans: [{ spans: [{ name: "a" }] }] });
    const wrong = JSON.stringify({ scopeSpans: [{ spans: [{ name: 5 }] }] });
    const { bytes, refused } = encode([good, wrong, "no json", "[]", good], "traces");
    expect(refused).toEqual({ records: 3, reason: expect.stringContaining("traces:") });
    expect(decode("traces", bytes).resourceSpans).toHaveLength(2);
  });
});

describe("metrics", () => {
  it("are what the stock SDK would have sent", async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({
      resource,
      readers: [reader],
      views: [
        { instrumentName: "expo", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
        {
          instrumentName: "plain",
          aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [1, 2.5] } },
        },
      ],
    });
    const meter = provider.getMeter("orders", "1.2.3");
    meter.createCounter("count", { unit: "1", description: "how many" }).add(3, { route: "/a" });
    meter.createUpDownCounter("level").add(-2.5);
    meter.createObservableGauge("heat").addCallback((result) => result.observe(-40, { at: "door" }));
    for (const value of [0.5, 2, 1000]) {
      meter.createHistogram("plain").record(value);
      meter.createHistogram("expo").record(value);
    }
    const { resourceMetrics } = await reader.collect();
    await provider.shutdown();
    const json = JSON.parse(Buffer.from(JsonMetricsSerializer.serializeRequest(resourceMetrics)!).toString());
    const lines = json.resourceMetrics.map((line: unknown) => JSON.stringify(line));
    const official = decode("metrics", ProtobufMetricsSerializer.serializeRequest(resourceMetrics)!, true);
    expect(decode("metrics", encode(lines, "metrics").bytes, true)).toEqual(official);
    expect(JSON.stringify(official)).toContain("bucketCounts");
  });

  it("with summaries, exemplars and numbers that JSON has no word for", () => {
    const exemplar = {
      timeUnixNano: "5",
      asInt: "-9",
      spanId: "0123456789abcdef",
      filteredAttributes: [{ key: "k", value: { bytesValue: "AAE=" } }],
    };
    const point = { timeUnixNano: 7, asDouble: "NaN", exemplars: [exemplar], flags: 1 };
    const metric = [
      { name: "g", gauge: { dataPoints: [point] } },
      {
        name: "s",
        summary: { dataPoints: [{ count: "2", sum: 1.5, quantileValues: [{ quantile: 0.5, value: "Infinity" }] }] },
      },
    ];
    const decoded = decode(
      "metrics",
      encode([JSON.stringify({ scopeMetrics: [{ metrics: metric }] })], "metrics").bytes,
    );
    const [gauge, summary] = decoded.resourceMetrics[0].scopeMetrics[0].metrics;
    expect(gauge.gauge.dataPoints[0]).toMatchObject({ timeUnixNano: "7", asDouble: "NaN", flags: 1 });
    expect(gauge.gauge.dataPoints[0].exemplars[0]).toMatchObject({ timeUnixNano: "5", asInt: "-9" });
    expect(summary.summary.dataPoints[0].quantileValues).toEqual([{ quantile: 0.5, value: "Infinity" }]);
  });
});
