import type { Clock, Ledger } from "@taffrail/contracts";
import type { Gate } from "./api/gate.ts";
import type { Handlers } from "./api/handler.ts";
import { createIngestHandlers } from "./api/handlers/ingest-handlers.ts";
import { createLogHandlers } from "./api/handlers/log-handlers.ts";
import { createServerHandlers } from "./api/handlers/server-handlers.ts";
import { createSettingsHandlers } from "./api/handlers/settings-handlers.ts";
import type { AuditLog } from "./audit/audit-log.ts";
import type { MetricsInput } from "./health/metrics.ts";
import { type Readiness, readinessProbe, startupProbe } from "./health/readiness.ts";
import type { RequestTimes } from "./health/request-times.ts";
import type { StatusInput } from "./health/status.ts";
import type { StorageStats } from "./health/storage-stats.ts";
import type { Parts } from "./parts.ts";
import type { RetentionService } from "./retention/retention-service.ts";
import type { Holds } from "./settings/holds.ts";
import type { Settings } from "./settings/settings.ts";
import { serverVersion } from "./version.ts";

export interface HandlerDeps {
  readonly clock: Clock;
  readonly startedAtMs: number;
  readonly dataDir: string;
  readonly parts: Gate<Parts>;
  readonly retention: Gate<RetentionService>;
  readonly state: Readiness;
  readonly settings: Settings;
  readonly holds: Holds;
  readonly audit: AuditLog;
  readonly requestTimes: RequestTimes;
  readonly pageBuilt: boolean;
  /** Account of the server's own records. */
  readonly selfLedger: () => Ledger;
  /** Requests that the guards turned away, by code. */
  readonly refused: () => Readonly<Record<string, number>>;
}

const nothingStored: StorageStats = { rows: 0, bytes: 0 };

async function statusInput(deps: HandlerDeps): Promise<StatusInput> {
  const parts = deps.parts.peek();
  const engine = parts?.engine.status();
  return {
    version: serverVersion,
    startedAtMs: deps.startedAtMs,
    nowMs: deps.clock.now(),
    dataDir: deps.dataDir,
    readiness: readinessProbe(deps.state, engine),
    engine,
    journal: parts?.journal.stats(),
    journalFault: parts?.journalFault(),
    ingest: parts?.ingest.stats(),
    storage: (await parts?.storage.read()) ?? nothingStored,
    self: deps.selfLedger(),
    auditFault: deps.audit.verdict.fault,
    retentionFault: deps.retention.peek()?.fault(),
    pageBuilt: deps.pageBuilt,
  };
}

async function metricsInput(deps: HandlerDeps): Promise<MetricsInput> {
  const status = await statusInput(deps);
  const parts = deps.parts.peek();
  return {
    ...status,
    ready: status.readiness.status === "ok",
    refused: deps.refused(),
    deadLetters: parts?.deadLetterCounts(),
    tail: parts?.tail.stats(),
    requestTimes: deps.requestTimes.family(),
  };
}

/**
 * Binds every operation of the API to the parts that carry it out.
 *
 * @example createApp({ handlers: createHandlers(deps), ... })
 */
export function createHandlers(deps: HandlerDeps): Handlers {
  const { parts, retention, state, settings, holds, audit } = deps;
  return {
    ...createLogHandlers({ query: () => parts.get().query, tail: () => parts.get().tail }),
    ...createIngestHandlers({ ingest: () => parts.get().ingest, deadLetters: () => parts.get().deadLetters }),
    ...createSettingsHandlers({ settings, holds, audit: audit.audit, retention: retention.get }),
    ...createServerHandlers({
      version: serverVersion,
      readiness: () => readinessProbe(state, parts.peek()?.engine.status()),
      startup: () => startupProbe(state),
      status: () => statusInput(deps),
      metrics: () => metricsInput(deps),
    }),
  };
}
