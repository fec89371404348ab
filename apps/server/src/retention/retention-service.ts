import { TaffrailError } from "@taffrail/contracts";
import { authorize } from "../access/authorize.ts";
import { type Principal, systemPrincipal } from "../access/scope.ts";
import type { Audit } from "../audit/audit-log.ts";
import type { Holds } from "../settings/holds.ts";
import type { ExpiredPartition, Retention, RetentionReport } from "../store/retention.ts";

/** Retention as people and the schedule use it: with holds, written down in the audit log. */
export interface RetentionService {
  preview(): Promise<readonly ExpiredPartition[]>;
  /** Rejects with `retention_waits` while the clock is in doubt, unless confirmed; with `audit_unavailable` before anything is dropped. */
  run(principal: Principal, order: { readonly dryRun: boolean; readonly confirmed: boolean }): Promise<RetentionReport>;
  /** Why the clock is in doubt, so that a run would drop nothing; undefined while it is trusted. */
  fault(): string | undefined;
}

const sumRows = (partitions: readonly ExpiredPartition[]): number =>
  partitions.reduce((sum, partition) => sum + partition.rows, 0);

/**
 * Binds retention to holds and audit. A run that has nothing to drop is not an administrative act and is not written down.
 *
 * @example await service.run(principal, { dryRun: false, confirmed: false })
 */
export function createRetentionService(deps: {
  readonly retention: Retention;
  readonly holds: Pick<Holds, "all">;
  readonly audit: Audit;
}): RetentionService {
  const { retention, holds, audit } = deps;
  const write = (
    principal: Principal,
    outcome: "intended" | "done" | "failed",
    details: Record<string, string | number | boolean>,
  ) => audit({ principal, action: "retention.run", resource: "retention", outcome, details });
  return {
    preview: async () => retention.preview(await holds.all()),
    async run(principal, { dryRun, confirmed }) {
      authorize(principal, "retention.run", "retention");
      const order = { holds: await holds.all(), confirmed };
      const plan = await retention.run({ ...order, dryRun: true });
      if (dryRun) return plan;
      const isAct = plan.dropped.length > 0;
      const days = plan.dropped
        .map(({ day }) => day)
        .join(" ")
        .slice(0, 1000);
      if (isAct) write(principal, "intended", { days, rows: sumRows(plan.dropped), confirmed });
      const report = await retention.run({ ...order, dryRun: false }).catch((error: unknown) => {
        if (isAct) write(principal, "failed", { reason: error instanceof TaffrailError ? error.code : "internal" });
        throw error;
      });
      // What fell due between the plan and the run is not in the plan, so the report decides.
      if (isAct || report.dropped.length > 0) {
        write(principal, "done", { partitions: report.dropped.length, rows: sumRows(report.dropped) });
      }
      return report;
    },
    fault() {
      const doubt = retention.doubt();
      return doubt === undefined ? undefined : `it drops nothing because ${doubt}`;
    },
  };
}

/** A schedule that can be ended. */
export interface RetentionJob {
  /** Waits for a run that is under way. */
  stop(): Promise<void>;
}

/**
 * Runs retention on a schedule as the server itself. A run that fails is told to `onFailure` and made again at the next time.
 *
 * @example const job = startRetentionJob({ service, firstMs: 60_000, everyMs: retentionEveryMs, onDrop, onFailure });
 */
export function startRetentionJob(options: {
  readonly service: RetentionService;
  /** Milliseconds from now to the first run, and from one run to the next. */
  readonly firstMs: number;
  readonly everyMs: number;
  readonly onDrop: (report: RetentionReport) => void;
  readonly onFailure: (error: unknown) => void;
}): RetentionJob {
  const { service, firstMs, everyMs, onDrop, onFailure } = options;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  const run = async (): Promise<void> => {
    try {
      const report = await service.run(systemPrincipal, { dryRun: false, confirmed: false });
      if (report.dropped.length > 0) onDrop(report);
    } catch (error) {
      onFailure(error);
    }
    // Counted from the end of a run, so that a slow one is never overtaken by the next.
    if (!isStopped) timer = next(everyMs);
  };
  const next = (delayMs: number): NodeJS.Timeout =>
    setTimeout(() => {
      running = run();
    }, delayMs);
  let timer = next(firstMs);
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
