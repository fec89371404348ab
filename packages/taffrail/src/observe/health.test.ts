import type { Health } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { healthOf } from "./health.ts";
import type { PluginStats, SinkStats } from "./stats.ts";
import { pluginStats, sinkStats } from "./testdata/stats.ts";

const judge = (sink: Partial<SinkStats>, plugin: Partial<PluginStats> = {}, spool?: Health) =>
  healthOf({ sinks: [{ ...sinkStats, ...sink }], plugins: [{ ...pluginStats, ...plugin }] }, spool);

describe("overall health", () => {
  it("is healthy without a reason", () => {
    expect(judge({})).toEqual({
      status: "healthy",
      reasons: [],
      sinks: { http: { status: "healthy" } },
      plugins: { geo: { status: "healthy" } },
    });
    expect(healthOf({ sinks: [], plugins: [] }).status).toBe("healthy");
  });

  const unhealthy: Health = { status: "unhealthy", detail: "no disk" };
  it.each([
    ["an open breaker", judge({ breaker: "open" }), "degraded", "sink http is degraded: its breaker is open"],
    ["a breaker that tries", judge({ breaker: "half-open" }), "degraded", "its breaker is half-open"],
    [
      "a buffer that is nearly full",
      judge({ queue: { records: 1, bytes: 95, limitBytes: 100 } }),
      "degraded",
      "sink http is degraded: its buffer is 95 % full",
    ],
    [
      "a sink that says so",
      judge({ health: unhealthy, breaker: "open" }),
      "unhealthy",
      "sink http is unhealthy: no disk",
    ],
    ["a plugin that is left out", judge({}, { suspended: true }), "degraded", "plugin geo is degraded: it is left out"],
    ["the spool", judge({}, {}, unhealthy), "unhealthy", "the spool is unhealthy: no disk"],
  ])("is as bad as %s", (_, health, status, reason) => {
    expect(health.status).toBe(status);
    expect(health.reasons.length).toBe(1);
    expect(health.reasons[0]).toContain(reason);
    expect(health.detail).toBe(health.reasons[0]);
  });

  it("is healthy with a buffer that is half full", () => {
    expect(judge({ queue: { records: 1, bytes: 50, limitBytes: 100 } }).status).toBe("healthy");
  });

  it("takes the worst and names all", () => {
    const health = judge({ breaker: "open", health: { status: "degraded", detail: "slow" } }, { health: unhealthy });
    expect(health.status).toBe("unhealthy");
    expect(health.reasons).toEqual([
      "sink http is degraded: its breaker is open; slow",
      "plugin geo is unhealthy: no disk",
    ]);
  });
});
