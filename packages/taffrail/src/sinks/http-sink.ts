import type { Batch, Sink } from "@taffrail/contracts";
import { checkOptions, isBoolean, isHttpUrl, isInteger, isObject } from "../options/check-options.ts";
import { createBatchSender, type EncodedBody } from "./http/batch-sender.ts";
import { judgeAnswer } from "./http/http-answer.ts";
import { createLastEffort } from "./http/last-effort.ts";
import { sinkManifest } from "./manifest.ts";

export interface HttpSinkOptions {
  /** Address of a Taffrail server, for example `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Further headers of each request, for example an authorization. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Compress bodies. Default false: worth it over a network, not on one machine. */
  readonly gzip?: boolean | undefined;
  /** Least time between two requests that are not full, in ms: records wait for company that long. Default 100, at most 1000. */
  readonly lingerMs?: number | undefined;
  /** Records of one request. Default 2000. */
  readonly maxRecords?: number | undefined;
  /** Time for one batch, in ms. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** How long the end of a process may block to send what is left, in ms. Default 2000; 0 sends nothing then. */
  readonly lastEffortMs?: number | undefined;
}

const ingestPath = "/api/v1/ingest/lines";
/** The receiver recognises by it what it has already. */
const batchHeader = "taffrail-batch";

function ingestUrl(url: string): URL {
  const base = new URL(url);
  base.pathname = base.pathname.replace(/\/+$/, "") + ingestPath;
  return base;
}

function checkHttpOptions(options: HttpSinkOptions): void {
  const checks = {
    url: isHttpUrl,
    headers: isObject,
    gzip: isBoolean,
    lingerMs: isInteger(0, 1000),
    maxRecords: isInteger(1, 100_000),
    timeoutMs: isInteger(1, 600_000),
    lastEffortMs: isInteger(0, 60_000),
  };
  checkOptions("httpSink", options, checks);
  checkOptions("httpSink", { url: options.url ?? "" }, checks);
}

// biome-ignore lint/correctness/useYield: lines are a body as they are, in one step
function* encode(batch: Batch): Generator<void, EncodedBody> {
  return { bytes: batch.bytes() };
}

/**
 * Makes a sink that sends lines to a Taffrail server. Requests are made one at a time; records that come meanwhile form the next batch. Answers of
 * 5xx, 408 and 429 and broken connections are tried again by the pipeline (honouring `Retry-After`), a batch that is too large (413) is sent in
 * parts, other 4xx drop the batch, and lines that the server refused are counted as refused. In durable mode each batch carries its id, by which
 * the server keeps it from being stored twice. At the end of the process what is left is sent by blocking requests (`lastEffortMs`).
 * Throws `option_unknown` and `option_invalid`.
 *
 * @example createLogger({ sinks: [httpSink({ url: "http://127.0.0.1:4318" })] });
 */
export function httpSink(options: HttpSinkOptions): Sink {
  checkHttpOptions(options);
  const sender = createBatchSender({
    url: ingestUrl(options.url),
    headers: { ...options.headers, "content-type": "application/x-ndjson" },
    headersOf: ({ id }): Record<string, string> => (id === undefined ? {} : { [batchHeader]: id }),
    encode,
    judge: judgeAnswer,
    gzip: options.gzip ?? false,
    timeoutMs: options.timeoutMs ?? 10_000,
    lastEffort: createLastEffort(options.lastEffortMs ?? 2000),
  });
  let problem: string | undefined;
  let closed = false;

  return {
    manifest: sinkManifest("http", ["network", "threads", "sync-drain"]),
    batching: {
      lingerMs: options.lingerMs ?? 100,
      maxRecords: options.maxRecords ?? 2000,
      maxCharacters: 1024 * 1024,
    },
    async write(batch, signal) {
      if (closed) return { outcome: "drop", reason: "the sink is closed" };
      const result = await sender.write(batch, signal);
      problem = result.outcome === "ok" ? undefined : result.reason;
      return result;
    },
    writeSync: (batch, unfinished) => sender.writeSync(batch, unfinished),
    health: () => (problem === undefined ? { status: "healthy" } : { status: "degraded", detail: problem }),
    async close() {
      closed = true;
      sender.close();
    },
  };
}
