import {
  type Clock,
  createLedger,
  type IdSource,
  type Ledger,
  systemClock,
  systemIds,
  TaffrailError,
} from "@taffrail/contracts";
import { createFailpoint } from "@taffrail/experiments";
import { systemPrincipal } from "./access/scope.ts";
import { createGate, type Gate } from "./api/gate.ts";
import { createApp } from "./app.ts";
import { type AuditLog, openAuditLog } from "./audit/audit-log.ts";
import { type Config, type Environment, type Flags, readConfig } from "./config/config.ts";
import { type DataDir, openDataDir } from "./data-dir/data-dir.ts";
import { createHandlers } from "./handlers.ts";
import type { Readiness } from "./health/readiness.ts";
import { createRequestTimes } from "./health/request-times.ts";
import { createFront } from "./http/front.ts";
import { type Listeners, listen } from "./http/listen.ts";
import { loadAssets } from "./page/assets.ts";
import { pageFolder } from "./page/page-folder.ts";
import { closeParts, openParts, type Parts } from "./parts.ts";
import { createRetentionService, type RetentionService, startRetentionJob } from "./retention/retention-service.ts";
import { openSettingsDatabase } from "./settings/database.ts";
import { createHolds, type Holds } from "./settings/holds.ts";
import { loadSettings, type Settings } from "./settings/settings.ts";
import { createStartStack, type StartStack } from "./start-stack.ts";
import { retentionEveryMs } from "./store/retention.ts";
import { createJournalSink } from "./telemetry/journal-sink.ts";
import { createSelfLog, type SelfLog } from "./telemetry/self-log.ts";
import { serverVersion } from "./version.ts";

export interface ServerOptions {
  /** Command-line flags by key of `configDefinitions`; they win over the environment. */
  readonly flags?: Flags;
  /** Default: this process's environment. */
  readonly env?: Environment;
  readonly clock?: Clock;
  readonly ids?: IdSource;
}

/** A server that listens. */
export interface RunningServer {
  /** Where a person would open it, like `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Every address it listens at, like `127.0.0.1:4318` and `[::1]:4318`. */
  readonly addresses: readonly string[];
  /** Absolute path. */
  readonly dataDir: string;
  /** Resolves once records are taken in and questions answered; rejects with what keeps the server from getting there, and when it is closed. */
  ready(): Promise<void>;
  /**
   * Stops: no new connections, requests in flight are finished, the journal drains up to the configured deadline (the rest stays on disk),
   * everything is closed in the reverse order of the start. Resolves to the journal's ledger of this run. Idempotent.
   */
  close(): Promise<Ledger>;
}

/** What the steps of the start share; each step adds to the stack what undoes it. */
interface Start {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly startedAtMs: number;
  readonly failpoints: string;
  readonly stack: StartStack;
  readonly parts: Gate<Parts>;
  readonly retention: Gate<RetentionService>;
  readonly state: Readiness;
  readonly log: SelfLog;
}

interface Administration {
  readonly dataDir: DataDir;
  readonly audit: AuditLog;
  readonly settings: Settings;
  readonly holds: Holds;
}

const firstRetentionMs = 60_000;

function begin(options: ServerOptions): Start {
  const env = options.env ?? process.env;
  const config = readConfig({ env, flags: options.flags ?? {} });
  const clock = options.clock ?? systemClock;
  const parts = createGate<Parts>();
  const journal = createJournalSink(
    parts.opened.then(({ ingest }) => ingest),
    systemPrincipal.tenant,
  );
  const log = createSelfLog({
    level: config.logLevel,
    format: config.logFormat,
    journal,
    clock,
    version: serverVersion,
  });
  const stack = createStartStack();
  stack.started("log", () => log.close());
  return {
    config,
    clock,
    ids: options.ids ?? systemIds,
    startedAtMs: clock.now(),
    failpoints: env.TAFFRAIL_FAILPOINTS ?? "",
    stack,
    parts,
    retention: createGate<RetentionService>(),
    state: { phase: "starting", wasReady: false },
    log,
  };
}

function startAudit({ clock, stack, log }: Start, dataDir: DataDir): AuditLog {
  const audit = openAuditLog({ dir: dataDir.audit, clock });
  stack.started("audit", audit.close);
  const { fault } = audit.verdict;
  if (fault !== undefined) log.write("error", "audit.broken", `the audit log is not as it was written: ${fault}`);
  const base = { principal: systemPrincipal, resource: "server", outcome: "done" } as const;
  const { pid } = process;
  const migration = dataDir.change ? { from: dataDir.change.from, to: dataDir.change.to } : {};
  audit.audit({ ...base, action: "server.start", details: { version: serverVersion, pid, ...migration } });
  stack.started("audit of the stop", () => audit.audit({ ...base, action: "server.stop", details: { pid } }));
  return audit;
}

/** Data directory, audit log, settings: what must be sound before anyone may connect. */
async function openAdministration(start: Start): Promise<Administration> {
  const { config, clock, ids, stack, log } = start;
  const dataDir = openDataDir({ path: config.dataDir, clock });
  stack.started("data directory", dataDir.release);
  log.write("info", "server.starting", "starting", { data: dataDir.path });
  if (dataDir.change) log.write("info", "data.migrated", "the data directory was migrated", { ...dataDir.change });
  const audit = startAudit(start, dataDir);
  const place = config.settingsUrl === undefined ? { file: dataDir.settingsFile } : { url: config.settingsUrl };
  const database = await openSettingsDatabase(place);
  stack.started("settings", () => database.destroy());
  const settings = await loadSettings({ database, clock });
  return { dataDir, audit, settings, holds: createHolds({ database, clock, ids }) };
}

/** Opens the port. Probes answer from now on; the rest says `server_starting` until the parts are open. */
async function openPort(start: Start, administration: Administration): Promise<Listeners> {
  const { config, ids, stack, log } = start;
  const requestTimes = createRequestTimes();
  const assets = loadAssets(pageFolder());
  const handlers = createHandlers({
    ...start,
    ...administration,
    dataDir: administration.dataDir.path,
    requestTimes,
    pageBuilt: assets.has("/index.html"),
    selfLedger: log.ledger,
    refused: () => front.stats().refused,
  });
  const onFailure = (fault: TaffrailError, operation: string): void => {
    const { id } = fault.details;
    log.write("error", `http.failure.${operation}`, fault.message, { operation, id, err: fault.cause });
  };
  const app = await createApp({ handlers, assets, ids, onFailure, onAnswer: requestTimes.observe });
  stack.started("application", () => app.close());
  const front = createFront((request, response) => app.routing(request, response));
  const listeners = await listen({ listener: front.listener, ...config.listen });
  for (const note of listeners.notes) log.write("info", "http.note", note);
  return listeners;
}

function startRetention({ log, retention, stack, parts }: Start, { holds, audit }: Administration): void {
  const service = createRetentionService({ retention: parts.get().retention, holds, audit: audit.audit });
  retention.open(service);
  const job = startRetentionJob({
    service,
    firstMs: firstRetentionMs,
    everyMs: retentionEveryMs,
    onDrop: ({ dropped }) => {
      const days = dropped.map(({ day }) => day);
      log.write("info", "retention.dropped", "records past their retention were dropped", { days });
    },
    onFailure: (error) => log.write("warn", "retention.failed", "retention did not run", { err: error }),
  });
  stack.started("retention", job.stop);
}

/** Everything behind the port; resolves when questions are answered. */
async function openRest(start: Start, administration: Administration, signal: AbortSignal): Promise<void> {
  const { clock, config, ids, failpoints, stack, log, parts: gate, state, startedAtMs } = start;
  const { dataDir, settings } = administration;
  const failpoint = createFailpoint(failpoints);
  const parts = await openParts({ dataDir, settings, clock, ids, failpoint, failpoints, log });
  stack.started("parts", () => closeParts(parts, config.drainTimeoutMs));
  gate.open(parts);
  startRetention(start, administration);
  await parts.whenReady(signal);
  state.phase = "running";
  state.wasReady = true;
  log.write("info", "server.ready", "ready", { start_ms: clock.now() - startedAtMs });
}

interface Stop {
  readonly listeners: Listeners;
  readonly abort: AbortController;
  readonly opening: Promise<void>;
}

async function stopServer(start: Start, { listeners, abort, opening }: Stop): Promise<Ledger> {
  const { config, log, parts, stack, state } = start;
  state.phase = "stopping";
  log.write("info", "server.stopping", "stopping");
  abort.abort(new TaffrailError("shutting_down"));
  parts.peek()?.tail.close();
  await listeners.close(config.drainTimeoutMs);
  await opening.catch(() => undefined);
  await log.closeJournal(1_000);
  await stack.stop((name, error) => log.write("error", `stop.${name}`, `${name} did not close`, { err: error }));
  return parts.peek()?.journal.stats().ledger ?? createLedger().read();
}

/**
 * Starts a server. It resolves as soon as the port is open: `/livez` answers, `/readyz` says 503 until `ready()` resolves. It rejects, with everything
 * undone, when the server cannot start: `config_invalid`, `listen_needs_login`, `data_dir_owned`, `data_dir_unusable`, `data_dir_newer`,
 * `settings_unavailable`, `audit_unavailable`, `port_in_use`, `listen_failed`. Signals are the caller's business.
 *
 * @example
 * const server = await runServer({ flags: { listen: "127.0.0.1:0", data: dir } });
 * await server.ready();
 * const ledger = await server.close();
 */
export async function runServer(options: ServerOptions = {}): Promise<RunningServer> {
  // Whatever is made from here on, by the engine's process too, is for this user only.
  process.umask(0o077);
  const start = begin(options);
  const { stack, log, state } = start;
  let listeners: Listeners;
  let administration: Administration;
  try {
    administration = await openAdministration(start);
    listeners = await openPort(start, administration);
  } catch (error) {
    await stack.stop(() => undefined);
    throw error;
  }
  const abort = new AbortController();
  const opening = openRest(start, administration, abort.signal);
  opening.catch((error: unknown) => {
    if (state.phase !== "stopping")
      log.write("fatal", "server.failed", "the server cannot become ready", { err: error });
  });
  let closing: Promise<Ledger> | undefined;
  const host = listeners.addresses[0] ?? "";
  return {
    url: `http://${host}`,
    addresses: listeners.addresses,
    dataDir: administration.dataDir.path,
    ready: () => opening,
    close() {
      closing ??= stopServer(start, { listeners, abort, opening });
      return closing;
    },
  };
}
