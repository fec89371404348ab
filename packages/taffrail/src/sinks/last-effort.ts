import { Worker } from "node:worker_threads";

/** The program of the thread. It is text, so that it needs no file of its own and survives bundlers. */
const program = `
const { url, headers, body, shared } = require("node:worker_threads").workerData;
const answer = new Int32Array(shared);
const finish = (status) => {
  Atomics.store(answer, 1, status);
  Atomics.store(answer, 0, 1);
  Atomics.notify(answer, 0);
};
const client = require(url.startsWith("https:") ? "node:https" : "node:http");
const request = client.request(url, { method: "POST", headers }, (response) => {
  response.resume();
  response.on("end", () => finish(response.statusCode));
});
request.on("error", () => finish(0));
request.end(body);
`;

/** One blocking request. */
export interface LastRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
}

/**
 * Sends a body while the event loop no longer runs: a thread makes the request, this one waits for it, at most for `timeoutMs`.
 * Returns the HTTP status, or 0 when there was no answer. Only for the end of a process; costs about 50 ms.
 *
 * @example postSync({ url, headers: {}, body, timeoutMs: 1000 }) // 200
 */
export function postSync({ url, headers, body, timeoutMs }: LastRequest): number {
  const shared = new SharedArrayBuffer(8);
  const answer = new Int32Array(shared);
  try {
    const worker = new Worker(program, {
      eval: true,
      workerData: { url, headers, body, shared },
      execArgv: [],
      env: {},
    });
    Atomics.wait(answer, 0, 0, timeoutMs);
    worker.unref();
  } catch {
    // No threads here (permissions, memory): nothing more can be done at this point.
  }
  return Atomics.load(answer, 1);
}
