import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withContext } from "../context.ts";
import { withBaggage } from "./context-baggage.ts";
import { runWithCarrier } from "./incoming.ts";
import { tracedFetch } from "./traced-fetch.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const incoming = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, tracestate: "rojo=1" };
const ids = { hex: (bytes: number) => "cd".repeat(bytes) };
const ours = `00-${traceId}-${"cd".repeat(8)}-01`;

let url = "";
let seen: { headers: IncomingHttpHeaders; method: string | undefined; body: string } | undefined;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  seen = { headers: request.headers, method: request.method, body };
  response.end("answer");
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const inside = <T>(fn: () => T): T => runWithCarrier(incoming, () => withBaggage({ tenant: "acme" }, fn), { ids });
const contextHeaders = () => {
  const { traceparent, tracestate, baggage } = seen?.headers ?? {};
  return { traceparent, tracestate, baggage };
};

describe("tracedFetch", () => {
  it("carries the running context, and leaves the request otherwise as it is", async () => {
    const init = { method: "POST", body: "hello", headers: { "x-own": "1" } };
    const answer = await inside(() => tracedFetch()(url, init));
    expect([answer.status, await answer.text()]).toEqual([200, "answer"]);
    expect(contextHeaders()).toEqual({ traceparent: ours, tracestate: "rojo=1", baggage: "tenant=acme" });
    expect(seen).toMatchObject({ method: "POST", body: "hello", headers: { "x-own": "1" } });
    expect(init.headers).toEqual({ "x-own": "1" });
  });

  it("takes a Request and a URL", async () => {
    const request = new Request(url, { method: "PUT", body: "there", headers: { "x-own": "2" } });
    await inside(() => tracedFetch()(request));
    expect(seen).toMatchObject({ method: "PUT", body: "there", headers: { "x-own": "2", traceparent: ours } });
    await inside(() => tracedFetch()(new URL(url)));
    expect(seen?.headers.traceparent).toBe(ours);
  });

  it("leaves headers that the caller set", async () => {
    const own = "00-11111111111111111111111111111111-2222222222222222-00";
    await inside(() => tracedFetch()(url, { headers: { Traceparent: own, Baggage: "mine=1" } }));
    expect(contextHeaders()).toEqual({ traceparent: own, tracestate: undefined, baggage: "mine=1" });
  });

  it("adds nothing outside of a context", async () => {
    await tracedFetch()(url);
    expect(contextHeaders()).toEqual({});
  });

  it("origins: others get nothing", async () => {
    await inside(() => tracedFetch(fetch, { origins: ["https://api.example.com"] })(url));
    expect(contextHeaders()).toEqual({});
    await inside(() => tracedFetch(fetch, { origins: [url] })(url));
    expect(seen?.headers.traceparent).toBe(ours);
  });

  it("fields: those that are named go along", async () => {
    await withContext({ region: "eu", user: 7 }, () => tracedFetch(fetch, { fields: ["region"] })(url));
    expect(contextHeaders()).toEqual({ baggage: "region=eu" });
  });

  it("fails where the given function does", async () => {
    await expect(tracedFetch()("not a url")).rejects.toThrow(TypeError);
    await expect(tracedFetch(() => Promise.reject(new Error("down")))(url)).rejects.toThrow("down");
  });

  it.each([{ origins: ["api.example.com"] }, { origins: "x" }, { fields: [1] }, { hosts: [] }])(
    "refuses %j",
    (options) => {
      expect(() => tracedFetch(fetch, options as never)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^option_/) }),
      );
    },
  );
});
