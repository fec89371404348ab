import { context, propagation, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { createLogger, memorySink, runWithCarrier, traceHeaders } from "taffrail";
import { afterEach, beforeEach, expect, it } from "vitest";

// The stock SDK as its own documentation sets it up: no instrumentation package, nothing of ours.
const provider = new NodeTracerProvider();
const memory = memorySink();
const log = createLogger({ sinks: [memory], signals: [] });
beforeEach(() => provider.register());
afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

/** Message and ids of the lines since the last look. */
async function lines(): Promise<readonly unknown[]> {
  await log.flush();
  const records = memory.records();
  memory.clear();
  return records.map(({ msg, trace_id, span_id }) => [msg, trace_id, span_id]);
}

it("lines carry the ids of the active span, across awaits and nested spans", async () => {
  const tracer = provider.getTracer("app");
  const seen: unknown[] = [];
  log.info("before");
  await tracer.startActiveSpan("outer", async (outer) => {
    const { traceId, spanId } = outer.spanContext();
    await new Promise((resolve) => setTimeout(resolve, 1));
    log.info("outer");
    await tracer.startActiveSpan("inner", async (inner) => {
      await Promise.resolve();
      log.info("inner");
      seen.push(
        ["before", undefined, undefined],
        ["outer", traceId, spanId],
        ["inner", traceId, inner.spanContext().spanId],
      );
      inner.end();
    });
    log.info("outer again");
    seen.push(["outer again", traceId, spanId]);
    outer.end();
  });
  expect(await lines()).toEqual(seen);
});

it("what we send is what OpenTelemetry reads, and the other way round", async () => {
  const propagator = new W3CTraceContextPropagator();
  const getter = { get: (carrier: Record<string, string>, key: string) => carrier[key], keys: Object.keys };
  const setter = {
    set: (carrier: Record<string, string>, key: string, value: string) => Object.assign(carrier, { [key]: value }),
  };
  const tracer = provider.getTracer("app");
  await tracer.startActiveSpan("sender", async (span) => {
    const ours = traceHeaders();
    const theirs: Record<string, string> = {};
    propagator.inject(context.active(), theirs, setter);
    expect(ours.traceparent).toBe(theirs.traceparent);
    const read = trace.getSpanContext(propagator.extract(context.active(), ours, getter));
    expect(read).toMatchObject({
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      traceFlags: 1,
    });
    span.end();
  });
  // A job on the other side, where no span is active: our own trace context goes on with the trace.
  const light = runWithCarrier({ traceparent: `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01` }, () => traceHeaders());
  const next = trace.getSpanContext(propagator.extract(context.active(), light, getter));
  expect([next?.traceId, next?.spanId === "cd".repeat(8)]).toEqual(["ab".repeat(16), false]);
});
