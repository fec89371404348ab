import { createLedger, type Ledger } from "@taffrail/contracts";
import type { EngineStatus } from "../engine/engine.ts";
import type { IngestStats } from "../ingest/ingest.ts";
import type { JournalStats } from "../journal/journal.ts";
import type { Probe } from "./readiness.ts";
import type { StorageStats } from "./storage-stats.ts";

/** Everything the status is read from; what is not open yet is undefined. */
export interface StatusInput {
  readonly version: string;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly dataDir: string;
  readonly readiness: Probe;
  readonly engine: EngineStatus | undefined;
  readonly journal: JournalStats | undefined;
  /** Why the journal cannot be written, or undefined. */
  readonly journalFault: string | undefined;
  readonly ingest: IngestStats | undefined;
  readonly storage: StorageStats;
  readonly self: Ledger;
  /** What is wrong with the audit log, or undefined. */
  readonly auditFault: string | undefined;
  /** Why retention waits for a person, or undefined. */
  readonly retentionFault: string | undefined;
  readonly pageBuilt: boolean;
}

export interface ComponentStatus {
  readonly name: string;
  readonly status: "ok" | "degraded" | "down";
  readonly detail: string;
}

const ok = (name: string, detail = ""): ComponentStatus => ({ name, status: "ok", detail });
const degraded = (name: string, detail: string): ComponentStatus => ({ name, status: "degraded", detail });
const down = (name: string, detail: string): ComponentStatus => ({ name, status: "down", detail });

const emptyJournal: JournalStats = {
  ledger: createLedger().read(),
  bytes: 0,
  bytesLimit: 0,
  segmentsOpen: 0,
  segmentsWaiting: 0,
  segmentsQuarantined: 0,
  segmentsUnreadable: 0,
  refusedLastMinute: 0,
  oldestPendingMs: 0,
  drainBytesPerSecond: 0,
};

/** Records that wait longer than this are worth a look. Milliseconds. */
const oldPendingMs = 60_000;

function journalStatus({ journal: stats, journalFault }: StatusInput): ComponentStatus {
  if (!stats) return down("journal", "it is being opened");
  if (journalFault !== undefined) return down("journal", journalFault);
  if (stats.bytes >= stats.bytesLimit) return degraded("journal", "its budget is used up; senders are told to retry");
  if (stats.segmentsQuarantined > 0)
    return degraded("journal", `${stats.segmentsQuarantined} segments are in quarantine`);
  if (stats.segmentsUnreadable > 0)
    return degraded("journal", `${stats.segmentsUnreadable} segments cannot be read; the server's log names them`);
  if (stats.refusedLastMinute > 0)
    return degraded(
      "journal",
      `${stats.refusedLastMinute} appends were refused in the last minute; senders are told to retry`,
    );
  if (stats.oldestPendingMs > oldPendingMs) {
    return degraded("journal", `the oldest record waits for ${Math.round(stats.oldestPendingMs / 1000)} s`);
  }
  return ok("journal");
}

function engineComponent(engine: EngineStatus | undefined): ComponentStatus {
  if (engine?.state === "ready") return ok("engine", `version ${engine.version}`);
  return down("engine", engine?.reason || `it is ${engine?.state ?? "starting"}`);
}

function components(input: StatusInput): readonly ComponentStatus[] {
  return [
    ok("http"),
    journalStatus(input),
    engineComponent(input.engine),
    input.retentionFault === undefined ? ok("retention") : degraded("retention", input.retentionFault),
    input.auditFault === undefined ? ok("audit") : degraded("audit", input.auditFault),
    input.pageBuilt ? ok("page") : degraded("page", "it is not built; run `npm run build`"),
  ];
}

function rejectedOf(ingest: IngestStats | undefined): number {
  const sources = Object.values(ingest?.sources ?? {});
  return sources.flatMap((source) => Object.values(source.rejected)).reduce((sum, count) => sum + count, 0);
}

const rfc3339 = (ms: number): string => new Date(ms).toISOString();

/** The bare ledger: a logger's has its sinks beside it. */
const ledgerView = ({ accepted, delivered, filtered, dropped, pending }: Ledger) => ({
  accepted,
  delivered,
  filtered,
  dropped: dropped as Readonly<Record<string, number>>,
  pending,
});

/**
 * The status of the server, as the API answers it.
 *
 * @example statusView(input).components.every((component) => component.status === "ok")
 */
export function statusView(input: StatusInput) {
  const { ledger, ...journal } = input.journal ?? emptyJournal;
  const { engine } = input;
  return {
    version: input.version,
    startedAt: rfc3339(input.startedAtMs),
    uptimeSeconds: Math.max(0, Math.round((input.nowMs - input.startedAtMs) / 1000)),
    ready: input.readiness.status === "ok",
    components: components(input),
    ingest: { ...ledgerView(ledger), rejected: rejectedOf(input.ingest) },
    journal,
    engine: {
      state: engine?.state ?? ("starting" as const),
      ...(engine?.pid === undefined ? {} : { pid: engine.pid }),
      restarts: engine?.restarts ?? 0,
      reason: engine?.reason ?? "",
      version: engine?.version ?? "",
    },
    storage: input.storage,
    self: ledgerView(input.self),
    dataDir: input.dataDir,
  };
}
