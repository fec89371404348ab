import { createSpanReader } from "./active-span.ts";
import { Emitter, type Outlet } from "./emitter.ts";
import { LineEncoder } from "./encode/line.ts";
import { exitRegistryOf } from "./exit/exit-registry.ts";
import { FamilyLogger, type Logger } from "./family-logger.ts";
import { LevelCell } from "./level-cell.ts";
import { type LoggerOptions, resolveOptions } from "./options/logger-options.ts";
import { defaultRetry } from "./pipeline/backoff.ts";
import { Pipeline } from "./pipeline/pipeline.ts";
import { levelOfRank } from "./pipeline/ranks.ts";
import type { CallerPlugins } from "./plugins/caller-plugins.ts";

export type { Logger } from "./family-logger.ts";

const noPlugins: CallerPlugins = { active: false, constants: [], enrich: () => [], admit: () => "keep" };

/**
 * Creates a logger. Loggers are independent of each other: each has its own sinks, buffers and ledger.
 * Throws `option_unknown`, `option_invalid` and `plugin_version`; logging itself never throws.
 *
 * @example
 * const log = createLogger({ service: "checkout" });
 * log.info("order placed", { orderId, total });
 * await log.close();
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const resolved = resolveOptions(options, process.env);
  const { clock, signals, exitTimeoutMs, retryForMs } = resolved;
  const redaction = { version: 0, place: () => ({ action: "keep" }) as const, text: undefined };
  const encoder = new LineEncoder(resolved.service, resolved.limits, redaction);
  const pipeline = new Pipeline({
    ...resolved,
    overflow: "drop-new",
    retry: { ...defaultRetry, retryForMs },
    random: Math.random,
  });
  const outlet: Outlet = {
    needsView: false,
    routesOf: () => 1,
    push: (line, rank) => pipeline.push(line, levelOfRank(rank)),
    filter: () => {},
    refuse: () => pipeline.refuse(),
    hold: () => {},
  };
  const leave = exitRegistryOf(process).join({
    signals,
    lastFlush: () => pipeline.lastFlush(exitTimeoutMs),
    drainSync: (final) => pipeline.drainSync(final),
  });
  const emitter = new Emitter({
    encoder,
    outlet,
    plugins: noPlugins,
    activeSpan: createSpanReader(),
    now: () => clock.now(),
    hold: undefined,
  });
  const family = {
    encoder,
    emitter,
    flush: (timeoutMs: number) => pipeline.flush(timeoutMs),
    close: async (deadlineMs: number) => {
      const ledger = await pipeline.close(deadlineMs);
      leave();
      return ledger;
    },
    ledger: () => pipeline.ledger(),
    health: () => pipeline.health(),
  };
  const scope = encoder.extend(encoder.emptyScope, resolved.fields);
  return new FamilyLogger(family, scope, new LevelCell(resolved.level, undefined));
}
