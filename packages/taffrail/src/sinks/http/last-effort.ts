import { createBlockingThread } from "../blocking-thread.ts";
import type { HttpAnswer } from "./http-answer.ts";

const program = `
const agents = new Map();
onMessage(({ url, headers, body }, finish) => {
  const scheme = url.startsWith("https:") ? "node:https" : "node:http";
  const { Agent, request } = require(scheme);
  if (!agents.has(scheme)) agents.set(scheme, new Agent({ keepAlive: true, maxSockets: 1 }));
  const outgoing = request(url, { method: "POST", headers, agent: agents.get(scheme) }, (response) => {
    const chunks = [];
    response.on("data", (chunk) => chunks.push(chunk));
    response.on("close", () => finish(response.statusCode, response.headers["retry-after"], Buffer.concat(chunks)));
  });
  outgoing.on("error", () => finish(0));
  outgoing.end(body);
});
`;

/** One request of the last effort. */
export interface LastRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface LastEffort {
  /** Sends one request and blocks until it is answered; undefined when there is no answer, or when the time of the whole effort is over. */
  post(request: LastRequest): HttpAnswer | undefined;
  close(): void;
}

/**
 * Makes the way to send requests while the event loop no longer runs, at most for `timeoutMs` altogether.
 *
 * @example createLastEffort(2000).post({ url, headers: { "content-type": "application/x-ndjson" }, body })?.status // 200
 */
export function createLastEffort(timeoutMs: number): LastEffort {
  const thread = createBlockingThread(program, timeoutMs);
  return {
    post({ url, headers, body }) {
      // A copy of the body, since the view may be a small part of a large buffer, which would be copied whole.
      const answer = thread.ask({ url, headers, body: Uint8Array.prototype.slice.call(body) });
      if (answer === undefined) return undefined;
      return { status: answer.status, retryAfter: answer.note === "" ? undefined : answer.note, body: answer.body };
    },
    close: thread.close,
  };
}
