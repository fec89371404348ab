// @ts-check
// What a call costs that writes nothing, what a child costs, and what context and ids add. In a process of its own; prints one line of JSON, in ns.
import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { median } from "../shared/stats.mjs";
import { bindings } from "./cases.mjs";

const [peerName = ""] = process.argv.slice(2);
const runs = 21;
/** Calls of one turn of the event loop, and turns, for calls that write. */
const batchSize = 32;
const batches = 800;
const writingRounds = 12;

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

/**
 * What a call costs that writes: the middle of many small batches, each in a turn of its own, so that handing over what was written is not in it.
 * @param {() => void} call
 */
async function measureWriting(call) {
  const times = new Array(batches);
  for (let batch = 0; batch < batches; batch++) {
    const started = performance.now();
    for (let index = 0; index < batchSize; index++) call();
    times[batch] = ((performance.now() - started) * 1e6) / batchSize;
    await nextTurn();
  }
  return median(times);
}

let sink = 0;
const empty = measure((count) => {
  for (let index = 0; index < count; index++) sink += index & 1;
}, 5_000_000);

async function ofTaffrail() {
  const { createLogger, nullSink, withContext } = await import("taffrail");
  const { AsyncLocalStorageContextManager } = await import("@opentelemetry/context-async-hooks");
  const { context, ROOT_CONTEXT, trace, TraceFlags } = await import("@opentelemetry/api");
  const log = createLogger({ service: "checkout", sinks: [nullSink()], bufferBytes: 2 ** 30, signals: [] });
  const hello = () => measureWriting(() => log.info("hello world"));
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
  const manager = new AsyncLocalStorageContextManager().enable();
  const spanContext = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    traceFlags: TraceFlags.SAMPLED,
  };
  const active = trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(spanContext));
  const fields = { requestId: "r-1", tenant: "acme" };
  const plain = [];
  const inContext = [];
  const inBoth = [];
  // In turns, so that all three meet the same disturbances and the same state of the compiler; the first rounds are for warming up.
  for (let round = 0; round < writingRounds; round++) {
    context.disable();
    plain.push(await hello());
    inContext.push(await withContext(fields, hello));
    context.setGlobalContextManager(manager.enable());
    inBoth.push(await context.with(active, () => withContext(fields, hello)));
  }
  await log.close();
  const least = (/** @type {readonly number[]} */ times) => Math.min(...times.slice(2));
  return {
    disabled: disabled - empty,
    child,
    context: least(inContext) - least(plain),
    contextAndIds: least(inBoth) - least(plain),
  };
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
