import { bindOperations, type Operations } from "./generated/operations.ts";
import { createTransport, type TransportOptions } from "./transport.ts";

/** Everything a Taffrail server can be asked, one typed method per operation. */
export type Client = Operations;

/**
 * Makes a client. It runs in Node and in the browser, holds no connection and needs no closing. Each method rejects with a TaffrailError;
 * when no server answers, its code is `server_unreachable`.
 *
 * @example
 * const client = createClient({ baseUrl: "http://127.0.0.1:4318" });
 * const { records } = await client.searchLogs({ query: "level:>=warn", since: "1h" }, { signal });
 * for await (const event of client.tailLogs({ query: "" }, { signal })) if (event.type === "records") show(event.records);
 */
export function createClient(options: TransportOptions): Client {
  return bindOperations(createTransport(options));
}
