import { context, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOffSampler, NodeTracerProvider, type Sampler, SamplingDecision } from "@opentelemetry/sdk-trace-node";
import { ledgerFault } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSpanLines, type SpanLines } from "./span-lines.ts";
import { attributesOf, type CollectingLog, collectingLog, type Json, spanOf } from "./testdata/collecting-log.ts";

let log: CollectingLog;
let spans: SpanLines;
beforeEach(() => {
  log = collectingLog();
  spans = createSpanLines(log);
});
afterEach(() => {
  expect(ledgerFault(spans.ledger())).toBe(undefined);
});

const resource = resourceFromAttributes({ "service.name": "checkout", "host.cpus": 8 });
const tracerOf = (sampler?: Sampler) =>
  new NodeTracerProvider({ resource, spanProcessors: [spans], ...(sampler ? { sampler } : {}) }).getTracer(
    "app",
    "1.2",
  );

describe("a span", () => {
  it("becomes one ResourceSpans line with everything that it says", () => {
    const tracer = tracerOf();
    const parent = tracer.startSpan("request", { kind: SpanKind.SERVER, startTime: [1_700_000_000, 5] });
    const inParent = trace.setSpan(context.active(), parent);
    const link = { traceId: "ab".repeat(16), spanId: "cd".repeat(8), traceFlags: TraceFlags.SAMPLED };
    const span = tracer.startSpan(
      "query",
      { links: [{ context: link }], attributes: { rows: 3, ratio: 0.5, ok: true, tags: ["a", "b"] } },
      inParent,
    );
    span.addEvent("row", { n: 1 });
    span.recordException(new TypeError("broken"));
    span.setStatus({ code: SpanStatusCode.ERROR, message: "broken" });
    span.end();
    parent.end([1_700_000_001, 7]);
    expect(log.lines.traces.map((line) => line.endsWith("\n") && !line.slice(0, -1).includes("\n"))).toEqual([
      true,
      true,
    ]);
    const [child, request] = log.lines.traces.map(spanOf) as [Json, Json];
    const ids = parent.spanContext();
    expect(request).toMatchObject({
      traceId: ids.traceId,
      spanId: ids.spanId,
      name: "request",
      kind: 2,
      startTimeUnixNano: "1700000000000000005",
      endTimeUnixNano: "1700000001000000007",
    });
    expect(child).toMatchObject({
      traceId: ids.traceId,
      parentSpanId: ids.spanId,
      status: { code: 2, message: "broken" },
      links: [{ traceId: link.traceId, spanId: link.spanId }],
      events: [{ name: "row" }, { name: "exception" }],
    });
    expect(attributesOf(child.attributes as Json)).toMatchObject({ rows: 3, ratio: 0.5, ok: true });
    const whole = JSON.parse(log.lines.traces[0] ?? "") as Json;
    expect(attributesOf(whole.resource?.attributes as Json)).toEqual({ "service.name": "checkout", "host.cpus": 8 });
    expect(whole.scopeSpans?.[0]?.scope).toEqual({ name: "app", version: "1.2" });
    expect(spans.ledger()).toEqual({ accepted: 2, delivered: 2, filtered: 0, dropped: {}, pending: 0 });
  });

  it("holds valid text only, and no mistaken escapes", () => {
    const span = tracerOf().startSpan("x");
    span.setAttribute("half", "a\ud800b");
    span.setAttribute("pair", "😀");
    span.setAttribute("backslash", "\\ud800");
    span.setAttribute("mixed", '\\\ud800"');
    span.end();
    const [line = ""] = log.lines.traces;
    const values = attributesOf(spanOf(line).attributes as Json);
    expect(values).toEqual({ half: "a\ufffdb", pair: "😀", backslash: "\\ud800", mixed: '\\\ufffd"' });
  });
});

describe("the account", () => {
  it("loses none of 20,000 spans that end in one turn", () => {
    const tracer = tracerOf();
    for (let n = 0; n < 20_000; n++) tracer.startSpan("s").end();
    expect([log.lines.traces.length, spans.ledger().delivered]).toEqual([20_000, 20_000]);
  });

  it("counts running spans as pending, and those that the shutdown cuts off as dropped", async () => {
    const tracer = tracerOf();
    const open = [tracer.startSpan("a"), tracer.startSpan("b"), tracer.startSpan("c")];
    open[0]?.end();
    expect(spans.ledger()).toMatchObject({ accepted: 3, delivered: 1, pending: 2 });
    await spans.shutdown();
    await spans.shutdown();
    for (const span of open) span.end();
    tracer.startSpan("late").end();
    expect(spans.ledger()).toEqual({ accepted: 4, delivered: 1, filtered: 0, dropped: { closed: 3 }, pending: 0 });
    expect(log.lines.traces.length).toBe(1);
  });

  it("counts spans that are recorded but not sampled as filtered; others never begin", () => {
    const recordOnly: Sampler = {
      shouldSample: () => ({ decision: SamplingDecision.RECORD }),
      toString: () => "record",
    };
    tracerOf(recordOnly).startSpan("seen").end();
    tracerOf(new AlwaysOffSampler()).startSpan("unseen").end();
    expect(spans.ledger()).toEqual({ accepted: 1, delivered: 0, filtered: 1, dropped: {}, pending: 0 });
  });

  it("counts a span that cannot be encoded", () => {
    const span = tracerOf().startSpan("x");
    // What no type allows, some instrumentation does.
    Object.defineProperty(span, "events", {
      get: () => {
        throw new Error("no");
      },
    });
    span.end();
    tracerOf().startSpan("next").end();
    expect(spans.ledger()).toEqual({
      accepted: 2,
      delivered: 1,
      filtered: 0,
      dropped: { "encode-failed": 1 },
      pending: 0,
    });
  });
});
