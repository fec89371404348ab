import { Worker } from "node:worker_threads";

/** The program of the thread. It is text, so that it needs no file of its own and survives bundlers. */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
const { url, headers, shared } = workerData;
const answer = new Int32Array(shared);
const { Agent, request } = require(url.startsWith("https:") ? "node:https" : "node:http");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
parentPort.on("message", (body) => {
  const finish = (status) => {
    Atomics.store(answer, 1, status);
    Atomics.store(answer, 0, 1);
    Atomics.notify(answer, 0);
  };
  const outgoing = request(url, { method: "POST", headers, agent }, (response) => {
    response.resume();
    response.on("end", () => finish(response.statusCode));
  });
  outgoing.on("error", () => finish(0));
  outgoing.end(body);
});
`;

/** Sends one body and blocks until it is answered; false when it is not taken, or when the time of the whole effort is over. */
export type LastEffort = (body: Uint8Array) => boolean;

/**
 * Makes the way to send bodies while the event loop no longer runs: a thread makes the requests, this one waits for each, at most for `timeoutMs`
 * altogether. After the first failure it gives up. Only for the end of a process; the thread is started with the first body, in about 50 ms.
 *
 * @example createLastEffort(url, { "content-type": "application/x-ndjson" }, 2000)(body) // true
 */
export function createLastEffort(
  url: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): LastEffort {
  const shared = new SharedArrayBuffer(8);
  const answer = new Int32Array(shared);
  let worker: Worker | undefined;
  let deadline: number | undefined;

  const send = (body: Uint8Array, waitMs: number): number => {
    worker ??= new Worker(program, { eval: true, workerData: { url, headers, shared }, execArgv: [], env: {} });
    worker.unref();
    Atomics.store(answer, 0, 0);
    Atomics.store(answer, 1, 0);
    worker.postMessage(body);
    Atomics.wait(answer, 0, 0, waitMs);
    return Atomics.load(answer, 1);
  };

  return (body) => {
    deadline ??= performance.now() + timeoutMs;
    const left = deadline - performance.now();
    if (left <= 0) return false;
    try {
      const status = send(body, left);
      if (status >= 200 && status < 300) return true;
    } catch {
      // No threads here (permissions, memory): nothing more can be done at this point.
    }
    deadline = 0;
    return false;
  };
}
