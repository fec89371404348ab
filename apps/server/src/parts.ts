import { join } from "node:path";
import { type Clock, type IdSource, TaffrailError } from "@taffrail/contracts";
import type { Failpoint } from "@taffrail/experiments";
import type { DataDir } from "./data-dir/data-dir.ts";
import type { Engine } from "./engine/engine.ts";
import { startEngine } from "./engine/start-engine.ts";
import { countDeadLetters, type DeadLetterCounts } from "./health/dead-letter-counts.ts";
import { createStorageGauge, type StorageGauge } from "./health/storage-stats.ts";
import { createIngest } from "./ingest/create-ingest.ts";
import type { Ingest } from "./ingest/ingest.ts";
import { openDeadLetters } from "./journal/dead-letter-files.ts";
import type { DeadLetters } from "./journal/dead-letters.ts";
import type { Journal } from "./journal/journal.ts";
import { journalBudget } from "./journal/journal-budget.ts";
import { openJournal } from "./journal/open-journal.ts";
import { createQueryService, type QueryService } from "./query/query-service.ts";
import type { Settings } from "./settings/settings.ts";
import { createLogStore } from "./store/log-store.ts";
import { migrateStore } from "./store/migrations.ts";
import { createRetention, type Retention } from "./store/retention.ts";
import { createSegmentStore } from "./store/segment-inserts.ts";
import { createTailHub, type TailHub } from "./tail/tail-hub.ts";
import type { SelfLog } from "./telemetry/self-log.ts";

/** What takes records in and answers questions: everything behind the API that needs the disk or the engine. */
export interface Parts {
  readonly engine: Engine;
  readonly deadLetters: DeadLetters;
  readonly journal: Journal;
  readonly ingest: Ingest;
  readonly query: QueryService;
  readonly tail: TailHub;
  readonly storage: StorageGauge;
  readonly retention: Retention;
  deadLetterCounts(): DeadLetterCounts;
  /** Why the journal cannot be written, since the last append that failed; undefined once one succeeded again. */
  journalFault(): string | undefined;
  /** Resolves once the engine answers and its tables are there. Rejects on abort and when the tables are a newer version's. */
  whenReady(signal: AbortSignal): Promise<void>;
}

export interface PartsDeps {
  readonly dataDir: DataDir;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly failpoint: Failpoint;
  /** Arming text for the engine's process. */
  readonly failpoints: string;
  readonly log: SelfLog;
}

/** The schema is brought up to date once; a try that the engine's end cut off is made again by whoever asks next. */
function createSchemaGate(engine: Engine, dir: string): () => Promise<void> {
  let migrated: Promise<void> | undefined;
  const migrate = async (): Promise<void> => {
    try {
      await migrateStore(engine, dir);
    } catch (error) {
      migrated = undefined;
      throw error;
    }
  };
  return () => {
    migrated ??= migrate();
    return migrated;
  };
}

async function untilReady(engine: Engine, schemaReady: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    await engine.ready(signal);
    try {
      await schemaReady();
      return;
    } catch (error) {
      const passing = error instanceof TaffrailError && error.code === "engine_unavailable";
      if (!passing) throw error;
    }
  }
}

function logEngine(engine: Engine, log: SelfLog): void {
  engine.onState((status) => {
    const { state, reason, pid, restarts } = status;
    const level = state === "restarting" ? "error" : "info";
    log.write(level, `engine.${state}`, `engine ${state}`, { reason, pid, restarts });
  });
}

/** What went wrong at the last append, kept until one succeeds: the journal's ledger has moved on then. */
interface Trouble {
  readonly message: string;
  readonly accepted: number;
}

async function openStores(
  deps: PartsDeps,
  engine: Engine,
  schemaReady: () => Promise<void>,
): Promise<Pick<Parts, "deadLetters" | "deadLetterCounts" | "journal" | "journalFault">> {
  const { dataDir, settings, clock, ids, failpoint, log } = deps;
  const retentionDays = (): number => settings.get("retention.days");
  const store = createSegmentStore({ engine, schemaReady, retentionDays, failpoint });
  const letterFiles = await openDeadLetters({ dir: join(dataDir.path, "dead-letters"), ids, failpoint });
  const { deadLetters, counts: deadLetterCounts } = countDeadLetters(letterFiles, (error) =>
    log.write("error", "dead_letters.failed", "dead letters could not be written", { err: error }),
  );
  const dir = dataDir.journal;
  const budgetBytes = await journalBudget(settings.get("journal.budgetBytes"), dir);
  let opened: Journal | undefined;
  let trouble: Trouble | undefined;
  const accepted = (): number => opened?.stats().ledger.accepted ?? 0;
  const report = ({ code, message, remedy }: TaffrailError): void => {
    log.write("error", `journal.${code}`, message, { code, remedy });
    if (code === "journal_unavailable") trouble = { message, accepted: accepted() };
  };
  const journal = await openJournal({ dir, store, deadLetters, clock, ids, failpoint, report, budgetBytes });
  opened = journal;
  settings.onValue("journal.budgetBytes", (value) => {
    void journalBudget(value, dir).then(journal.setBudget.bind(journal), (error: unknown) => {
      log.write("error", "journal.budget", "the journal's budget could not be worked out", { err: error });
    });
  });
  const journalFault = () => (trouble?.accepted === accepted() ? trouble.message : undefined);
  return { deadLetters, deadLetterCounts, journal, journalFault };
}

/**
 * Opens the parts in the order in which they need each other: engine, dead letters, journal, then what stands on them. When one cannot be opened,
 * those before it are closed again and the error passes on.
 *
 * @example const parts = await openParts(deps); await parts.whenReady(signal);
 */
export async function openParts(deps: PartsDeps): Promise<Parts> {
  const { dataDir, settings, clock, failpoints, log } = deps;
  const engine = startEngine({ dataDir: dataDir.path, clock, failpoints });
  try {
    logEngine(engine, log);
    const schemaReady = createSchemaGate(engine, dataDir.path);
    const stores = await openStores(deps, engine, schemaReady);
    const { deadLetters, journal } = stores;
    const store = createLogStore({ engine });
    const retentionDays = (): number => settings.get("retention.days");
    return {
      ...stores,
      engine,
      ingest: createIngest({ journal, deadLetters, clock, retentionDays }),
      query: createQueryService({ store, journal, clock }),
      tail: createTailHub({ store, journal, clock }),
      storage: createStorageGauge({ engine, clock }),
      retention: createRetention({ engine, clock, dataDir: dataDir.path }),
      whenReady: (signal) => untilReady(engine, schemaReady, signal),
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/**
 * Closes the parts in the reverse order. What the engine cannot take within the deadline stays in the journal for the next start.
 *
 * @param deadlineMs for the journal, milliseconds
 */
export async function closeParts(parts: Parts, deadlineMs: number): Promise<void> {
  await parts.ingest.close();
  await parts.journal.close(deadlineMs);
  await parts.deadLetters.close();
  await parts.engine.close();
}
