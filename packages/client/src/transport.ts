import { TaffrailError } from "@taffrail/contracts";
import { errorFromAnswer, unreachable } from "./answer-error.ts";
import { type Backoff, followStream, type StreamLost } from "./follow-stream.ts";

/** What every method takes beside its parameters. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Extra request headers, like `content-encoding` for a compressed body. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How one operation travels. Names of `query` go to the query string, `json` into the body; what is in the path's braces is filled in. */
interface OperationSpec {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly json?: readonly string[];
  /** Media type of a body that is sent as it is, from the parameter `body`. */
  readonly raw?: string;
}

/** Carries operations to a server. */
export interface Transport {
  call<Answer>(spec: OperationSpec, params: object, options?: RequestOptions): Promise<Answer>;
  stream<Event>(spec: OperationSpec, params: object, options?: RequestOptions): AsyncIterable<Event | StreamLost>;
}

export interface TransportOptions {
  /** Origin of the server, `http://127.0.0.1:4318`; empty in a page that the server itself serves. */
  readonly baseUrl: string;
  /** Another fetch, for tests and proxies. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly backoff?: Backoff | undefined;
}

type Values = Readonly<Record<string, unknown>>;

function urlOf(baseUrl: string, spec: OperationSpec, values: Values): string {
  const path = spec.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const search = new URLSearchParams();
  for (const name of spec.query) {
    const value = values[name];
    if (value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return `${baseUrl.replace(/\/+$/, "")}${path}${text === "" ? "" : `?${text}`}`;
}

function requestOf(spec: OperationSpec, values: Values, options: RequestOptions | undefined): RequestInit {
  const signal = options?.signal ? { signal: options.signal } : {};
  const init = { method: spec.method, ...signal };
  if (spec.json) {
    const body = Object.fromEntries(
      spec.json.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]),
    );
    const headers = { "content-type": "application/json", ...options?.headers };
    return { ...init, headers, body: JSON.stringify(body) };
  }
  if (spec.raw !== undefined) {
    return {
      ...init,
      headers: { "content-type": spec.raw, ...options?.headers },
      body: values.body as string | Uint8Array<ArrayBuffer>,
    };
  }
  return { ...init, headers: { ...options?.headers } };
}

/**
 * Makes the transport that talks HTTP by `fetch`. It has no state and needs no closing.
 *
 * @example const transport = createTransport({ baseUrl: "http://127.0.0.1:4318" });
 */
export function createTransport(options: TransportOptions): Transport {
  const send = async (spec: OperationSpec, params: object, request?: RequestOptions): Promise<Response> => {
    const values = params as Values;
    const url = urlOf(options.baseUrl, spec, values);
    const fetch = options.fetch ?? globalThis.fetch;
    let response: Response;
    try {
      response = await fetch(url, requestOf(spec, values, request));
    } catch (error) {
      request?.signal?.throwIfAborted();
      throw unreachable(options.baseUrl, error);
    }
    if (!response.ok) throw await errorFromAnswer(response);
    return response;
  };
  return {
    async call<Answer>(spec: OperationSpec, params: object, request?: RequestOptions): Promise<Answer> {
      const response = await send(spec, params, request);
      try {
        return (await response.json()) as Answer;
      } catch (error) {
        request?.signal?.throwIfAborted();
        throw new TaffrailError(
          "unexpected_answer",
          { status: response.status, code: "", reason: "it is not JSON." },
          error,
        );
      }
    },
    stream<Event>(spec: OperationSpec, params: object, request?: RequestOptions): AsyncIterable<Event | StreamLost> {
      return followStream<Event>({
        open: (signal) => send(spec, params, { ...request, signal }),
        signal: request?.signal,
        backoff: options.backoff,
      });
    },
  };
}
