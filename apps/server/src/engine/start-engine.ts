import { mkdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, TaffrailError } from "@taffrail/contracts";
import type { Engine, EngineState, EngineStatus, QueryAnswer, QueryOptions } from "./engine.ts";
import { engineConfigXml } from "./engine-config.ts";
import { beginLife, type Death, type Life, type LifeOptions } from "./engine-life.ts";
import { endLeftOver } from "./process-identity.ts";
import { createQuarantine, type Quarantine } from "./quarantine.ts";
import { restartDelayMs, steadyMs } from "./restart-delay.ts";

const memoryBytesDefault = 800_000_000;
const leftOverMsMax = 5000;
const drainMsMax = 10_000;
const exitMsMax = 5000;

export interface EngineDeps {
  /** The server's data directory; the engine keeps `engine/`, `engine.xml`, `engine.pid`, `engine-crash.log` and `backups/` in it. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** Cap of all the engine's memory in bytes; one query may use a good third of it. Default 800 MB. */
  readonly memoryBytesMax?: number;
  /** Arming text of failpoints inside the engine's process, usually `process.env.TAFFRAIL_FAILPOINTS`. */
  readonly failpoints?: string;
}

interface EnginePaths {
  readonly storeDirectory: string;
  readonly configPath: string;
  readonly workingDirectory: string;
  readonly pidPath: string;
  readonly crashLogPath: string;
  readonly backupDirectory: string;
}

/** What the supervisor knows; every change of `state` is told to the listeners. */
interface Supervision {
  readonly deps: EngineDeps;
  readonly paths: EnginePaths;
  readonly quarantine: Quarantine;
  readonly listeners: Set<(status: EngineStatus) => void>;
  state: EngineState;
  reason: string;
  version: string;
  restarts: number;
  /** Ends in a row without a steady life between them. */
  failures: number;
  life: Life | undefined;
  restartTimer: NodeJS.Timeout | undefined;
  closing: Promise<void> | undefined;
}

const pathsIn = (dataDir: string): EnginePaths => ({
  storeDirectory: join(dataDir, "engine"),
  configPath: join(dataDir, "engine.xml"),
  pidPath: join(dataDir, "engine.pid"),
  crashLogPath: join(dataDir, "engine-crash.log"),
  backupDirectory: join(dataDir, "backups"),
  workingDirectory: join(dataDir, "engine-work"),
});

const statusOf = (self: Supervision): EngineStatus => ({
  state: self.state,
  pid: self.life?.pid,
  restarts: self.restarts,
  reason: self.reason,
  version: self.version,
});

function enter(self: Supervision, state: EngineState, reason: string): void {
  self.state = state;
  self.reason = reason;
  for (const listener of [...self.listeners]) listener(statusOf(self));
}

const unavailable = (self: Supervision): TaffrailError =>
  new TaffrailError("engine_unavailable", { reason: self.reason === "" ? `it is ${self.state}` : self.reason });

function lifeOptions(self: Supervision): LifeOptions {
  const { deps, paths } = self;
  const memoryBytesMax = deps.memoryBytesMax ?? memoryBytesDefault;
  const { backupDirectory, workingDirectory } = paths;
  for (const directory of [backupDirectory, paths.storeDirectory, workingDirectory]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }
  const config = engineConfigXml({ memoryBytesMax, backupDirectory });
  writeFileSync(paths.configPath, config, { mode: 0o600 });
  const { storeDirectory, configPath, pidPath, crashLogPath } = paths;
  return {
    process: {
      child: { storeDirectory, configPath, pidPath },
      crashLogPath,
      workingDirectory,
      failpoints: deps.failpoints ?? "",
    },
    clock: deps.clock,
    memoryBytesMax,
    suspected: self.quarantine.suspected,
  };
}

function scheduleRestart(self: Supervision, failures: number, reason: string): void {
  self.life = undefined;
  self.failures = failures;
  self.restarts += 1;
  enter(self, "restarting", reason);
  self.restartTimer = setTimeout(() => void startLife(self), restartDelayMs(failures));
}

function onDeath(self: Supervision, death: Death): void {
  if (self.closing !== undefined) {
    self.life = undefined;
    return;
  }
  self.quarantine.blame(death.shapes);
  const steady = death.readyForMs !== undefined && death.readyForMs > steadyMs;
  scheduleRestart(self, steady ? 1 : self.failures + 1, death.reason);
}

async function startLife(self: Supervision): Promise<void> {
  try {
    await endLeftOver(self.paths.pidPath, leftOverMsMax);
    if (self.closing !== undefined) return;
    self.life = beginLife(lifeOptions(self), {
      ready(version): void {
        self.version = version;
        if (self.closing === undefined) enter(self, "ready", self.reason);
      },
      ended: (death) => onDeath(self, death),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (self.closing === undefined) scheduleRestart(self, self.failures + 1, reason);
  }
}

async function ask(self: Supervision, sql: string, options: QueryOptions, wantsRows: boolean): Promise<QueryAnswer> {
  if (self.state !== "ready" || self.life === undefined) throw unavailable(self);
  const { fingerprint } = options;
  const until = fingerprint === undefined ? undefined : self.quarantine.refusedUntil(fingerprint);
  if (until !== undefined) throw new TaffrailError("query_quarantined", { until: new Date(until).toISOString() });
  return await self.life.queries.run(sql, options, wantsRows);
}

function whenReady(self: Supervision, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      self.listeners.delete(check);
      signal?.removeEventListener("abort", onAbort);
    };
    const onAbort = (): void => {
      done();
      reject(signal?.reason);
    };
    const check = (): void => {
      if (self.state === "starting" || self.state === "restarting") return;
      done();
      if (self.state === "ready") resolve();
      else reject(unavailable(self));
    };
    if (signal?.aborted === true) return onAbort();
    self.listeners.add(check);
    signal?.addEventListener("abort", onAbort, { once: true });
    check();
  });
}

/** Waits for the work, but no longer than that. */
async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, patience]);
  clearTimeout(timer);
}

async function stop(self: Supervision): Promise<void> {
  clearTimeout(self.restartTimer);
  const { life } = self;
  enter(self, "stopped", "the server is shutting down");
  if (life !== undefined) {
    await atMost(drainMsMax, life.queries.idle());
    life.dismiss();
    await atMost(exitMsMax, life.gone);
    life.end("the server is shutting down");
    await life.gone;
  }
  await rm(self.paths.pidPath, { force: true });
}

/**
 * Starts the engine's process and keeps it running: a process that ends is started again, at once the first time and with growing pauses when it
 * keeps ending. Returns before it is ready; wait with `ready()`. A left-over process of an earlier server on the same directory is ended first.
 *
 * @example
 * const engine = startEngine({ dataDir: "/var/lib/taffrail", clock: systemClock });
 * await engine.ready();
 * const { rows } = await engine.query("SELECT 1 AS one", { lane: "interactive", timeoutMs: 5000 });
 */
export function startEngine(deps: EngineDeps): Engine {
  const self: Supervision = {
    deps,
    paths: pathsIn(deps.dataDir),
    quarantine: createQuarantine(() => deps.clock.now()),
    listeners: new Set(),
    state: "starting",
    reason: "",
    version: "",
    restarts: 0,
    failures: 0,
    life: undefined,
    restartTimer: undefined,
    closing: undefined,
  };
  void startLife(self);
  return {
    query: (sql, options) => ask(self, sql, options, true),
    async execute(sql, options): Promise<void> {
      await ask(self, sql, options, false);
    },
    ready: (signal) => whenReady(self, signal),
    status: () => statusOf(self),
    onState(listener): () => void {
      self.listeners.add(listener);
      return () => self.listeners.delete(listener);
    },
    close(): Promise<void> {
      self.closing ??= stop(self);
      return self.closing;
    },
  };
}
