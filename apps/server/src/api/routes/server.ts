import Type from "typebox";
import { defineRoute } from "../route.ts";
import * as schema from "../schemas.ts";

const server = { tag: "server", method: "GET", action: "status.read", resource: "server" } as const;

const getStatus = defineRoute({
  ...server,
  path: "/api/v1/status",
  aliases: ["/status"],
  operationId: "getStatus",
  summary: "Version, components, ledgers and sizes.",
  response: schema.Status,
});

const livez = defineRoute({
  ...server,
  path: "/livez",
  operationId: "livez",
  summary: "200 while the process answers.",
  response: schema.Probe,
  client: false,
});

const readyz = defineRoute({
  ...server,
  path: "/readyz",
  operationId: "readyz",
  summary: "200 when records are taken in and questions answered, else 503.",
  response: schema.Probe,
  client: false,
});

const startupz = defineRoute({
  ...server,
  path: "/startupz",
  operationId: "startupz",
  summary: "200 once the server has been ready for the first time, else 503.",
  response: schema.Probe,
  client: false,
});

const metrics = defineRoute({
  ...server,
  path: "/metrics",
  operationId: "metrics",
  summary: "The server's own metrics in Prometheus text format.",
  response: Type.String(),
  media: "text/plain",
  client: false,
});

const openapi = defineRoute({
  ...server,
  path: "/api/v1/openapi.json",
  operationId: "openapi",
  summary: "This description.",
  response: Type.Unknown(),
  client: false,
});

/** The server itself: probes, status, metrics. */
export const serverRoutes = { getStatus, livez, readyz, startupz, metrics, openapi } as const;
