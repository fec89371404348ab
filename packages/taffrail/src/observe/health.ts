import type { Health } from "@taffrail/contracts";
import type { LoggerStats } from "./stats.ts";

/** Health of a logger family: the worst of its parts, and why. */
export interface LogHealth extends Health {
  /** What is wrong, one sentence for each part; empty when all is well. */
  readonly reasons: readonly string[];
  readonly sinks: Readonly<Record<string, Health>>;
  readonly plugins: Readonly<Record<string, Health>>;
  /** Only in durable mode. */
  readonly spool?: Health;
}

const statuses: readonly Health["status"][] = ["healthy", "degraded", "unhealthy"];
/** Share of a buffer from which on it counts as nearly full. A part of it is kept for errors, so ordinary records never fill it whole. */
const nearlyFull = 0.75;

function worse(health: Health, status: Health["status"], detail: string): Health {
  if (statuses.indexOf(health.status) > statuses.indexOf(status)) return health;
  return { status, detail: health.detail === undefined ? detail : `${detail}; ${health.detail}` };
}

function sinkHealth({ health, breaker, queue }: LoggerStats["sinks"][number]): Health {
  let found = health;
  if (queue.limitBytes > 0 && queue.bytes / queue.limitBytes >= nearlyFull) {
    found = worse(found, "degraded", `its buffer is ${Math.floor((100 * queue.bytes) / queue.limitBytes)} % full`);
  }
  return breaker === "closed" ? found : worse(found, "degraded", `its breaker is ${breaker}`);
}

function pluginHealth({ health, suspended }: LoggerStats["plugins"][number]): Health {
  return suspended ? worse(health, "degraded", "it is left out because it failed too often or too slowly") : health;
}

function sayWhy(kind: string, healths: Readonly<Record<string, Health>>): string[] {
  return Object.entries(healths)
    .filter(([, { status }]) => status !== "healthy")
    .map(([name, { status, detail }]) => `${kind} ${name} is ${status}${detail === undefined ? "" : `: ${detail}`}`);
}

/**
 * Judges a logger family by its own numbers: overall it is as the worst of its sinks, its plugins and its spool.
 *
 * @example healthOf(stats).reasons // ["sink http is degraded: its breaker is open"]
 */
export function healthOf(stats: Pick<LoggerStats, "sinks" | "plugins">, spool?: Health): LogHealth {
  const sinks = Object.fromEntries(stats.sinks.map((sink) => [sink.name, sinkHealth(sink)]));
  const plugins = Object.fromEntries(stats.plugins.map((plugin) => [plugin.name, pluginHealth(plugin)]));
  const all = [...Object.values(sinks), ...Object.values(plugins), ...(spool === undefined ? [] : [spool])];
  const worst = Math.max(0, ...all.map(({ status }) => statuses.indexOf(status)));
  const reasons = [
    ...sayWhy("sink", sinks),
    ...sayWhy("plugin", plugins),
    ...(spool === undefined ? [] : sayWhy("the", { spool })),
  ];
  const detail = reasons[0] === undefined ? {} : { detail: reasons[0] };
  return {
    status: statuses[worst] ?? "unhealthy",
    ...detail,
    reasons,
    sinks,
    plugins,
    ...(spool === undefined ? {} : { spool }),
  };
}
