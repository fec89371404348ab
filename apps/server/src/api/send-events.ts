import type { FastifyReply } from "fastify";

/** One server-sent event; `data` goes over the wire as JSON on one line. */
export interface NamedEvent {
  readonly event: string;
  readonly data: unknown;
}

const heartbeatMs = 15_000;

/** Waits until the connection takes more, or is gone. */
function drained(reply: FastifyReply, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      reply.raw.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    reply.raw.once("drain", done);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}

async function write(reply: FastifyReply, events: AsyncIterable<NamedEvent>, signal: AbortSignal): Promise<void> {
  for await (const { event, data } of events) {
    if (signal.aborted) return;
    // A reader that is slow slows only its own stream: the source bounds what waits for it.
    if (!reply.raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)) await drained(reply, signal);
  }
}

/**
 * Answers with a stream of server-sent events until the source ends or the client goes away. A comment every 15 seconds shows both ends that the
 * connection lives.
 *
 * @example sendEvents(call.reply, events, call.signal); return sent;
 */
export function sendEvents(reply: FastifyReply, events: AsyncIterable<NamedEvent>, signal: AbortSignal): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  reply.raw.flushHeaders();
  const heartbeat = setInterval(() => reply.raw.write(": alive\n\n"), heartbeatMs);
  write(reply, events, signal)
    .catch(() => undefined)
    .finally(() => {
      clearInterval(heartbeat);
      reply.raw.end();
    });
}
