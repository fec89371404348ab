import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";

/** Code that OpenTelemetry generated from its protocol files, from before its own encoder: a stranger to what we send. */
const { opentelemetry } = createRequire(import.meta.url)("otlp-official/build/src/generated/root");
const { trace, metrics, logs } = opentelemetry.proto.collector;

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface Resource {
  readonly attributes: readonly Attribute[];
}
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}
interface ReceivedMetric {
  readonly name: string;
}
interface ReceivedLog {
  readonly traceId?: string;
  readonly body: { readonly stringValue: string };
}

/** A receiver of OTLP/HTTP with protobuf. */
export interface OtlpReceiver {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  readonly metrics: ReceivedMetric[];
  readonly logs: ReceivedLog[];
  readonly resources: Record<string, unknown>[];
  /** Requests that are answered with 503 before others are taken. */
  refusals: number;
  requests: number;
  stop(): Promise<void>;
}

const hex = (base64: unknown): string => Buffer.from(String(base64 ?? ""), "base64").toString("hex");
const plain = (resource: Resource): Record<string, unknown> =>
  Object.fromEntries(resource.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

function take(receiver: OtlpReceiver, path: string, body: Buffer): void {
  const decode = (type: { decode(bytes: Buffer): unknown; toObject(value: unknown, options: object): never }): never =>
    type.toObject(type.decode(body), { longs: String, bytes: String });
  if (path === "/v1/traces") {
    const request: {
      resourceSpans: { resource: Resource; scopeSpans: { spans: ReceivedSpan[] }[] }[];
    } = decode(trace.v1.ExportTraceServiceRequest);
    for (const { resource, scopeSpans } of request.resourceSpans) {
      receiver.resources.push(plain(resource));
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const parent = span.parentSpanId ? { parentSpanId: hex(span.parentSpanId) } : {};
        receiver.spans.push({ ...span, ...parent, traceId: hex(span.traceId), spanId: hex(span.spanId) });
      }
    }
  } else if (path === "/v1/metrics") {
    const request: {
      resourceMetrics: { resource: Resource; scopeMetrics: { metrics: ReceivedMetric[] }[] }[];
    } = decode(metrics.v1.ExportMetricsServiceRequest);
    for (const { resource, scopeMetrics } of request.resourceMetrics) {
      receiver.resources.push(plain(resource));
      receiver.metrics.push(...scopeMetrics.flatMap((scope) => scope.metrics));
    }
  } else if (path === "/v1/logs") {
    const request: { resourceLogs: { scopeLogs: { logRecords: ReceivedLog[] }[] }[] } = decode(
      logs.v1.ExportLogsServiceRequest,
    );
    for (const record of request.resourceLogs.flatMap(({ scopeLogs }) => scopeLogs).flatMap((scope) => scope.logRecords)) {
      receiver.logs.push({ ...record, ...(record.traceId ? { traceId: hex(record.traceId) } : {}) });
    }
  }
}

/** Starts a receiver on a free port. */
export async function startReceiver(): Promise<OtlpReceiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    receiver.requests += 1;
    if (receiver.refusals > 0) {
      receiver.refusals -= 1;
      response.writeHead(503, { "retry-after": "0" }).end();
      return;
    }
    take(receiver, request.url ?? "", Buffer.concat(chunks));
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: [],
    metrics: [],
    logs: [],
    resources: [],
    refusals: 0,
    requests: 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
