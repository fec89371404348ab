export {
  type Batch,
  type Clock,
  type EncodedRecord,
  type Enricher,
  type ErrorCode,
  type Filter,
  type Formatter,
  type Health,
  type Ledger,
  type Level,
  type Plugin,
  type PluginContext,
  type PluginManifest,
  type Processor,
  pluginApiVersion,
  type RecordView,
  type Redactor,
  type Sink,
  type StandardSchema,
  TaffrailError,
  type Verdict,
  type WriteResult,
} from "@taffrail/contracts";
export type { Caught, ErrorLogMethod, Fields, LazyFields, LogAtLevel, LogMethod } from "./call.ts";
export { currentContext, withContext } from "./context.ts";
export type { EncodeLimits } from "./encode/limits.ts";
export type { ExitSignal } from "./exit/exit-registry.ts";
export { flushAfter } from "./exit/flush-after.ts";
export { ecsFormat } from "./formats/ecs-format.ts";
export { jsonFormat } from "./formats/json-format.ts";
export { logfmtFormat } from "./formats/logfmt-format.ts";
export { type PrettyFormatOptions, prettyFormat } from "./formats/pretty-format.ts";
export type { LevelSetting } from "./level-cell.ts";
export { createLogger, type Logger } from "./logger.ts";
export type { LogHealth } from "./observe/health.ts";
export type { LoggerStats } from "./observe/stats.ts";
export type {
  BreakerOptions,
  LoggerDurableOptions,
  LoggerOptions,
  LoggerPlugin,
  PresetName,
  RouteMatch,
  RuntimeChange,
  SinkEntry,
} from "./options/option-types.ts";
export type { Overflow, OverflowPolicy } from "./pipeline/overflow.ts";
export type { LogLedger } from "./pipeline/pipeline.ts";
export type { ProblemHandler } from "./pipeline/reporter.ts";
export { checkPluginOptions } from "./plugins/check-plugin-options.ts";
export type { Baggage } from "./propagation/baggage.ts";
export { bindContext } from "./propagation/bind-context.ts";
export type { Carrier } from "./propagation/carrier.ts";
export { currentBaggage, withBaggage } from "./propagation/context-baggage.ts";
export { type CarrierOptions, extractContext, type IncomingContext, runWithCarrier } from "./propagation/incoming.ts";
export type { TraceContext } from "./propagation/light-trace.ts";
export { type InjectOptions, injectContext, traceHeaders } from "./propagation/outgoing.ts";
export type { PropagationOptions } from "./propagation/propagation-options.ts";
export type { TraceParent } from "./propagation/trace-parent.ts";
export { type TracedFetchOptions, tracedFetch } from "./propagation/traced-fetch.ts";
export type { RedactAction } from "./redact/actions.ts";
export type { RedactDetector, RedactKey, RedactOptions, RedactPath } from "./redact/options.ts";
export type { DetectorName, RedactPreset } from "./redact/presets.ts";
export { type Sensitive, sensitive } from "./redact/sensitive.ts";
export { type ConsoleSinkOptions, consoleSink } from "./sinks/console-sink.ts";
export type { FileSinkOptions } from "./sinks/file/file-options.ts";
export type { FileRetention } from "./sinks/file/retention.ts";
export { type FileSink, fileSink } from "./sinks/file-sink.ts";
export { type HttpSinkOptions, httpSink } from "./sinks/http-sink.ts";
export { type MemorySink, type MemorySinkOptions, memorySink } from "./sinks/memory-sink.ts";
export { nullSink } from "./sinks/null-sink.ts";
export { type OtlpSinkOptions, otlpSink } from "./sinks/otlp-sink.ts";
export type { SyslogSinkOptions, SyslogTlsOptions } from "./sinks/syslog/syslog-options.ts";
export { syslogSink } from "./sinks/syslog-sink.ts";
export { type DedupeOptions, dedupeFilter } from "./valves/dedupe-filter.ts";
export type { FingersCrossedOptions } from "./valves/fingers-crossed.ts";
export { type RateLimitOptions, rateLimitFilter } from "./valves/rate-limit-filter.ts";
export { type SamplingFilter, type SamplingOptions, samplingFilter } from "./valves/sampling-filter.ts";
