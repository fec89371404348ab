import type { Batch, Signal, Sink, WriteResult } from "@taffrail/contracts";
import { checkOptions, isHttpUrl, isInteger, isObject, isOneOf, type OptionCheck } from "../options/check-options.ts";
import { type BatchSender, createBatchSender } from "./http/batch-sender.ts";
import { createLastEffort, type LastEffort } from "./http/last-effort.ts";
import { sinkManifest } from "./manifest.ts";
import { encodeRequest } from "./otlp/encode-request.ts";
import { judgeOtlp } from "./otlp/otlp-answer.ts";
import { type EnvironmentSettings, readOtlpEnvironment, readResource, signalUrl } from "./otlp/otlp-environment.ts";

export interface OtlpSinkOptions {
  /**
   * Address of the receiver, below which each signal has its path (`/v1/logs`). Without it the sink is set up by the variables that OpenTelemetry
   * names (`OTEL_EXPORTER_OTLP_ENDPOINT`, …), and at last by `http://localhost:4318`; with it they are not read, so that their headers go nowhere
   * else.
   */
  readonly url?: string | undefined;
  /** Further headers of each request, for example an authorization. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default `none`. */
  readonly compression?: "gzip" | "none" | undefined;
  /** Form of the bodies. Default `protobuf`. */
  readonly protocol?: "protobuf" | "json" | undefined;
  /** Attributes of what sends, beside the `service.name` of the records; values as JSON has them. */
  readonly resource?: Readonly<Record<string, unknown>> | undefined;
  /** What is sent. Default `["logs", "traces", "metrics"]`. */
  readonly signals?: readonly Signal[] | undefined;
  /** Time for one batch, in ms. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Least time between two requests that are not full, in ms. Default 200. */
  readonly lingerMs?: number | undefined;
  /** Records of one request. Default 1000. */
  readonly maxRecords?: number | undefined;
  /** How long the end of a process may block to send what is left, in ms. Default 2000; 0 sends nothing then. */
  readonly lastEffortMs?: number | undefined;
}

const allSignals: readonly Signal[] = ["logs", "traces", "metrics"];
const defaultUrl = "http://localhost:4318";

const isSignals: OptionCheck = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((signal) => allSignals.includes(signal as Signal))
    ? undefined
    : `it must be a list of ${allSignals.join(", ")}`;

function checkOtlpOptions(options: OtlpSinkOptions): void {
  checkOptions("otlpSink", options, {
    url: isHttpUrl,
    headers: isObject,
    compression: isOneOf(["gzip", "none"]),
    protocol: isOneOf(["protobuf", "json"]),
    resource: isObject,
    signals: isSignals,
    timeoutMs: isInteger(1, 600_000),
    lingerMs: isInteger(0, 10_000),
    maxRecords: isInteger(1, 100_000),
    lastEffortMs: isInteger(0, 60_000),
  });
}

const nothingSet: EnvironmentSettings = {
  url: undefined,
  headers: undefined,
  protocol: undefined,
  compression: undefined,
  timeoutMs: undefined,
};

function openSender(signal: Signal, options: OtlpSinkOptions, lastEffort: LastEffort): BatchSender {
  const env = options.url === undefined ? readOtlpEnvironment(process.env, signal) : nothingSet;
  const protocol = options.protocol ?? env.protocol ?? "protobuf";
  const contentType = protocol === "json" ? "application/json" : "application/x-protobuf";
  const inherited = options.url === undefined ? readResource(process.env) : {};
  const resource = { ...inherited, ...options.resource };
  return createBatchSender({
    url: new URL(env.url ?? signalUrl(options.url ?? defaultUrl, signal)),
    headers: { ...env.headers, ...options.headers, "content-type": contentType },
    encode: (batch) => encodeRequest(batch, { protocol, resource }),
    judge: judgeOtlp(protocol),
    gzip: (options.compression ?? env.compression) === "gzip",
    timeoutMs: options.timeoutMs ?? env.timeoutMs ?? 10_000,
    lastEffort,
  });
}

function drop(reason: string): WriteResult {
  return { outcome: "drop", reason };
}

/**
 * Makes a sink that sends to any receiver of OTLP over HTTP: logs, and the spans and metrics that `@taffrail/otel` feeds in. Answers of 429, 502,
 * 503 and 504 and broken connections are tried again (honouring `Retry-After`), records that the receiver rejected are counted as refused, a batch
 * that is too large (413) is sent in parts. At the end of the process what is left is sent by blocking requests (`lastEffortMs`).
 * Throws `option_unknown` and `option_invalid`.
 *
 * @example createLogger({ sinks: [otlpSink({ url: "http://collector:4318", headers: { authorization: "Bearer …" } })] });
 */
export function otlpSink(options: OtlpSinkOptions = {}): Sink {
  checkOtlpOptions(options);
  const lastEffort = createLastEffort(options.lastEffortMs ?? 2000);
  const signals = options.signals ?? allSignals;
  const senders = new Map(signals.map((signal) => [signal, openSender(signal, options, lastEffort)]));
  const problems = new Map<Signal, string>();
  let closed = false;

  return {
    manifest: sinkManifest("otlp", ["network", "threads", "sync-drain"]),
    signals,
    batching: {
      lingerMs: options.lingerMs ?? 200,
      maxRecords: options.maxRecords ?? 1000,
      maxCharacters: 1024 * 1024,
    },
    async write(batch: Batch, signal: AbortSignal) {
      const sender = senders.get(batch.signal);
      if (closed || sender === undefined) return drop(closed ? "the sink is closed" : `${batch.signal} are not sent`);
      const result = await sender.write(batch, signal);
      if (result.outcome === "ok") problems.delete(batch.signal);
      else problems.set(batch.signal, `${batch.signal}: ${result.reason}`);
      return result;
    },
    writeSync: (batch, unfinished) => senders.get(batch.signal)?.writeSync(batch, unfinished) ?? 0,
    health() {
      if (problems.size === 0) return { status: "healthy" };
      return { status: "degraded", detail: [...problems.values()].join("; ") };
    },
    async close() {
      closed = true;
      for (const sender of senders.values()) sender.close();
    },
  };
}
