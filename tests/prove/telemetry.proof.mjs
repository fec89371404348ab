// @ts-check
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { droppedTotal, ledgerFault } from "@taffrail/contracts";
import { root } from "../../tools/ready.mjs";

const spansInATurn = 4000;
const refusedShare = 0.08;
const cutShare = 0.02;
const perMicro = (/** @type {NodeJS.CpuUsage} */ used, /** @type {number} */ count) =>
  ((used.user + used.system) / count).toFixed(1);

/** Loaded when the proof runs, not when proofs are listed. */
async function load() {
  const fromOtel = createRequire(join(root, "packages/otel/package.json"));
  const { startTelemetry } = await import(join(root, "packages/otel/dist/index.js"));
  const { BatchSpanProcessor, NodeTracerProvider } = fromOtel("@opentelemetry/sdk-trace-node");
  const { opentelemetry } = fromOtel("otlp-official/build/src/generated/root");
  const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
  return { startTelemetry, BatchSpanProcessor, NodeTracerProvider, ExportTraceServiceRequest };
}

/** A receiver with generated OTLP decoders that refuses some requests and cuts some connections. @param {() => number} random */
async function startReceiver(random) {
  const { ExportTraceServiceRequest } = await load();
  /** @type {Map<string, number>} */
  const seen = new Map();
  const counts = { requests: 0, refused: 0, cut: 0 };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    counts.requests += 1;
    const lot = random();
    if (lot < refusedShare) {
      counts.refused += 1;
      response.writeHead(503, { "retry-after": "0" }).end();
    } else if (lot < refusedShare + cutShare) {
      counts.cut += 1;
      request.socket.destroy();
    } else {
      for (const { scopeSpans } of ExportTraceServiceRequest.decode(Buffer.concat(chunks)).resourceSpans)
        for (const { spans } of scopeSpans) for (const { name } of spans) seen.set(name, (seen.get(name) ?? 0) + 1);
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    counts,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve(undefined)));
    },
  };
}

/** Makes spans in bursts, and gives the time of the processor that it took. @param {import("@opentelemetry/api").Tracer} tracer @param {number} count */
async function makeSpans(tracer, count) {
  const used = { user: 0, system: 0 };
  for (let made = 0; made < count; ) {
    const before = process.cpuUsage();
    for (const end = Math.min(count, made + spansInATurn); made < end; made++)
      tracer.startSpan(`s${made}`, { attributes: { "http.request.method": "GET", "user.id": made } }).end();
    const turn = process.cpuUsage(before);
    used.user += turn.user;
    used.system += turn.system;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return used;
}

/** @param {string} mode @param {object} loggerOptions @param {number} count @param {() => number} random */
async function ours(mode, loggerOptions, count, random) {
  const { startTelemetry } = await load();
  const receiver = await startReceiver(random);
  const telemetry = startTelemetry({
    otlp: { url: receiver.url, lingerMs: 0 },
    loggerOptions: { sinks: [], signals: [], onProblem: () => {}, ...loggerOptions },
    metrics: false,
  });
  const used = await makeSpans(telemetry.tracer, count);
  const { spans } = await telemetry.shutdown({ deadlineMs: 120_000 });
  const { traces } = telemetry.log.ledger().signals;
  await receiver.stop();
  const faults = [ledgerFault(spans), ledgerFault(traces)].flatMap((fault) => (fault ? [`${mode}: ${fault}`] : []));
  const dropped = droppedTotal(traces);
  const received = receiver.seen.size;
  if (spans.delivered !== count) faults.push(`${mode}: ${spans.delivered} of ${count} spans handed over`);
  if (traces.accepted !== count) faults.push(`${mode}: the ledger accepted ${traces.accepted} of ${count}`);
  if (traces.pending !== 0) faults.push(`${mode}: ${traces.pending} pending at the end`);
  if (received + dropped !== count) faults.push(`${mode}: ${received} received + ${dropped} dropped ≠ ${count}`);
  const { requests, refused, cut } = receiver.counts;
  const figure = `${received} of ${count} received, ${dropped} dropped and counted ${JSON.stringify(traces.dropped)}, ${requests} requests (${refused} refused, ${cut} cut), ${perMicro(used, count)} µs of CPU a span on the caller's side`;
  return { faults, figure, dropped };
}

/** The stock batch processor with its defaults and an exporter that never fails. @param {number} count */
async function stock(count) {
  const { BatchSpanProcessor, NodeTracerProvider } = await load();
  let received = 0;
  const exporter = {
    export(/** @type {readonly object[]} */ spans, /** @type {(result: { code: number }) => void} */ done) {
      received += spans.length;
      setImmediate(() => done({ code: 0 }));
    },
    shutdown: async () => {},
    forceFlush: async () => {},
  };
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const used = await makeSpans(provider.getTracer("stock"), count);
  await provider.shutdown();
  return `${received} of ${count} received, ${count - received} dropped without a count, ${perMicro(used, count)} µs of CPU a span on the caller's side`;
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "telemetry",
  title:
    "every span of a burst arrives or is counted, through refusals and cut connections; beside it the stock batch processor",
  needs: [],
  counts: { full: 100_000, share: 10_000 },
  async run({ count, random }) {
    const next = () => random.next();
    const memory = await ours("memory", {}, count, next);
    const roomy = await ours("large buffer", { bufferBytes: 512 * 1024 * 1024 }, count, next);
    const faults = [...memory.faults, ...roomy.faults];
    if (roomy.dropped > 0) faults.push(`large buffer: ${roomy.dropped} dropped with room for all`);
    return {
      figures: {
        "in memory, default buffer": memory.figure,
        "in memory, large buffer": roomy.figure,
        "stock batch processor, exporter never fails": await stock(count),
      },
      faults,
    };
  },
};
