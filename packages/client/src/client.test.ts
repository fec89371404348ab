import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { TaffrailError } from "@taffrail/contracts";
import { afterEach, describe, expect, it } from "vitest";
import { createClient } from "./create-client.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "answered",
    (error: unknown) => error,
  );

const backoff = { firstMs: 5, mostMs: 10, silenceMs: 10_000 };

describe("a call", () => {
  it("puts its parameters into path, query string and body", async () => {
    const seen: { method?: string | undefined; url?: string | undefined; type?: string | undefined; body: string }[] =
      [];
    const baseUrl = await serve(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      seen.push({ method: request.method, url: request.url, type: request.headers["content-type"], body });
      response.end("{}");
    });
    const client = createClient({ baseUrl: `${baseUrl}/` });
    await client.logContext({
      id: "1/2",
      time: "2026-11-22T00:00:00.000000001Z",
      before: 0,
      after: undefined,
      anyService: true,
    });
    await client.putSetting({ key: "retention.days", value: 7 });
    await client.ingestLines({ service: "a b", body: "{}\n" });
    await client.searchLogs();
    expect(seen).toEqual([
      {
        method: "GET",
        url: "/api/v1/logs/1%2F2/context?time=2026-11-22T00%3A00%3A00.000000001Z&before=0&anyService=true",
        type: undefined,
        body: "",
      },
      { method: "PUT", url: "/api/v1/settings/retention.days", type: "application/json", body: '{"value":7}' },
      { method: "POST", url: "/api/v1/ingest/lines?service=a+b", type: "application/x-ndjson", body: "{}\n" },
      { method: "GET", url: "/api/v1/logs/search", type: undefined, body: "" },
    ]);
  });

  it("rejects with the error of the answer", async () => {
    const error = new TaffrailError("query_syntax", { column: 3, reason: "a quote is open", hint: "Close it." });
    const baseUrl = await serve((_request, response) => response.writeHead(400).end(JSON.stringify({ error })));
    const found = await failure(createClient({ baseUrl }).countLogs({ query: '"' }));
    expect(found).toBeInstanceOf(TaffrailError);
    expect(JSON.parse(JSON.stringify(found))).toEqual(JSON.parse(JSON.stringify(error)));
  });

  it("keeps what stands beside the error", async () => {
    const body = {
      accepted: 3,
      rejected: 0,
      errors: [],
      acceptedThroughLine: 3,
      error: new TaffrailError("ingest_busy", { limit: 1, retryAfter: 2 }),
    };
    const baseUrl = await serve((_request, response) => response.writeHead(429).end(JSON.stringify(body)));
    expect(await failure(createClient({ baseUrl }).ingestLines({ body: "" }))).toMatchObject({
      code: "ingest_busy",
      details: { limit: 1, retryAfter: 2, accepted: 3, acceptedThroughLine: 3 },
    });
  });

  it.each([
    [
      "a code it does not know",
      418,
      '{"error":{"code":"brand_new","message":"Something new."}}',
      /418 brand_new: Something new\./,
    ],
    ["a page of a proxy", 502, "<html>Bad gateway</html>", /502/],
    ["nothing", 500, "", /500/],
    ["null", 500, "null", /500/],
    ["a name from the prototype", 500, '{"error":{"code":"toString","message":"x"}}', /500 toString/],
  ])("makes unexpected_answer of %s", async (_name, status, text, message) => {
    const baseUrl = await serve((_request, response) => response.writeHead(status).end(text));
    const found = await failure(createClient({ baseUrl }).getStatus());
    expect(found).toMatchObject({ code: "unexpected_answer", message: expect.stringMatching(message) });
  });

  it("makes unexpected_answer of a success that is not JSON", async () => {
    const baseUrl = await serve((_request, response) => response.end("<html>"));
    expect(await failure(createClient({ baseUrl }).getStatus())).toMatchObject({ code: "unexpected_answer" });
  });

  it("makes server_unreachable of a closed port, and says why", async () => {
    const found = await failure(createClient({ baseUrl: "http://127.0.0.1:1" }).getStatus());
    expect(found).toMatchObject({
      code: "server_unreachable",
      details: { url: "http://127.0.0.1:1", reason: expect.stringMatching(/./) },
    });
  });

  it("rejects with the signal's reason when it is aborted", async () => {
    const baseUrl = await serve(() => undefined);
    const controller = new AbortController();
    const call = failure(createClient({ baseUrl }).getStatus({}, { signal: controller.signal }));
    controller.abort(new Error("enough"));
    expect(await call).toMatchObject({ message: "enough" });
  });

  it("goes through the fetch that it is given", async () => {
    const urls: string[] = [];
    const fetch = async (url: unknown): Promise<Response> => {
      urls.push(String(url));
      return Response.json({ fields: [] });
    };
    expect(
      await createClient({ baseUrl: "", fetch: fetch as typeof globalThis.fetch }).logFields({ since: "1h" }),
    ).toEqual({ fields: [] });
    expect(urls).toEqual(["/api/v1/logs/fields?since=1h"]);
  });
});

describe("a tail", () => {
  const hello = 'event: hello\ndata: {"serverTime":"2026-11-22T00:00:00.000Z"}\n\n';

  it("yields events however they are cut, and skips heartbeats", async () => {
    const text = `: alive\n\n${hello}event: records\r\ndata: {"records":[],\r\ndata: "matched":2,"shown":0}\r\n\r\nevent: problem\ndata: {"code":"engine_unavailable"}\n\n`;
    const baseUrl = await serve(async (_request, response) => {
      for (let at = 0; at < text.length; at += 7) {
        response.write(text.slice(at, at + 7));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const controller = new AbortController();
    const events: unknown[] = [];
    for await (const event of createClient({ baseUrl }).tailLogs({ query: "x" }, { signal: controller.signal })) {
      events.push(event);
      if (events.length === 3) controller.abort();
    }
    expect(events).toEqual([
      { type: "hello", serverTime: "2026-11-22T00:00:00.000Z" },
      { type: "records", records: [], matched: 2, shown: 0 },
      { type: "problem", error: { code: "engine_unavailable" } },
    ]);
  });

  it("says that it lost the server and comes back by itself", async () => {
    let connections = 0;
    const baseUrl = await serve((request, response) => {
      connections += 1;
      response.write(hello);
      if (connections === 1) setTimeout(() => request.socket.destroy(), 5);
      if (connections === 2) response.end();
    });
    const seen: string[] = [];
    for await (const event of createClient({ baseUrl, backoff }).tailLogs()) {
      seen.push(event.type);
      if (seen.length === 5) break;
    }
    expect(seen).toEqual(["hello", "lost", "hello", "lost", "hello"]);
  });

  it("takes a silent connection for a dead one", async () => {
    const baseUrl = await serve((_request, response) => response.write(hello));
    const seen: string[] = [];
    for await (const event of createClient({ baseUrl, backoff: { ...backoff, silenceMs: 30 } }).tailLogs()) {
      seen.push(event.type);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(["hello", "lost", "hello"]);
  });

  it("waits for a server that is not there", async () => {
    const seen: unknown[] = [];
    for await (const event of createClient({ baseUrl: "http://127.0.0.1:1", backoff }).tailLogs()) {
      seen.push(event);
      if (seen.length === 3) break;
    }
    expect(seen).toMatchObject([
      { type: "lost", error: { code: "server_unreachable" }, retryMs: 5 },
      { type: "lost", retryMs: 10 },
      { type: "lost", retryMs: 10 },
    ]);
  });

  it("throws what the server refuses for good", async () => {
    const error = new TaffrailError("query_syntax", { column: 1, reason: "x", hint: "y" });
    const baseUrl = await serve((_request, response) => response.writeHead(400).end(JSON.stringify({ error })));
    const read = async (): Promise<void> => {
      for await (const _ of createClient({ baseUrl, backoff }).tailLogs()) expect.unreachable();
    };
    expect(await failure(read())).toMatchObject({ code: "query_syntax" });
  });

  it("closes its connection when its reader leaves", async () => {
    const closed = new Promise<void>((resolve) => {
      void serve((request, response) => {
        request.on("close", resolve);
        response.write(hello);
      }).then(async (baseUrl) => {
        for await (const _ of createClient({ baseUrl }).tailLogs()) break;
      });
    });
    await closed;
  });
});
