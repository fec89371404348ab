import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import { type HttpAnswer, longestAnswer } from "./http-answer.ts";

/** Sends bodies over one kept connection, which does not keep the process alive. */
export interface HttpClient {
  /** Posts a body; rejects with the system's error, or when `signal` aborts. */
  post(body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpAnswer>;
  /** True when the request under way has been handed to the operating system whole: it goes out even if the process ends now. */
  sent(): boolean;
  close(): void;
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      if (bytes < longestAnswer) chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch (error) {
    // A server that refuses a body may hang up before all of it has come; its status says enough.
    if ((response.statusCode ?? 0) < 400) throw error;
  }
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers["retry-after"],
    body: Buffer.concat(chunks).subarray(0, longestAnswer),
  };
}

function isSent(outgoing: ClientRequest | undefined): boolean {
  const socket = outgoing?.socket;
  return socket?.connecting === false && socket.writableLength === 0 && outgoing?.writableLength === 0;
}

function isStale(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === "ECONNRESET" || code === "EPIPE";
}

/**
 * Makes a client for one address. node:http or node:https are loaded with the first request.
 *
 * @example (await createHttpClient(new URL("http://127.0.0.1:4318/v1/logs")).post(body, headers, signal)).status
 */
export function createHttpClient(url: URL): HttpClient {
  let agent: Agent | undefined;
  let outgoing: ClientRequest | undefined;
  const load = () => process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");

  const postOnce = (
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const { Agent, request } = load();
      agent ??= new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 });
      const all = { ...headers, "content-length": String(body.byteLength) };
      outgoing = request(url, { method: "POST", agent, signal, headers: all }, (response) => {
        readAnswer(response).then(resolve, reject);
      });
      outgoing.on("socket", (socket) => socket.unref());
      outgoing.on("error", reject);
      outgoing.end(body);
    });

  return {
    async post(body, headers, signal) {
      try {
        return await postOnce(body, headers, signal);
      } catch (error) {
        // The server may close a kept connection at the moment it is used again: that says nothing about the server's health.
        if (outgoing?.reusedSocket !== true || !isStale(error)) throw error;
        return await postOnce(body, headers, signal);
      } finally {
        // What is asked about is the request under way, not the one before it.
        outgoing = undefined;
      }
    },
    sent: () => isSent(outgoing),
    close: () => agent?.destroy(),
  };
}
