import type { Clock, Enricher, Filter, Level, Plugin, PluginContext, Processor, Redactor } from "@taffrail/contracts";
import type { PluginStats } from "../observe/stats.ts";
import { createCallerPlugins, type Guarded } from "./caller-chain.ts";
import type { CallerPlugins } from "./caller-plugins.ts";
import { checkPlugin, type PluginPolicy } from "./check-plugin.ts";
import { guardRedactor } from "./guarded-redactor.ts";
import { PluginGuard } from "./plugin-guard.ts";
import { endPlugin, startPlugin } from "./plugin-lifecycle.ts";
import { createProcessorChain, type ProcessorChain } from "./processor-chain.ts";

export interface PluginHostOptions extends PluginPolicy {
  /** The user's plugins, in the order in which they work. */
  readonly plugins: readonly Plugin[];
  /** What the logger brings itself (valves). They work after the user's plugins of their kind; no list of names can deny them. */
  readonly builtIns?: readonly Plugin[];
  readonly clock: Clock;
  /** Told about plugins that fail, in sentences. */
  readonly problem: (message: string) => void;
  /** Logs a plugin's own record, past all filters. */
  readonly emit: PluginContext["emit"];
  /** Longest time that a start may take, in ms. Default 5000. */
  readonly startTimeoutMs?: number;
}

/** All plugins of a logger family, but for sinks and formatters. */
export interface PluginHost {
  readonly caller: CallerPlugins;
  readonly processors: ProcessorChain;
  /** The user's redactors, counted: for `createRedaction`. */
  readonly redactors: readonly Redactor[];
  /** Starts all. Those that start at once are in use when this returns. Call it once; the promise, which never rejects, tells that all are decided. */
  start(): Promise<void>;
  /** Lets plugins finish what they hold. Never rejects. */
  flush(timeoutMs: number): Promise<void>;
  /**
   * Closes all, once. What plugins do before they wait for anything (a last summary record) is done when this returns, so it also serves an end
   * of the process that cannot wait; call it while records are still taken. Never rejects.
   */
  close(timeoutMs: number): Promise<void>;
  stats(): readonly PluginStats[];
}

const kinds = ["filter", "enricher", "redactor", "processor"] as const;
const startMs = 5000;

/** Names as they stand in statistics: the second plugin of a name is `name#2`, so that each has figures of its own. */
function namePlugins(plugins: readonly Plugin[]): string[] {
  const seen = new Map<string, number>();
  return plugins.map(({ manifest }) => {
    const count = (seen.get(manifest.name) ?? 0) + 1;
    seen.set(manifest.name, count);
    return count === 1 ? manifest.name : `${manifest.name}#${count}`;
  });
}

function ofKind<P extends Plugin>(guards: readonly PluginGuard[], kind: P["manifest"]["kind"]): readonly Guarded<P>[] {
  return guards.filter((guard) => guard.kind === kind).map((guard) => ({ plugin: guard.plugin as P, guard }));
}

/**
 * Loads plugins: checks each (see `checkPlugin`), sorts them by kind, and keeps each at arm's length: counted, isolated, with deadlines.
 * Throws `plugin_invalid`, `plugin_version` and `plugin_denied`; afterwards nothing here throws.
 *
 * @example
 * const host = createPluginHost({ plugins, deny: ["geo"], clock, problem, emit });
 * host.start();
 * host.caller.admit(view) // "keep"
 */
export function createPluginHost(options: PluginHostOptions): PluginHost {
  const { clock, problem, startTimeoutMs = startMs, allow, deny } = options;
  options.plugins.forEach((plugin, index) => {
    checkPlugin(plugin, { where: `plugins[${index}]`, kinds, policy: { allow, deny } });
  });
  const plugins = [...options.plugins, ...(options.builtIns ?? [])];
  const names = namePlugins(plugins);
  const guards = plugins.map((plugin, index) => new PluginGuard(plugin, names[index] ?? "", { clock, problem }));
  const emit = (level: Level, message: string, fields?: object): void => options.emit(level, message, fields);
  let closed: Promise<void> | undefined;
  const closeAll = async (timeoutMs: number): Promise<void> => {
    await Promise.all(guards.map((guard) => endPlugin(guard, "close", timeoutMs)));
  };
  const caller = createCallerPlugins(ofKind<Enricher>(guards, "enricher"), ofKind<Filter>(guards, "filter"));
  return {
    caller,
    processors: createProcessorChain(ofKind<Processor>(guards, "processor")),
    redactors: ofKind<Redactor>(guards, "redactor").map(guardRedactor),
    async start() {
      const context = (guard: PluginGuard): PluginContext => ({
        clock,
        emit,
        problem: (message) => guard.tell(message),
      });
      const starts = guards.map((guard) => startPlugin(guard, context(guard), startTimeoutMs));
      caller.started();
      await Promise.all(starts);
    },
    async flush(timeoutMs) {
      if (closed !== undefined) return;
      await Promise.all(guards.map((guard) => endPlugin(guard, "flush", timeoutMs)));
    },
    close(timeoutMs) {
      closed ??= closeAll(timeoutMs);
      return closed;
    },
    stats: () => guards.map((guard) => guard.stats()),
  };
}
