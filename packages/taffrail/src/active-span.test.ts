import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { recorder } from "@taffrail/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withContext } from "./context.ts";
import { createLogger } from "./logger.ts";

const ids = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => {
  context.disable();
});

it("takes the ids of the active OpenTelemetry span, unless the context names a trace", async () => {
  const recorded = recorder();
  const log = createLogger({ sinks: [recorded], signals: [] });
  log.info("no span");
  await context.with(trace.setSpan(context.active(), trace.wrapSpanContext(ids)), async () => {
    await Promise.resolve();
    log.info("in a span", { a: 1 });
    withContext({ trace_id: "mine" }, () => log.info("own"));
    context.with(trace.setSpan(context.active(), trace.wrapSpanContext({ ...ids, traceId: "0".repeat(32) })), () =>
      log.info("invalid"),
    );
  });
  await log.close();
  expect(recorded.records.map(({ msg, trace_id, span_id }) => ({ msg, trace_id, span_id }))).toEqual([
    { msg: "no span", trace_id: undefined, span_id: undefined },
    { msg: "in a span", trace_id: ids.traceId, span_id: ids.spanId },
    { msg: "own", trace_id: "mine", span_id: undefined },
    { msg: "invalid", trace_id: undefined, span_id: undefined },
  ]);
});
