import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import type { Batch, Sink, WriteResult } from "@taffrail/contracts";
import { checkOptions, isBoolean, isHttpUrl, isInteger, isObject } from "../options/check-options.ts";
import { type HttpAnswer, judgeAnswer } from "./http-answer.ts";
import { createLastEffort } from "./last-effort.ts";
import { sinkManifest } from "./manifest.ts";

export interface HttpSinkOptions {
  /** Address of a Taffrail server, for example `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Further headers of each request, for example an authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Compress bodies. Default false: worth it over a network, not on one machine. */
  readonly gzip?: boolean;
  /** Least time between two requests that are not full, in ms: records wait for company that long. Default 100, at most 1000. */
  readonly lingerMs?: number;
  /** Records of one request. Default 2000. */
  readonly maxRecords?: number;
  /** Time for one request, in ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** How long the end of a process may block to send what is left, in ms. Default 2000; 0 sends nothing then. */
  readonly lastEffortMs?: number;
}

const ingestPath = "/api/v1/ingest/lines";
const longestAnswer = 64 * 1024;
const gzip = promisify(gzipCallback);

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  let body = "";
  response.setEncoding("utf8");
  for await (const chunk of response) {
    if (body.length < longestAnswer) body += String(chunk);
  }
  return { status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"], body };
}

function ingestUrl(url: string): URL {
  const base = new URL(url);
  base.pathname = base.pathname.replace(/\/+$/, "") + ingestPath;
  return base;
}

/** Sends bodies over one kept connection, which does not keep the process alive. */
interface Sender {
  send(body: Uint8Array, signal: AbortSignal): Promise<HttpAnswer>;
  /** True when the request under way has been handed to the operating system whole: it goes out even if the process ends now. */
  sent(): boolean;
}

function isSent(outgoing: ClientRequest | undefined): boolean {
  const socket = outgoing?.socket;
  return socket?.connecting === false && socket.writableLength === 0 && outgoing?.writableLength === 0;
}

function createSender(url: URL, headers: OutgoingHttpHeaders, agent: HttpAgent): Sender {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  let outgoing: ClientRequest | undefined;
  const sendOnce = (body: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const options = { method: "POST", agent, signal, headers: { ...headers, "content-length": body.byteLength } };
      outgoing = request(url, options, (response) => {
        readAnswer(response).then(resolve, reject);
      });
      outgoing.on("socket", (socket) => socket.unref());
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  return {
    send: async (body, signal) => {
      try {
        return await sendOnce(body, signal);
      } catch (error) {
        // The server may close a kept connection at the moment it is used again: that says nothing about the server's health.
        if (outgoing?.reusedSocket !== true || (error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
        return sendOnce(body, signal);
      }
    },
    sent: () => isSent(outgoing),
  };
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

function createAgent(url: URL): HttpAgent {
  const options = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 };
  return url.protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
}

/**
 * Makes a sink that sends lines to a Taffrail server. Requests are made one at a time; records that come meanwhile form the next batch. Answers of
 * 5xx, 408 and 429 and broken connections are tried again by the pipeline (honouring `Retry-After`), other 4xx drop the batch, and lines that the
 * server refused are counted as refused. At the end of the process what is left is sent by blocking requests (`lastEffortMs`); a request that was
 * under way then may arrive twice. Throws `option_unknown` and `option_invalid`.
 *
 * @example createLogger({ sinks: [httpSink({ url: "http://127.0.0.1:4318" })] });
 */
export function httpSink(options: HttpSinkOptions): Sink {
  checkHttpOptions(options);
  const url = ingestUrl(options.url);
  const timeoutMs = options.timeoutMs ?? 10_000;
  const agent = createAgent(url);
  const headers = { ...options.headers, "content-type": "application/x-ndjson" };
  const encoding = options.gzip === true ? { "content-encoding": "gzip" } : {};
  const sender = createSender(url, { ...headers, ...encoding }, agent);
  const lastEffort = createLastEffort(url.href, headers, options.lastEffortMs ?? 2000);
  let problem: string | undefined;
  let closed = false;

  const post = async (batch: Batch, signal: AbortSignal): Promise<WriteResult> => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const text = batch.bytes();
      const body = options.gzip === true ? await gzip(text) : text;
      const answer = await sender.send(body, AbortSignal.any([signal, timeout]));
      return judgeAnswer(answer, batch.size, Date.now());
    } catch (error) {
      const reason = timeout.aborted ? `no answer in ${timeoutMs} ms` : String(error);
      return { outcome: "retry", reason: `${url.origin}: ${reason}` };
    }
  };

  return {
    manifest: sinkManifest("http"),
    batching: {
      lingerMs: options.lingerMs ?? 100,
      maxRecords: options.maxRecords ?? 2000,
      maxCharacters: 1024 * 1024,
    },
    async write(batch, signal) {
      if (closed) return { outcome: "drop", reason: "the sink is closed" };
      if (batch.size === 0) return { outcome: "ok" };
      const result = await post(batch, signal);
      problem = result.outcome === "ok" ? undefined : result.reason;
      return result;
    },
    writeSync(batch, unfinished) {
      let out = 0;
      if (unfinished !== undefined) {
        if (!sender.sent() && !lastEffort(unfinished.bytes())) return 0;
        out = unfinished.size;
      }
      return batch.size === 0 || lastEffort(batch.bytes()) ? out + batch.size : out;
    },
    health: () => (problem === undefined ? { status: "healthy" } : { status: "degraded", detail: problem }),
    async close() {
      closed = true;
      agent.destroy();
    },
  };
}
