import { hostname } from "node:os";
import type { PluginContext, Signal } from "@taffrail/contracts";
import { createSpanReader } from "./active-span.ts";
import { Emitter, type EmitterOptions, type Source } from "./emitter.ts";
import { LineEncoder } from "./encode/line.ts";
import type { Scope } from "./encode/scope.ts";
import { exitRegistryOf } from "./exit/exit-registry.ts";
import type { Family } from "./family-logger.ts";
import { LevelCell, rankOf } from "./level-cell.ts";
import { healthOf } from "./observe/health.ts";
import { pushMetrics } from "./observe/metrics-push.ts";
import type { LoggerStats } from "./observe/stats.ts";
import { type Control, createControl } from "./options/control.ts";
import { followDebugSignal } from "./options/debug-signal.ts";
import { type LoggerOptions, type ResolvedOptions, readLayers } from "./options/logger-options.ts";
import { watchConfigFile } from "./options/watch-config.ts";
import { defaultRetry } from "./pipeline/backoff.ts";
import { Pipeline } from "./pipeline/pipeline.ts";
import { takes } from "./pipeline/routes.ts";
import { createPluginHost, type PluginHost } from "./plugins/plugin-host.ts";
import { createRedaction, type RedactionControl } from "./redact/compile.ts";
import { requestHold } from "./request-hold.ts";
import { createSignalSpools, type SignalSpools } from "./spool/signal-spools.ts";
import { ValveSet, valveNames } from "./valve-set.ts";

/** A family and its first member's parts. */
export interface FamilyRoot {
  readonly family: Family;
  readonly scope: Scope;
  readonly cell: LevelCell;
}

const allSignals: readonly Signal[] = ["logs", "traces", "metrics"];

/** The spools of those signals that durable sinks take; undefined when there is no such sink. */
function openSpools(
  { durable, routes, clock }: ResolvedOptions,
  problem: (message: string) => void,
): SignalSpools | undefined {
  const sinks = routes.filter((route) => route.durable).map(({ sink }) => sink);
  const signals = allSignals.filter((signal) => sinks.some((sink) => takes(sink, signal)));
  return durable === undefined || signals.length === 0
    ? undefined
    : createSignalSpools({ ...durable, clock, problem, signals });
}

/** The user's handler, which must not throw into whatever found the problem. */
function safely(tell: (message: string) => void): (message: string) => void {
  return (message) => {
    try {
      tell(message);
    } catch {
      // There is no further place to tell it.
    }
  };
}

interface Parts {
  readonly resolved: ResolvedOptions;
  readonly cell: LevelCell;
  readonly host: PluginHost;
  readonly valves: ValveSet;
  /** Puts the valves of the options in their places. */
  readonly openValves: readonly (() => void)[];
  readonly redaction: RedactionControl;
  readonly encoder: LineEncoder;
  readonly spools: SignalSpools | undefined;
  readonly pipeline: Pipeline;
  readonly hold: EmitterOptions["hold"];
  readonly emitter: Emitter;
}

/** All parts, none of them started. */
function makeParts(resolved: ResolvedOptions, emit: PluginContext["emit"]): Parts {
  const { clock, retryForMs, fingersCrossed } = resolved;
  const problem = safely(resolved.onProblem);
  const surroundings = { ...resolved.pluginPolicy, clock, problem, emit };
  const host = createPluginHost({ ...surroundings, plugins: resolved.plugins });
  const redaction = createRedaction(resolved.redact, host.redactors);
  const encoder = new LineEncoder(resolved.service, resolved.limits, redaction);
  const valves = new ValveSet(host.caller, surroundings);
  const openValves = valveNames.map((name) => valves.prepare(name, resolved[name]));
  // From here on there is something to close: whatever can be wrong with options has been looked at before.
  const spools = openSpools(resolved, problem);
  const retry = { ...defaultRetry, retryForMs };
  const pipeline = new Pipeline({ ...resolved, retry, spools, processors: host.processors, emit, random: Math.random });
  const hold = fingersCrossed === undefined ? undefined : requestHold(fingersCrossed, pipeline, clock);
  const heldRank = fingersCrossed === undefined ? undefined : rankOf[fingersCrossed.level ?? "debug"];
  const cell = new LevelCell(resolved.level, undefined, heldRank);
  const now = (): number => clock.now();
  const emitter = new Emitter({
    encoder,
    outlet: pipeline,
    plugins: valves,
    activeSpan: createSpanReader(),
    now,
    hold,
  });
  return { resolved, cell, host, valves, openValves, redaction, encoder, spools, pipeline, hold, emitter };
}

function controlOf({ resolved, cell, valves, redaction, pipeline }: Parts): Control {
  const { level, shedding, sampling, rateLimit, dedupe, redact, routes } = resolved;
  return createControl({
    settings: { level, shedding, sampling, rateLimit, dedupe, redact },
    prepare: {
      level: (next) => () => {
        cell.setting = next;
      },
      shedding: (next) => () => pipeline.setShedding(next),
      sampling: (next) => valves.prepare("sampling", next),
      rateLimit: (next) => valves.prepare("rateLimit", next),
      dedupe: (next) => valves.prepare("dedupe", next),
      redact: (next) => {
        // Rules are compiled twice: once to see whether they are good while nothing has changed yet.
        createRedaction(next, []);
        return () => redaction.update(next);
      },
    },
    sinks: routes.map(({ name }) => name),
    setSinkLevel: (sink, next) => void pipeline.setLevel(sink, next),
  });
}

/** What works beside the records: metrics sent now and then, the config file, the debug signal. Returns what ends it. */
function startHelpers(parts: Parts, control: Control, options: LoggerOptions, stats: () => LoggerStats): () => void {
  const { resolved, cell, pipeline } = parts;
  const { configPath, watchConfig, debugSignalMinutes, metricsIntervalMs, clock } = resolved;
  const tell = safely(resolved.onProblem);
  const ends: (() => void)[] = [];
  if (metricsIntervalMs > 0) {
    const resource = { "host.name": hostname(), "process.pid": process.pid };
    const emit = (line: string): void => pipeline.emit("metrics", line);
    ends.push(pushMetrics({ intervalMs: metricsIntervalMs, stats, emit, clock, resource }));
  }
  if (watchConfig && configPath !== undefined) {
    ends.push(watchConfigFile({ path: configPath, read: () => readLayers(options, process.env), control, tell }));
  }
  if (debugSignalMinutes > 0) {
    ends.push(followDebugSignal({ host: process, minutes: debugSignalMinutes, cell, tell }));
  }
  return () => {
    for (const end of ends.splice(0)) end();
  };
}

/** What the members of the family call, and the end of all of it. `endHelpers` ends what works beside the records. */
function familyOf(parts: Parts, stats: () => LoggerStats, control: Control, endHelpers: () => void): Family {
  const { resolved, host, valves, encoder, spools, pipeline, hold, emitter } = parts;
  /** Lets plugins tell what they held back, and gives up what waits for its request. What they do at once is done when this returns. */
  const endPlugins = async (timeoutMs: number): Promise<void> => {
    endHelpers();
    const ended = Promise.all([valves.close(timeoutMs), host.close(timeoutMs)]);
    hold?.lines.endAll();
    await ended;
  };
  const leave = exitRegistryOf(process).join({
    signals: resolved.signals,
    lastFlush: () => pipeline.lastFlush(resolved.exitTimeoutMs),
    drainSync: (final) => {
      if (final) void endPlugins(0);
      pipeline.drainSync(final);
    },
    ledger: () => pipeline.ledger(),
  });
  return {
    encoder,
    emitter,
    flush: async (timeoutMs) => {
      const end = performance.now() + timeoutMs;
      const plugins = Promise.all([valves.flush(timeoutMs), host.flush(timeoutMs)]);
      // What plugins tell at once is among the records now. A plugin that takes its time does not keep these waiting.
      const taken = pipeline.ledger().accepted;
      await Promise.all([pipeline.flush(timeoutMs), plugins]);
      const restMs = end - performance.now();
      return restMs > 0 && pipeline.ledger().accepted > taken ? pipeline.flush(restMs) : pipeline.ledger();
    },
    close: async (deadlineMs) => {
      const ended = endPlugins(deadlineMs);
      const ledger = await pipeline.close(deadlineMs);
      await ended;
      leave();
      return ledger;
    },
    ledger: () => pipeline.ledger(),
    stats,
    health: () => healthOf(stats(), spools?.health()),
    emit: (signal, line) => pipeline.emit(signal, line),
    control,
  };
}

/**
 * Makes what the members of a family of loggers share, by hand, in the order in which it is needed. `options` are those that `resolved` came from.
 * Throws what is wrong with plugins, redaction, valves and the spools: `plugin_invalid`, `option_unknown`, `option_invalid` and the spool's own.
 *
 * @example const { family, scope, cell } = createFamily(resolveOptions(options, process.env), options);
 */
export function createFamily(resolved: ResolvedOptions, options: LoggerOptions): FamilyRoot {
  const late: { emit?: PluginContext["emit"] } = {};
  const parts = makeParts(resolved, (level, message, fields) => late.emit?.(level, message, fields));
  const { cell, host, valves, openValves, encoder, pipeline, emitter } = parts;
  const root: Source = { scope: encoder.emptyScope, rank: 0 };
  late.emit = (level, message, fields) => emitter.emitPast(root, level, message, fields);
  void host.start();
  for (const open of openValves) open();
  // Fields of enrichers that never change stand below those of the options.
  for (const fields of [...valves.constants, resolved.fields]) root.scope = encoder.extend(root.scope, fields);
  const stats = (): LoggerStats => ({
    service: resolved.service,
    level: cell.setting,
    ledger: pipeline.ledger(),
    plugins: [...host.stats(), ...valves.stats()],
    ...pipeline.stats(),
  });
  const control = controlOf(parts);
  const endHelpers = startHelpers(parts, control, options, stats);
  return { family: familyOf(parts, stats, control, endHelpers), scope: root.scope, cell };
}
