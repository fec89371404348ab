import { type Clock, parseLevel, pluginApiVersion, type Sink, systemClock, TaffrailError } from "@taffrail/contracts";
import { defaultLimits, type EncodeLimits } from "../encode/limits.ts";
import type { ExitSignal } from "../exit/exit-registry.ts";
import { type LevelSetting, levelSettings } from "../level-cell.ts";
import type { SinkRoute } from "../pipeline/pipeline.ts";
import { type ProblemHandler, writeProblem } from "../pipeline/reporter.ts";
import type { OverflowPolicy } from "../pipeline/sink-queue.ts";
import { consoleSink } from "../sinks/console-sink.ts";
import { httpSink } from "../sinks/http-sink.ts";
import {
  checkOptions,
  isFunction,
  isHttpUrl,
  isInteger,
  isObject,
  isOneOf,
  isText,
  type OptionCheck,
  type OptionChecks,
} from "./check-options.ts";

/** Options of `createLogger`. Every one has a default; what comes from the environment is overruled by the option. */
export interface LoggerOptions {
  /** Name of the service, in every line. Environment: `TAFFRAIL_SERVICE`, `OTEL_SERVICE_NAME`. Default `unknown_service`. */
  readonly service?: string;
  /** Least level that is logged. Environment: `TAFFRAIL_LEVEL`. Default `info`. */
  readonly level?: LevelSetting;
  /** Fields of every line. */
  readonly fields?: object;
  /** Address of a Taffrail server: adds an HTTP sink. Environment: `TAFFRAIL_URL`, unless `sinks` is given. */
  readonly server?: string;
  /** Where lines go, instead of the console. A sink alone, or with a level of its own. */
  readonly sinks?: readonly (Sink | SinkRoute)[];
  /** Memory that waiting records may take, for each sink, in bytes. Default 16 MiB. */
  readonly bufferBytes?: number;
  /** What happens when that memory is full. Default `drop-new`. A tenth is kept for error and fatal. */
  readonly overflow?: OverflowPolicy;
  /** How long a batch that a sink cannot take is tried again, in ms. Default 300,000. */
  readonly retryForMs?: number;
  /** Time after which a write of a sink is aborted and tried again, in ms. Default 15,000. */
  readonly writeTimeoutMs?: number;
  /** Bounds of one record. */
  readonly limits?: Partial<EncodeLimits>;
  /** Signals before which waiting records are written. Default `["SIGTERM", "SIGINT"]`; `[]` leaves signals alone. */
  readonly signals?: readonly ExitSignal[];
  /** How long the end of the process may wait for sinks, in ms. Default 2000. */
  readonly exitTimeoutMs?: number;
  /** Told about drops and failing sinks, seldom. Default: one line on standard error. */
  readonly onProblem?: ProblemHandler;
  /** Where time comes from. Default: the machine. */
  readonly clock?: Clock;
}

/** Options with everything filled in. */
export interface ResolvedOptions {
  readonly service: string;
  readonly level: LevelSetting;
  readonly fields: object;
  readonly routes: readonly SinkRoute[];
  readonly bufferBytes: number;
  readonly overflow: OverflowPolicy;
  readonly retryForMs: number;
  readonly writeTimeoutMs: number;
  readonly limits: EncodeLimits;
  readonly signals: readonly ExitSignal[];
  readonly exitTimeoutMs: number;
  readonly onProblem: ProblemHandler;
  readonly clock: Clock;
}

type Environment = Readonly<Record<string, string | undefined>>;

const where = "createLogger";
const exitSignals: readonly ExitSignal[] = ["SIGTERM", "SIGINT"];

const limitChecks: OptionChecks = {
  depth: isInteger(1, 100),
  keys: isInteger(1, 10_000),
  items: isInteger(1, 10_000),
  stringLength: isInteger(16, 262_144),
  lineLength: isInteger(256, 262_144),
};

const isSink = (value: unknown): value is Sink =>
  typeof value === "object" && value !== null && typeof (value as Partial<Sink>).write === "function";

const isSinkList: OptionCheck = (value) => {
  if (!Array.isArray(value)) return "it must be a list of sinks";
  const wrong = value.findIndex((entry) => !isSink(entry) && !isSink((entry as Partial<SinkRoute> | null)?.sink));
  return wrong === -1 ? undefined : `entry ${wrong} is neither a sink nor { sink, level }`;
};

const isSignalList: OptionCheck = (value) =>
  Array.isArray(value) && value.every((entry) => exitSignals.includes(entry))
    ? undefined
    : `it must be a list of ${exitSignals.join(", ")}`;

const checks: OptionChecks = {
  service: isText,
  level: isOneOf(levelSettings),
  fields: isObject,
  server: isHttpUrl,
  sinks: isSinkList,
  bufferBytes: isInteger(1024, 2 ** 40),
  overflow: isOneOf(["drop-new", "drop-old"]),
  retryForMs: isInteger(0, 2 ** 31 - 1),
  writeTimeoutMs: isInteger(1, 2 ** 31 - 1),
  limits: isObject,
  signals: isSignalList,
  exitTimeoutMs: isInteger(0, 600_000),
  onProblem: isFunction,
  clock: isObject,
};

/** Reads one variable; an empty one counts as not set. A bad value is refused under the variable's own name. */
function fromEnvironment(env: Environment, name: string, check: OptionCheck): string | undefined {
  const value = env[name];
  if (value === undefined || value === "") return undefined;
  const reason = check(value);
  if (reason !== undefined) throw new TaffrailError("option_invalid", { where, key: name, reason });
  return value;
}

function levelFromEnvironment(env: Environment): LevelSetting | undefined {
  const name = fromEnvironment(env, "TAFFRAIL_LEVEL", (value) =>
    value === "off" || parseLevel(String(value)) !== undefined
      ? undefined
      : `it must be one of ${levelSettings.join(", ")}`,
  );
  return name === "off" || name === undefined ? name : parseLevel(name);
}

function toRoute(entry: Sink | SinkRoute): SinkRoute {
  if (isSink(entry)) return { sink: entry };
  checkOptions("createLogger sinks", entry, { sink: () => undefined, level: isOneOf(levelSettings) });
  return entry;
}

function checkVersions(routes: readonly SinkRoute[]): void {
  for (const { sink } of routes) {
    const { name, apiVersion } = sink.manifest;
    if (apiVersion !== pluginApiVersion) {
      throw new TaffrailError("plugin_version", { name, found: apiVersion, known: pluginApiVersion });
    }
  }
}

/**
 * Checks options, fills in the environment and the defaults, and makes the default sinks.
 * Throws `option_unknown`, `option_invalid` and `plugin_version`.
 *
 * @example resolveOptions({}, { TAFFRAIL_LEVEL: "debug" }).level // "debug"
 */
export function resolveOptions(options: LoggerOptions, env: Environment): ResolvedOptions {
  checkOptions(where, options, checks);
  checkOptions("createLogger limits", options.limits ?? {}, limitChecks);
  const routes = (options.sinks ?? [consoleSink()]).map(toRoute);
  const server =
    options.server ?? (options.sinks === undefined ? fromEnvironment(env, "TAFFRAIL_URL", isHttpUrl) : undefined);
  if (server !== undefined) routes.push({ sink: httpSink({ url: server }) });
  checkVersions(routes);
  return {
    service:
      options.service ??
      fromEnvironment(env, "TAFFRAIL_SERVICE", isText) ??
      fromEnvironment(env, "OTEL_SERVICE_NAME", isText) ??
      "unknown_service",
    level: options.level ?? levelFromEnvironment(env) ?? "info",
    fields: options.fields ?? {},
    routes,
    bufferBytes: options.bufferBytes ?? 16 * 1024 * 1024,
    overflow: options.overflow ?? "drop-new",
    retryForMs: options.retryForMs ?? 300_000,
    writeTimeoutMs: options.writeTimeoutMs ?? 15_000,
    limits: { ...defaultLimits, ...options.limits },
    signals: options.signals ?? exitSignals,
    exitTimeoutMs: options.exitTimeoutMs ?? 2000,
    onProblem: options.onProblem ?? writeProblem,
    clock: options.clock ?? systemClock,
  };
}
