import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** How the server answers one request. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Wait before answering, in ms. */
  readonly delayMs?: number;
}

export interface IngestServer {
  readonly url: string;
  /** Lines of requests that were answered with 2xx. */
  readonly lines: string[];
  readonly requests: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly lines: readonly string[] }[];
  /** Connections that were made so far. */
  readonly connections: () => number;
  stop(): Promise<void>;
}

/** Starts a plain HTTP server that takes lines as a Taffrail server does; the first answers come from the list. */
export async function startIngestServer(answers: readonly Answer[] = []): Promise<IngestServer> {
  const lines: string[] = [];
  const requests: IngestServer["requests"] = [];
  const queue = [...answers];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
    const received = text.split("\n").slice(0, -1);
    requests.push({ url: request.url ?? "", headers: request.headers, lines: received });
    const answer = queue.shift() ?? { status: 200 };
    if (answer.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
    if (answer.status < 300) lines.push(...received);
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(answer.body ?? JSON.stringify({ accepted: received.length, rejected: 0, errors: [] }));
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lines,
    requests,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
