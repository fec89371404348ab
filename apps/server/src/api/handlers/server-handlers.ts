import { collectMetrics, type MetricsInput } from "../../health/metrics.ts";
import { metricsContentType, renderMetrics } from "../../health/prometheus.ts";
import type { Probe } from "../../health/readiness.ts";
import { type StatusInput, statusView } from "../../health/status.ts";
import { openapiDocument } from "../../openapi.ts";
import { type Call, type HandlersOf, sent } from "../handler.ts";
import type { RouteDefinition } from "../route.ts";

export interface ServerHandlerDeps {
  readonly version: string;
  readonly readiness: () => Probe;
  readonly startup: () => Probe;
  readonly status: () => Promise<StatusInput>;
  readonly metrics: () => Promise<MetricsInput>;
}

const retrySeconds = 1;

function sendProbe(call: Pick<Call<RouteDefinition>, "reply">, probe: Probe): Probe {
  if (probe.status !== "ok") call.reply.code(503).header("retry-after", String(retrySeconds));
  return probe;
}

/**
 * Handlers of probes, status, metrics and the API's own description.
 *
 * @example createServerHandlers({ version, readiness, startup, status, metrics })
 */
export function createServerHandlers(
  deps: ServerHandlerDeps,
): HandlersOf<"getStatus" | "livez" | "readyz" | "startupz" | "metrics" | "openapi"> {
  const description = openapiDocument(deps.version);
  return {
    getStatus: async () => statusView(await deps.status()),
    livez: () => ({ status: "ok", detail: "" }),
    readyz: (call) => sendProbe(call, deps.readiness()),
    startupz: (call) => sendProbe(call, deps.startup()),
    async metrics(call): Promise<typeof sent> {
      const text = renderMetrics(collectMetrics(await deps.metrics()));
      call.reply.header("cache-control", "no-store").type(metricsContentType).send(text);
      return sent;
    },
    openapi: () => description,
  };
}
