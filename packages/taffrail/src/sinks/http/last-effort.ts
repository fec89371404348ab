import type { Worker } from "node:worker_threads";
import { type HttpAnswer, longestAnswer } from "./http-answer.ts";

/** The program of the thread. It is text, so that it needs no file of its own and survives bundlers. */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
const { shared, text } = workerData;
const state = new Int32Array(shared);
const encoder = new TextEncoder();
const agents = new Map();
parentPort.on("message", ({ url, headers, body, attempt }) => {
  const scheme = url.startsWith("https:") ? "node:https" : "node:http";
  const { Agent, request } = require(scheme);
  if (!agents.has(scheme)) agents.set(scheme, new Agent({ keepAlive: true, maxSockets: 1 }));
  let finished = false;
  const finish = (status, retryAfter, answer) => {
    if (finished || Atomics.load(state, 0) !== -attempt) return;
    finished = true;
    const head = encoder.encodeInto(retryAfter, new Uint8Array(text, 0, 256)).written;
    const length = Math.min(answer.length, text.byteLength - 256);
    new Uint8Array(text, 256, length).set(answer.subarray(0, length));
    Atomics.store(state, 1, status);
    Atomics.store(state, 2, head);
    Atomics.store(state, 3, length);
    Atomics.store(state, 0, attempt);
    Atomics.notify(state, 0);
  };
  const outgoing = request(url, { method: "POST", headers, agent: agents.get(scheme) }, (response) => {
    const chunks = [];
    response.on("data", (chunk) => chunks.push(chunk));
    response.on("close", () => finish(response.statusCode, response.headers["retry-after"] ?? "", Buffer.concat(chunks)));
  });
  outgoing.on("error", () => finish(0, "", Buffer.alloc(0)));
  outgoing.end(body);
});
`;

/** One request of the last effort. */
export interface LastRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Sends one request and blocks until it is answered; undefined when there is no answer, or when the time of the whole effort is over. */
export type LastEffort = (request: LastRequest) => HttpAnswer | undefined;

/** What a thread may need of the environment: whether certificates are checked. */
function threadEnvironment(): Record<string, string> {
  const checked = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  return checked === undefined ? {} : { NODE_TLS_REJECT_UNAUTHORIZED: checked };
}

const headBytes = 256;

/**
 * Makes the way to send requests while the event loop no longer runs: a thread makes them, this one waits for each, at most for `timeoutMs`
 * altogether. After the first request without an answer it gives up. Only for the end of a process; the thread is started with the first
 * request, in about 50 ms.
 *
 * @example createLastEffort(2000)({ url, headers: { "content-type": "application/x-ndjson" }, body })?.status // 200
 */
export function createLastEffort(timeoutMs: number): LastEffort {
  const shared = new SharedArrayBuffer(16);
  const text = new SharedArrayBuffer(headBytes + longestAnswer);
  const state = new Int32Array(shared);
  let worker: Worker | undefined;
  let deadline: number | undefined;
  let attempt = 0;

  const open = (): Worker => {
    const { Worker: Thread } = process.getBuiltinModule("node:worker_threads");
    const options = { eval: true, workerData: { shared, text }, execArgv: [], env: threadEnvironment() };
    return new Thread(program, options);
  };
  const send = ({ url, headers, body }: LastRequest, waitMs: number): HttpAnswer | undefined => {
    worker ??= open();
    worker.unref();
    attempt += 1;
    Atomics.store(state, 0, -attempt);
    // A copy, since the view may be a small part of a large buffer, which would be copied whole.
    worker.postMessage({ url, headers, body: Uint8Array.prototype.slice.call(body), attempt });
    Atomics.wait(state, 0, -attempt, waitMs);
    const [done = 0, status = 0, head = 0, length = 0] = state;
    if (done !== attempt || status === 0) return undefined;
    const decoder = new TextDecoder();
    return {
      status,
      retryAfter: decoder.decode(new Uint8Array(text, 0, head).slice()) || undefined,
      body: new Uint8Array(text, headBytes, length).slice(),
    };
  };

  return (request) => {
    deadline ??= performance.now() + timeoutMs;
    const left = deadline - performance.now();
    if (left <= 0) return undefined;
    try {
      const answer = send(request, left);
      if (answer !== undefined) return answer;
    } catch {
      // No threads here (permissions, memory): nothing more can be done at this point.
    }
    deadline = 0;
    return undefined;
  };
}
