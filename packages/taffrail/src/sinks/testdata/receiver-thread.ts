import { Worker } from "node:worker_threads";

/** How the receiver answers one request. */
export interface ThreadReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly delayMs?: number;
}

/** A request that was received; its body decompressed. */
export interface Received {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly body: Uint8Array;
}

/** An HTTP receiver in a thread of its own: it goes on while the thread of the test is blocked, as a real one does. */
export interface ReceiverThread {
  readonly url: string;
  /** All requests so far, in order. */
  received(): Promise<readonly Received[]>;
  /** Lines of the requests that were answered with 2xx. */
  lines(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const program = `
const { createServer } = require("node:http");
const { gunzipSync } = require("node:zlib");
const { parentPort, workerData } = require("node:worker_threads");
const received = [];
const replies = [...workerData.replies];
const server = createServer(async (request, response) => {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return;
  }
  const raw = Buffer.concat(chunks);
  const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
  const tooLarge = workerData.maxBytes !== undefined && body.length > workerData.maxBytes;
  const reply = tooLarge ? { status: 413 } : replies.shift() ?? { status: 200 };
  received.push({ url: request.url, headers: request.headers, status: reply.status, body });
  if (reply.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
  response.writeHead(reply.status, reply.headers);
  response.end(reply.body === undefined ? "{}" : Buffer.from(reply.body, reply.latin1 ? "latin1" : "utf8"));
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
parentPort.on("message", () => parentPort.postMessage(received));
`;

/** Starts a receiver. The first answers come from the list; a body of more than `maxBytes` is always answered with 413. */
export async function startReceiver(
  replies: readonly ThreadReply[] = [],
  maxBytes?: number,
): Promise<ReceiverThread> {
  const worker = new Worker(program, { eval: true, workerData: { replies, maxBytes }, execArgv: [] });
  const next = <Value>(): Promise<Value> => new Promise((resolve) => worker.once("message", resolve));
  const port = await next<number>();
  let last: readonly Received[] = [];
  let stopped = false;
  const received = async (): Promise<readonly Received[]> => {
    if (stopped) return last;
    const answer = next<readonly Received[]>();
    worker.postMessage("received");
    last = await answer;
    return last;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async lines() {
      const taken = (await received()).filter(({ status }) => status < 300);
      return taken.flatMap(({ body }) => Buffer.from(body).toString().split("\n").slice(0, -1));
    },
    async stop() {
      if (stopped) return;
      await received();
      stopped = true;
      await worker.terminate();
    },
  };
}
