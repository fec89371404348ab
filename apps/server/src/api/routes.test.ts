import { catalogue, TaffrailError } from "@taffrail/contracts";
import Fastify from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authorize } from "../access/authorize.ts";
import { actions, localPrincipal, resources, systemPrincipal } from "../access/scope.ts";
import { addAccessHooks } from "../http/access-hooks.ts";
import { securityHeaders } from "../http/security-headers.ts";
import type { RunningServer } from "../main.ts";
import { makeTestDir, send, startTestServer } from "../testdata/test-server.ts";
import type { RouteDefinition } from "./route.ts";
import { routes } from "./routes/table.ts";

const dir = makeTestDir();
let server: RunningServer;
beforeAll(async () => {
  server = await startTestServer(dir.path);
});
afterAll(async () => {
  await server.close();
  dir.remove();
});

const table: readonly RouteDefinition[] = Object.values<RouteDefinition>(routes);
const concrete = (path: string): string => path.replace(/\{\w+\}/g, "1");

/** Every address that answers, known routes first. */
const everything: readonly (readonly [string, string])[] = [
  ...table.flatMap((route) =>
    [route.path, ...(route.aliases ?? [])].map((path) => [route.method, concrete(path)] as const),
  ),
  ["GET", "/"],
  ["GET", "/explore"],
  ["HEAD", "/"],
  ["GET", "/nothing/here"],
  ["OPTIONS", "/api/v1/status"],
  ["POST", "/"],
  ["GET", "/%zz"],
];

describe("the route table", () => {
  it.each(table.map((route) => [route.operationId, route] as const))(
    "%s declares what it does, to what, and how it fails",
    (id, route) => {
      expect(routes).toHaveProperty(id);
      expect(actions).toContain(route.action);
      expect(resources).toContain(route.resource);
      for (const code of route.errors ?? []) expect(catalogue).toHaveProperty(code);
      expect(route.summary).toMatch(/\.$/);
    },
  );

  it("has no two routes of one method and path", () => {
    const keys = table.flatMap((route) =>
      [route.path, ...(route.aliases ?? [])].map((path) => `${route.method} ${path}`),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("cannot get a route that declares no access", () => {
    const app = Fastify();
    addAccessHooks(app);
    const handler = async () => "open";
    expect(() => app.get("/open", handler)).toThrowError(/GET \/open declares no action/);
    expect(() =>
      app.get("/fine", { config: { access: { action: "status.read", resource: "server" } } }, handler),
    ).not.toThrow();
  });

  it("lets a principal do what is granted to its kind and nothing else", () => {
    for (const action of actions) expect(() => authorize(localPrincipal, action, "server")).not.toThrow();
    expect(() => authorize(systemPrincipal, "retention.run", "retention")).not.toThrow();
    expect(() => authorize(systemPrincipal, "settings.write", "settings")).toThrowError(
      expect.objectContaining({ code: "forbidden", details: { action: "settings.write", resource: "settings" } }),
    );
  });
});

const codeOf = (text: string): unknown => JSON.parse(text).error.code;

describe.each(everything)("%s %s", (method, path) => {
  const own = (): string => server.addresses[0] ?? "";
  const attempt = (headers: Record<string, string>) => send(`${server.url}${path}`, { method, headers });

  it("refuses a foreign Host", async () => {
    const answer = await attempt({ host: "evil.example" });
    expect(answer.status).toBe(421);
    if (method !== "HEAD") expect(codeOf(answer.text)).toBe("foreign_host");
  });

  it("refuses a name that was rebound to this address", async () => {
    const port = own().split(":")[1];
    expect((await attempt({ host: `evil.example:${port}` })).status).toBe(421);
  });

  it("refuses a foreign Origin", async () => {
    for (const origin of ["http://evil.example", "null", "http://localhost:1"]) {
      const answer = await attempt({ origin });
      expect(answer.status).toBe(403);
      if (method !== "HEAD") expect(codeOf(answer.text)).toBe("foreign_origin");
    }
  });

  it("refuses a cross-site request", async () => {
    for (const mode of ["no-cors", "cors", "navigate"]) {
      const answer = await attempt({ "sec-fetch-site": "cross-site", "sec-fetch-mode": mode });
      expect(answer.status).toBe(403);
    }
  });

  it("has the security headers on each answer", async () => {
    for (const headers of [{}, { host: "evil.example" }] as Record<string, string>[]) {
      expect((await attempt(headers)).headers).toMatchObject(securityHeaders);
    }
  });
});

const bodies: Readonly<Record<string, unknown>> = {
  putSetting: { value: 1 },
  runRetention: { dryRun: true },
  addHold: { fromDay: "2026-01-01", toDay: "2026-01-01", reason: "x" },
};

describe("parameters", () => {
  const withQuery = table.filter((route) => route.path !== "/v1/logs");
  it.each(withQuery.map((route) => [route.method, route.path, route] as const))(
    "%s %s refuses one that it does not know",
    async (method, path, route) => {
      const sample = JSON.stringify(bodies[route.operationId] ?? {});
      const body = route.body ? { headers: { "content-type": "application/json" }, body: sample } : {};
      const answer = await send(`${server.url}${concrete(path)}?nope=1`, { method, ...body });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text).error).toMatchObject({ code: "unknown_parameter", details: { name: "nope" } });
    },
  );

  it.each([
    ["/api/v1/logs/search?since=1h&limit=0", "invalid_parameter"],
    ["/api/v1/logs/search?since=1h&limit=abc", "invalid_parameter"],
    ["/api/v1/logs/search?since=1h&limit=1.5", "invalid_parameter"],
    ["/api/v1/logs/search?since=1h&limit=1001", "limit_too_large"],
    ["/api/v1/logs/search?since=1h&order=up", "invalid_parameter"],
    ["/api/v1/logs/search?since=1h&since=2h", "invalid_parameter"],
    ["/api/v1/logs/search", "time_range_required"],
    ["/api/v1/logs/search?since=soon", "time_range_invalid"],
    ["/api/v1/logs/search?since=1h&query=%22open", "query_syntax"],
    ["/api/v1/logs/search?since=1h&cursor=nonsense", "invalid_parameter"],
    [`/api/v1/logs/search?since=1h&query=${"x".repeat(8193)}`, "query_too_long"],
    ["/api/v1/logs/abc/context?time=2026-11-22T00:00:00Z", "invalid_parameter"],
    ["/api/v1/logs/1/context", "invalid_parameter"],
    ["/api/v1/logs/tail?query=%22open", "query_syntax"],
    ["/api/v1/ingest/dead-letters?limit=-1", "invalid_parameter"],
  ])("%s is refused as %s", async (path, code) => {
    const answer = await send(`${server.url}${path}`);
    expect([answer.status, codeOf(answer.text)]).toEqual([catalogue[code as keyof typeof catalogue].status, code]);
  });
});

describe("bodies", () => {
  const put = (body: string, type = "application/json") =>
    send(`${server.url}/api/v1/settings/retention.days`, { method: "PUT", headers: { "content-type": type }, body });
  it.each([
    ["{", "application/json", 400, "payload_invalid"],
    ["", "application/json", 400, "payload_invalid"],
    ["[]", "application/json", 400, "validation_failed"],
    ['{"value":1,"more":2}', "application/json", 400, "validation_failed"],
    ['{"value":{}}', "application/json", 400, "validation_failed"],
    ['{"__proto__":{"value":1}}', "application/json", 400, "payload_invalid"],
    ['{"value":5}', "text/plain", 415, "unsupported_media_type"],
    [`{"value":"${"x".repeat(70_000)}"}`, "application/json", 413, "body_too_large"],
  ])("%.30s as %s is refused", async (body, type, status, code) => {
    const answer = await put(body, type);
    expect([answer.status, codeOf(answer.text)]).toEqual([status, code]);
  });
});

describe("paths", () => {
  it.each([
    ["GET", "/api/v1/nothing", 404, "not_found"],
    ["GET", "/v1/traces", 404, "not_found"],
    ["GET", "/assets/none.js", 404, "not_found"],
    ["GET", "/../../etc/passwd", 404, "not_found"],
    ["GET", "/assets/..%2f..%2fpackage.json", 404, "not_found"],
    ["GET", "/v1/logs", 405, "method_not_allowed"],
    ["DELETE", "/api/v1/status", 405, "method_not_allowed"],
    ["POST", "/api/v1/logs/1/context", 405, "method_not_allowed"],
    ["POST", "/", 405, "method_not_allowed"],
    ["GET", "/%zz", 400, "request_malformed"],
  ])("%s %s answers %d", async (method, path, status, code) => {
    const answer = await send(`${server.url}${path}`, { method });
    expect([answer.status, codeOf(answer.text)]).toEqual([status, code]);
    if (status === 405) expect(answer.headers.allow).toBeTruthy();
  });

  it("answer HEAD where they answer GET", async () => {
    for (const path of ["/livez", "/metrics", "/api/v1/status"]) {
      expect(await send(`${server.url}${path}`, { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
    }
  });

  it("are described by the file that the server serves", async () => {
    const document = JSON.parse((await send(`${server.url}/api/v1/openapi.json`)).text);
    for (const route of table) {
      expect(document.paths[route.path][route.method.toLowerCase()]).toMatchObject({
        operationId: route.operationId,
        "x-taffrail-action": route.action,
      });
    }
    expect(JSON.stringify(document)).not.toContain('"$id"');
  });

  it("never show what went wrong inside", () => {
    expect(JSON.stringify(new TaffrailError("internal", { id: "1" }, new Error("secret path")))).not.toContain(
      "secret",
    );
  });
});
