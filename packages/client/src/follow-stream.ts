import { TaffrailError } from "@taffrail/contracts";
import { unreachable } from "./answer-error.ts";
import { createEventParser, type SentEvent } from "./event-source.ts";
import type { ErrorBody } from "./generated/types.ts";

/** How long to wait before the next try, and how long silence is trusted. Milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
  /** Without a byte for this long (three heartbeats) the connection counts as dead. */
  readonly silenceMs: number;
}

const usualBackoff: Backoff = { firstMs: 500, mostMs: 10_000, silenceMs: 45_000 };

/** The stream broke; the client reconnects by itself after `retryMs`. What arrived at the server meanwhile is found by a search. */
export interface StreamLost {
  readonly type: "lost";
  readonly error: ErrorBody;
  readonly retryMs: number;
}

export interface FollowOptions {
  readonly open: (signal: AbortSignal) => Promise<Response>;
  readonly signal: AbortSignal | undefined;
  readonly backoff: Backoff | undefined;
}

/** Ends quietly when aborted: the caller's loop looks at the signal. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}

function eventOf<Event>(sent: SentEvent): Event {
  const data: unknown = JSON.parse(sent.data);
  if (sent.event === "problem") return { type: "problem", error: data } as Event;
  return { type: sent.event, ...(data as object) } as Event;
}

/** Reads one connection to its end; throws when it breaks or falls silent. */
async function* readEvents<Event>(
  response: Response,
  abort: (reason: Error) => void,
  silenceMs: number,
): AsyncGenerator<Event> {
  if (!response.body) return;
  const parser = createEventParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const watch = (): ReturnType<typeof setTimeout> =>
    setTimeout(() => abort(new Error("the stream fell silent")), silenceMs);
  let timer = watch();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      for (const sent of parser.push(value)) yield eventOf<Event>(sent);
      timer = watch();
    }
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => undefined);
  }
}

/** A refusal that trying again cannot mend, like a query with a mistake. */
const isFinal = (error: unknown): boolean =>
  error instanceof TaffrailError && error.status >= 400 && error.status < 500 && error.status !== 429;

const bodyOf = (error: unknown): ErrorBody =>
  (error instanceof TaffrailError ? error : unreachable("", error)).toJSON();

/**
 * Follows a stream of server-sent events over any number of connections: when one breaks it yields `lost` and tries again, waiting longer
 * each time. It ends when the signal aborts, and throws what the server refuses for good.
 *
 * @example for await (const event of followStream({ open, signal, backoff: undefined })) show(event);
 */
export async function* followStream<Event>(options: FollowOptions): AsyncGenerator<Event | StreamLost> {
  const backoff = options.backoff ?? usualBackoff;
  const stop = new AbortController();
  const outer = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  let retryMs = backoff.firstMs;
  try {
    while (!outer.aborted) {
      const connection = new AbortController();
      let failure: unknown = new Error("the server ended the stream");
      try {
        const response = await options.open(AbortSignal.any([outer, connection.signal]));
        for await (const event of readEvents<Event>(
          response,
          (reason) => connection.abort(reason),
          backoff.silenceMs,
        )) {
          retryMs = backoff.firstMs;
          yield event;
        }
      } catch (error) {
        if (isFinal(error)) throw error;
        failure = error;
      }
      if (outer.aborted) return;
      yield { type: "lost", error: bodyOf(failure), retryMs };
      await wait(retryMs, outer);
      retryMs = Math.min(retryMs * 2, backoff.mostMs);
    }
  } finally {
    stop.abort();
  }
}
