import { createLedger } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import type { EngineStatus } from "../engine/engine.ts";
import type { JournalStats } from "../journal/journal.ts";
import { renderMetrics } from "./prometheus.ts";
import { readinessProbe, startupProbe } from "./readiness.ts";
import { createRequestTimes } from "./request-times.ts";
import { type StatusInput, statusView } from "./status.ts";

const engine: EngineStatus = { state: "ready", pid: 7, restarts: 0, reason: "", version: "26.7" };
const journal: JournalStats = {
  ledger: createLedger().read(),
  bytes: 0,
  bytesLimit: 100,
  segmentsOpen: 0,
  segmentsWaiting: 0,
  segmentsQuarantined: 0,
  segmentsUnreadable: 0,
  refusedLastMinute: 0,
  oldestPendingMs: 0,
  drainBytesPerSecond: 0,
};

describe("Prometheus text", () => {
  it("escapes labels and help, and leaves empty families out", () => {
    const text = renderMetrics([
      { name: "a_total", type: "counter", help: "back\\slash\nline", samples: [{ labels: { l: 'q"\\\n' }, value: 1 }] },
      { name: "b", type: "gauge", help: "x", samples: [] },
      { name: "c", type: "gauge", help: "x", samples: [{ value: Number.POSITIVE_INFINITY }, { value: Number.NaN }] },
    ]);
    expect(text).toBe(
      '# HELP a_total back\\\\slash\\nline\n# TYPE a_total counter\na_total{l="q\\"\\\\\\n"} 1\n# HELP c x\n# TYPE c gauge\nc +Inf\nc NaN\n',
    );
  });

  it("has cumulative buckets", () => {
    const times = createRequestTimes();
    for (const seconds of [0.0005, 0.001, 0.2, 99]) times.observe("searchLogs", 200, seconds);
    times.observe("searchLogs", 503, 0.2);
    const samples = times.family().samples.filter(({ labels }) => labels?.status === "2xx");
    const at = (le: string): number | undefined => samples.find(({ labels }) => labels?.le === le)?.value;
    expect([at("0.001"), at("0.1"), at("0.25"), at("30"), at("+Inf")]).toEqual([2, 2, 3, 3, 4]);
    expect(samples.find(({ suffix }) => suffix === "_count")?.value).toBe(4);
    expect(samples.find(({ suffix }) => suffix === "_sum")?.value).toBeCloseTo(99.2015);
  });
});

describe("probes", () => {
  it.each([
    ["starting", "ready", "starting"],
    ["running", "ready", "ok"],
    ["running", "restarting", "unavailable"],
    ["running", "starting", "unavailable"],
    ["stopping", "ready", "unavailable"],
  ] as const)("in phase %s with the engine %s: %s", (phase, state, status) => {
    expect(readinessProbe({ phase, wasReady: true }, { ...engine, state }).status).toBe(status);
  });

  it("are not ready without an engine, and remember that the start is over", () => {
    expect(readinessProbe({ phase: "running", wasReady: true }, undefined).status).toBe("unavailable");
    expect(startupProbe({ phase: "starting", wasReady: false }).status).toBe("starting");
    expect(startupProbe({ phase: "stopping", wasReady: true }).status).toBe("ok");
  });
});

describe("the status", () => {
  const input: StatusInput = {
    version: "1",
    startedAtMs: 0,
    nowMs: 5000,
    dataDir: "/d",
    readiness: { status: "ok", detail: "" },
    engine,
    journal,
    journalFault: undefined,
    ingest: undefined,
    storage: { rows: 0, bytes: 0 },
    self: createLedger().read(),
    auditFault: undefined,
    retentionFault: undefined,
    pageBuilt: true,
  };
  const worst = (change: Partial<StatusInput>) => {
    const { components } = statusView({ ...input, ...change });
    return components.filter(({ status }) => status !== "ok").map(({ name, status }) => `${name} ${status}`);
  };

  it.each([
    ["nothing", {}, []],
    ["the journal is not open", { journal: undefined }, ["journal down"]],
    ["the journal cannot be written", { journalFault: "ENOSPC" }, ["journal down"]],
    ["the budget is used up", { journal: { ...journal, bytes: 100 } }, ["journal degraded"]],
    ["a segment is in quarantine", { journal: { ...journal, segmentsQuarantined: 1 } }, ["journal degraded"]],
    ["a segment cannot be read", { journal: { ...journal, segmentsUnreadable: 1 } }, ["journal degraded"]],
    ["senders were told to retry", { journal: { ...journal, refusedLastMinute: 1 } }, ["journal degraded"]],
    ["records wait long", { journal: { ...journal, oldestPendingMs: 61_000 } }, ["journal degraded"]],
    ["the engine is away", { engine: { ...engine, state: "restarting" } }, ["engine down"]],
    ["the audit log was changed", { auditFault: "entry 2 was changed" }, ["audit degraded"]],
    ["retention waits", { retentionFault: "the clock jumped" }, ["retention degraded"]],
    ["the page is not built", { pageBuilt: false }, ["page degraded"]],
  ] as const)("shows that %s", (_name, change, expected) => {
    expect(worst(change as Partial<StatusInput>)).toEqual(expected);
  });

  it("counts records refused before the journal", () => {
    const source = {
      requests: 1,
      failed: {},
      accepted: 0,
      rejected: { invalid_line: 2, too_old: 3 },
      bytes: 0,
      timesReplaced: 0,
    };
    const ingest = { sources: { lines: source, otlp: source }, bodiesInFlight: 0, bytesInFlight: 0 };
    expect(statusView({ ...input, ingest }).ingest.rejected).toBe(10);
  });
});
