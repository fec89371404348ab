import type { Clock, Enricher, Filter, Plugin, Processor, RecordView, Redactor, Sink } from "@taffrail/contracts";
import type { EncodeLimits } from "../encode/limits.ts";
import type { ExitSignal } from "../exit/exit-registry.ts";
import type { LevelSetting } from "../level-cell.ts";
import type { Overflow } from "../pipeline/overflow.ts";
import type { ProblemHandler } from "../pipeline/reporter.ts";
import type { PluginPolicy } from "../plugins/check-plugin.ts";
import type { RedactOptions } from "../redact/options.ts";
import type { DurableOptions } from "../spool/spool-options.ts";
import type { DedupeOptions } from "../valves/dedupe-filter.ts";
import type { FingersCrossedOptions } from "../valves/fingers-crossed.ts";
import type { RateLimitOptions } from "../valves/rate-limit-filter.ts";
import type { SamplingOptions } from "../valves/sampling-filter.ts";

export interface BreakerOptions {
  /** Failures in a row after which the sink is left alone for a while. Default 5. */
  readonly failures?: number;
  /** How long it is left alone before one batch is tried, in ms. Default 30,000. */
  readonly openForMs?: number;
}

/** `DurableOptions` of the spool, whose directory has a default here. */
export type LoggerDurableOptions = Partial<DurableOptions>;

/** Values of a field; a record matches when it has one of them. */
export type MatchValue = string | number | boolean | null;
export type RouteMatch = Readonly<Record<string, MatchValue | readonly MatchValue[]>>;

export type PresetName = "dev" | "production" | "serverless" | "hardened";

/** A sink and what holds for it alone. What is left out is as for the logger. */
export interface SinkEntry {
  readonly sink: Sink;
  /** Name in the ledger, in metrics and for `log.sink(name)`. Default: the name of its manifest, with `#2` and so on for the second. */
  readonly name?: string | undefined;
  /** Records below this level are filtered for this sink. */
  readonly level?: LevelSetting | undefined;
  /** Records whose fields have other values are filtered for this sink. */
  readonly match?: RouteMatch | undefined;
  /** Records for which it does not answer true are filtered for this sink. */
  readonly when?: ((record: RecordView) => boolean) | undefined;
  /** Takes the batches that this sink gives up. */
  readonly fallback?: Sink | undefined;
  /** True: its records wait on disk, not in memory. Default: `durable` of the logger decides, for sinks that use the network. */
  readonly durable?: boolean | undefined;
  readonly bufferBytes?: number | undefined;
  readonly overflow?: Overflow | undefined;
  /** Default: as for the logger; for a durable sink without end. */
  readonly retryForMs?: number | undefined;
  readonly writeTimeoutMs?: number | undefined;
  readonly breaker?: BreakerOptions | false | undefined;
}

/** A sink in a config file or a variable: its type, its options and those of `SinkEntry`, side by side. `fallback` is such an object too. */
export interface SinkSpec {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** What `plugins` takes: `manifest.kind` says which members the plugin has. Sinks belong in `sinks`, formatters in a sink. */
export type LoggerPlugin = Filter | Enricher | Redactor | Processor;

/** Options of `createLogger`. Nearer wins: option, then environment variable, then config file, then preset, then default. */
export interface LoggerOptions {
  /** Name of the service, in every line. Default `unknown_service`. */
  readonly service?: string | undefined;
  /** Least level that is logged. Default `info`. */
  readonly level?: LevelSetting | undefined;
  /** Fields of every line. */
  readonly fields?: object | undefined;
  /** Bounds of one record. */
  readonly limits?: Partial<EncodeLimits> | undefined;
  /** A set of defaults for a kind of program. */
  readonly preset?: PresetName | undefined;
  /** A config file (JSON) to read; `true` is `taffrail.config.json` in the working directory. Default: none is looked for. */
  readonly config?: string | true | undefined;
  /** The config file is read again when it changes; what can change at run time takes effect. Default false. */
  readonly watchConfig?: boolean | undefined;
  /** Address of a Taffrail server: adds an HTTP sink. One that comes from farther away than `sinks` adds nothing. */
  readonly server?: string | undefined;
  /** Where lines go, instead of the console. */
  readonly sinks?: readonly (Sink | SinkEntry)[] | undefined;
  /** Memory that waiting records may take, for each sink, in bytes. Default 16 MiB. */
  readonly bufferBytes?: number | undefined;
  /** What happens when that memory is full. Default `drop-new`. */
  readonly overflow?: Overflow | undefined;
  /** Share of that memory that only error, fatal and audit records may use, 0 to 0.5. Default 0.1. */
  readonly reserve?: number | undefined;
  /** How long a batch that a sink cannot take is tried again, in ms. Default 300,000. Records on disk (`durable`) are tried until they are too old. */
  readonly retryForMs?: number | undefined;
  /** Time after which a write of a sink is aborted and tried again, in ms. Default 15,000. */
  readonly writeTimeoutMs?: number | undefined;
  /** Leaves a sink that keeps failing alone for a while. Default 5 failures, 30 s; false never does. */
  readonly breaker?: BreakerOptions | false | undefined;
  /** Leaves out quiet records while a buffer is nearly full, quietest first, and counts them. Default false. */
  readonly shedding?: boolean | undefined;
  /** Keeps a share of the records. A number is the rate. */
  readonly sampling?: SamplingOptions | number | false | undefined;
  /** Bounds the records of a second. */
  readonly rateLimit?: RateLimitOptions | false | undefined;
  /** Joins records that equal each other. */
  readonly dedupe?: DedupeOptions | boolean | undefined;
  /** Records of a request that are too quiet for their logger wait, and are shown only if the request fails. */
  readonly fingersCrossed?: FingersCrossedOptions | boolean | undefined;
  /** Filters, enrichers, redactors and processors, in the order in which they work. */
  readonly plugins?: readonly LoggerPlugin[] | undefined;
  /** Names of the plugins and sinks from elsewhere that may be used; those of this package always may. Default: all. */
  readonly allowPlugins?: readonly string[] | undefined;
  /** Names of plugins and sinks that may not be used. Built-in redaction cannot be named here: `redact` is what rules it. */
  readonly denyPlugins?: readonly string[] | undefined;
  /** What is kept out of records; false looks for nothing. */
  readonly redact?: RedactOptions | false | undefined;
  /** Records for sinks that use the network wait on disk, where they survive the process. Default false. */
  readonly durable?: LoggerDurableOptions | boolean | undefined;
  /** Signals before which waiting records are written. Default `["SIGTERM", "SIGINT"]`; `[]` leaves signals alone. */
  readonly signals?: readonly ExitSignal[] | undefined;
  /** How long the end of the process may wait for sinks, in ms. Default 2000. */
  readonly exitTimeoutMs?: number | undefined;
  /** Minutes for which SIGUSR2 shows debug records; a second one ends it. 0 (default): the signal is left alone. */
  readonly debugSignalMinutes?: number | undefined;
  /** How often the logger's own metrics are sent to sinks that take metrics, in ms. Default 0: never. */
  readonly metricsIntervalMs?: number | undefined;
  /** Told about drops and failing sinks, seldom. Default: one line on standard error. */
  readonly onProblem?: ProblemHandler | undefined;
  /** Where time comes from. Default: the machine. */
  readonly clock?: Clock | undefined;
}

/** What `log.configure` takes. Objects are joined with what holds, key by key; false switches off. */
export type RuntimeChange = Pick<
  LoggerOptions,
  "level" | "shedding" | "sampling" | "rateLimit" | "dedupe" | "redact"
> & {
  /** By the name of a sink. */
  readonly sinks?: Readonly<Record<string, { readonly level?: LevelSetting }>>;
};

/** The settings that can change while the logger works, filled in. */
export type RuntimeSettings = Pick<
  ResolvedOptions,
  "level" | "shedding" | "sampling" | "rateLimit" | "dedupe" | "redact"
>;

/** A sink with everything filled in. */
export interface ResolvedRoute {
  readonly sink: Sink;
  readonly name: string;
  readonly level: LevelSetting;
  readonly match: RouteMatch | undefined;
  readonly when: ((record: RecordView) => boolean) | undefined;
  readonly fallback: Sink | undefined;
  readonly durable: boolean;
  readonly bufferBytes: number;
  readonly overflow: Overflow;
  /** Undefined: without end, because its records wait on disk. */
  readonly retryForMs: number | undefined;
  readonly writeTimeoutMs: number;
  readonly breaker: Required<BreakerOptions> | false;
}

/** Options with everything filled in. */
export interface ResolvedOptions {
  readonly service: string;
  readonly level: LevelSetting;
  readonly fields: object;
  readonly limits: EncodeLimits;
  /** The config file that was read. */
  readonly configPath: string | undefined;
  readonly watchConfig: boolean;
  readonly routes: readonly ResolvedRoute[];
  readonly bufferBytes: number;
  readonly overflow: Overflow;
  readonly reserve: number;
  readonly retryForMs: number;
  readonly writeTimeoutMs: number;
  readonly breaker: Required<BreakerOptions> | false;
  readonly shedding: boolean;
  readonly sampling: SamplingOptions | undefined;
  readonly rateLimit: RateLimitOptions | undefined;
  readonly dedupe: DedupeOptions | undefined;
  readonly fingersCrossed: FingersCrossedOptions | undefined;
  readonly plugins: readonly Plugin[];
  /** For the plugins of this logger; built-in ones are in `allow` already. */
  readonly pluginPolicy: PluginPolicy;
  readonly redact: RedactOptions | false;
  /** Undefined: no sink is durable. */
  readonly durable: DurableOptions | undefined;
  readonly signals: readonly ExitSignal[];
  readonly exitTimeoutMs: number;
  readonly debugSignalMinutes: number;
  readonly metricsIntervalMs: number;
  readonly onProblem: ProblemHandler;
  readonly clock: Clock;
}
