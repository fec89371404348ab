import { type Clock, ledgerFault } from "@taffrail/contracts";
import { manualClock, type Recorder, recorder } from "@taffrail/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger, type Logger } from "../logger.ts";
import { type App, type AppOptions, apps } from "./testdata/apps.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
const ids = { hex: (bytes: number) => "ef".repeat(bytes) };
const made = "ef".repeat(16);

const logs: Logger[] = [];
let recorded: Recorder;
let log: Logger;
let app: App | undefined;
function open(sink: Recorder): Logger {
  const opened = createLogger({ service: "test", level: "trace", sinks: [sink], signals: [] });
  logs.push(opened);
  return opened;
}
beforeEach(() => {
  recorded = recorder();
  log = open(recorded);
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
  for (const opened of logs.splice(0)) expect(ledgerFault(await opened.close())).toBe(undefined);
});

/** The records of requests, without lines from inside, once so many are there. */
async function requests(count: number, { records } = recorded): Promise<readonly Record<string, unknown>[]> {
  const own = (): readonly Record<string, unknown>[] => records.filter(({ msg }) => String(msg).startsWith("request "));
  await vi.waitFor(
    async () => {
      await Promise.all(logs.map((opened) => opened.flush()));
      expect(own().length).toBeGreaterThanOrEqual(count);
    },
    { timeout: 5000, interval: 2 },
  );
  expect(own().length).toBe(count);
  return own();
}

describe.each(apps)("request log options: %s", (_name, start) => {
  const serve = async (options: Partial<AppOptions> = {}): Promise<App> => {
    app = await start({ log, ids, ...options });
    return app;
  };
  /** The one record of a GET. */
  async function recordOf(options: Partial<AppOptions>, path: string, headers: Record<string, string> = {}) {
    const { url } = await serve(options);
    await (await fetch(`${url}${path}`, { headers })).text();
    const [record] = await requests(1);
    return record ?? {};
  }
  const namesOf = (record: object, prefix: string): string[] =>
    Object.keys(record).filter((name) => name.startsWith(prefix));

  it("log: gets the record, and no other logger does", async () => {
    const other = recorder();
    const { url } = await serve({ log: open(other) });
    await (await fetch(`${url}/healthz`)).text();
    expect(await requests(1, other)).toMatchObject([{ "url.path": "/healthz" }]);
    expect(recorded.records).toEqual([]);
  });

  it.each([
    [undefined, "x-request-id"],
    ["X-Correlation-Id", "x-correlation-id"],
    [false, undefined],
  ] as const)("requestIdHeader: %s", async (requestIdHeader, name) => {
    const { url } = await serve(requestIdHeader === undefined ? {} : { requestIdHeader });
    const headers = { "x-request-id": "r-1", "x-correlation-id": "r-2" };
    const answer = await fetch(`${url}/healthz`, { headers });
    const expected = name && { "x-request-id": "r-1", "x-correlation-id": "r-2" }[name];
    const sent = Object.keys(headers).filter((header) => answer.headers.has(header));
    expect(sent).toEqual(name === undefined ? [] : [name]);
    expect(answer.headers.get(name ?? "none") ?? undefined).toBe(expected);
    expect((await requests(1))[0]?.requestId).toBe(expected);
  });

  it.each([true, false])("trustClient: %s", async (trustClient) => {
    const { url } = await serve({ trustClient, fields: ["tenant"] });
    const headers = { traceparent, "x-request-id": "r-17", baggage: "tenant=acme" };
    const answer = await fetch(`${url}/healthz`, { headers });
    expect(answer.headers.get("x-request-id")).toBe(trustClient ? "r-17" : made);
    const [{ requestId, trace_id, tenant } = {}] = await requests(1);
    expect([requestId, trace_id, tenant]).toEqual(trustClient ? ["r-17", traceId, "acme"] : [made, made, undefined]);
  });

  it("fields: members of the baggage that are named stand on every line, others nowhere", async () => {
    const headers = { baggage: "tenant=acme,other=1" };
    expect(await recordOf({ fields: ["tenant", "absent"] }, "/orders/7", headers)).toMatchObject({ tenant: "acme" });
    expect(recorded.records.map(({ msg, tenant }) => [msg, tenant])).toEqual([
      ["inside", "acme"],
      ["request completed", "acme"],
    ]);
    expect(recorded.lines.join("")).not.toMatch(/other|absent/);
  });

  it("skip: paths that leave no record, whole or by their beginning, and still carry the id", async () => {
    const { url } = await serve({ skip: ["/healthz", "/ord*"] });
    const paths = ["/healthz", "/orders/7", "/healthz/x", "/stream"];
    for (const path of paths) {
      const answer = await fetch(`${url}${path}`, { headers: { "x-request-id": "r-1" } });
      await answer.text();
      expect(answer.headers.get("x-request-id")).toBe("r-1");
    }
    expect((await requests(2)).map((record) => record["url.path"])).toEqual(["/healthz/x", "/stream"]);
    expect(recorded.records[0]).toMatchObject({ msg: "inside", requestId: "r-1" });
  });

  it("levels: by the end of the request", async () => {
    const { url } = await serve({ levels: { ok: "debug", clientError: "info", serverError: "fatal" } });
    for (const path of ["/healthz", "/nowhere", "/boom"]) await (await fetch(`${url}${path}`)).text();
    expect((await requests(3)).map(({ level }) => level)).toEqual(["debug", "info", "fatal"]);
  });

  it("requestHeaders: only those that are named, whatever their case", async () => {
    const headers = { "user-agent": "test/1", authorization: "Bearer secret" };
    const record = await recordOf({ requestHeaders: ["User-Agent", "X-Absent"] }, "/healthz", headers);
    expect(record["http.request.header.user-agent"]).toBe("test/1");
    expect(namesOf(record, "http.request.header.")).toEqual(["http.request.header.user-agent"]);
    expect(recorded.lines.join("")).not.toContain("secret");
  });

  it("responseHeaders: only those that are named, whatever their case", async () => {
    const record = await recordOf({ responseHeaders: ["X-Answer", "X-Absent"] }, "/orders/7");
    expect(record["http.response.header.x-answer"]).toBe("42");
    expect(namesOf(record, "http.response.header.")).toEqual(["http.response.header.x-answer"]);
  });

  it("query: only parameters that are named", async () => {
    const record = await recordOf({ query: ["page"] }, "/orders/7?page=2&token=secret&page=3");
    expect([record["url.path"], record["url.query"]]).toEqual(["/orders/7", "page=2&page=3"]);
    expect(recorded.lines.join("")).not.toContain("secret");
  });

  it.each([
    [undefined, undefined],
    [false, undefined],
    [true, "127.0.0.1"],
  ])("clientAddress: %s", async (clientAddress, expected) => {
    const options = clientAddress === undefined ? {} : { clientAddress };
    const record = await recordOf(options, "/healthz", { "x-forwarded-for": "203.0.113.9" });
    expect(record["client.address"]).toBe(expected);
  });

  it.each([
    [0, "127.0.0.1"],
    [1, "10.0.0.2"],
    [2, "203.0.113.9"],
  ])("trustedProxies: %i", async (trustedProxies, expected) => {
    const headers = { "x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.0.0.2" };
    const record = await recordOf({ clientAddress: true, trustedProxies }, "/healthz", headers);
    expect(record["client.address"]).toBe(expected);
  });

  it("clock: measures the duration", async () => {
    const hands = manualClock();
    // Each look at it takes some time.
    const clock: Clock = {
      now: hands.now,
      monotonic: () => {
        hands.advance(1234.5678);
        return hands.monotonic();
      },
    };
    expect((await recordOf({ clock }, "/healthz")).duration_ms).toBe(1234.568);
  });

  it("ids: ids of request, trace and span come from it", async () => {
    const own = { hex: (bytes: number) => "0a".repeat(bytes) };
    expect(await recordOf({ ids: own }, "/healthz")).toMatchObject({
      requestId: "0a".repeat(16),
      trace_id: "0a".repeat(16),
      span_id: "0a".repeat(8),
    });
  });
});
