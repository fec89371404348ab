import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** What the peer does with a request instead of taking it. */
type Trouble =
  | { readonly status: number; readonly body?: unknown; readonly takes?: number }
  /** Take the lines, then cut the connection before the answer. */
  | "lose-answer"
  | "hang";

/** A peer that speaks the ingest protocol over real HTTP and can be told to stumble where a real server cannot be made to. */
export interface IngestPeer {
  readonly url: string;
  readonly lines: string[];
  readonly requests: { readonly query: URLSearchParams; readonly encoding: string | undefined; readonly lines: number }[];
  /** Troubles of the next requests, in order. */
  readonly troubles: Trouble[];
  /** Decides how many lines of a body are refused. */
  refuse: (lines: readonly string[]) => number;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return (request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString("utf8");
}

export async function startIngestPeer(): Promise<IngestPeer> {
  const peer = { lines: [] as string[], requests: [] as IngestPeer["requests"], troubles: [] as Trouble[] };
  let refuse: IngestPeer["refuse"] = () => 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await bodyOf(request);
    const lines = text.split("\n").slice(0, -1);
    const trouble = peer.troubles.shift();
    if (trouble === "hang") return;
    if (trouble !== undefined && trouble !== "lose-answer") {
      peer.lines.push(...lines.slice(0, trouble.takes ?? 0));
      response.writeHead(trouble.status, { "content-type": "application/json" });
      response.end(JSON.stringify(trouble.body ?? {}));
      return;
    }
    const refused = refuse(lines);
    peer.lines.push(...lines.slice(refused));
    const query = new URL(request.url ?? "", "http://peer").searchParams;
    peer.requests.push({ query, encoding: request.headers["content-encoding"], lines: lines.length });
    if (trouble === "lose-answer") {
      request.socket.destroy();
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ accepted: lines.length - refused, rejected: refused, errors: [] }));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...peer,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refuse() {
      return refuse;
    },
    set refuse(next) {
      refuse = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
