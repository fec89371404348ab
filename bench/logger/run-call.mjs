// @ts-check
// What a call costs that writes nothing, what a child costs, and what context and ids add. In a process of its own; prints one line of JSON, in ns.
import { performance } from "node:perf_hooks";
import { bindings } from "./cases.mjs";

const [peerName = ""] = process.argv.slice(2);
const runs = 21;

/** The quickest of several runs: disturbances only ever add. @param {(count: number) => void} body @param {number} count */
function measure(body, count) {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    body(count);
    best = Math.min(best, ((performance.now() - started) * 1e6) / count);
  }
  return best;
}

let sink = 0;
const empty = measure((count) => {
  for (let index = 0; index < count; index++) sink += index & 1;
}, 5_000_000);

async function ofTaffrail() {
  const { createLogger, nullSink, withContext } = await import("taffrail");
  const { AsyncLocalStorageContextManager } = await import("@opentelemetry/context-async-hooks");
  const { context, trace, TraceFlags } = await import("@opentelemetry/api");
  const log = createLogger({ service: "checkout", sinks: [nullSink()], bufferBytes: 2 ** 30, signals: [] });
  const log100k = () =>
    measure((count) => {
      for (let index = 0; index < count; index++) log.info("hello world");
    }, 20_000);
  const disabled = measure((count) => {
    for (let index = 0; index < count; index++) {
      sink += index & 1;
      log.debug("hello world", bindings);
    }
  }, 5_000_000);
  const child = measure((count) => {
    for (let index = 0; index < count; index++)
      if (log.child({ module: "orders", requestId: index, ok: true }) === null) sink += 1;
  }, 200_000);
  const plain = log100k();
  const inContext = withContext({ requestId: "r-1", tenant: "acme" }, log100k);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const spanContext = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    traceFlags: TraceFlags.SAMPLED,
  };
  const active = trace.setSpan(context.active(), trace.wrapSpanContext(spanContext));
  const inBoth = context.with(active, () => withContext({ requestId: "r-1", tenant: "acme" }, log100k));
  await log.close();
  return { disabled: disabled - empty, child, context: inContext - plain, contextAndIds: inBoth - plain };
}

async function ofPino() {
  const { default: pino } = await import("pino");
  const { devNull } = await import("node:os");
  const log = pino(pino.destination({ dest: devNull, sync: false, minLength: 4096 }));
  const disabled = measure((count) => {
    for (let index = 0; index < count; index++) {
      sink += index & 1;
      log.debug(bindings, "hello world");
    }
  }, 5_000_000);
  const child = measure((count) => {
    for (let index = 0; index < count; index++)
      if (log.child({ module: "orders", requestId: index, ok: true }) === null) sink += 1;
  }, 200_000);
  return { disabled: disabled - empty, child };
}

console.log(JSON.stringify(await (peerName === "pino" ? ofPino() : ofTaffrail())));
process.exit(sink < 0 ? 1 : 0);
