export { type Clock, type IdSource, systemClock, systemIds } from "./clock.ts";
export { durationUnitsMs, parseDuration } from "./duration.ts";
export { catalogue, type ErrorCode } from "./errors/catalogue.ts";
export type { ErrorDefinition } from "./errors/define.ts";
export { type ErrorBody, type ErrorDetails, TaffrailError } from "./errors/taffrail-error.ts";
export {
  createLedger,
  type DropReason,
  droppedTotal,
  dropReasons,
  type Ledger,
  type LedgerBook,
  ledgerFault,
} from "./ledger.ts";
export { type Level, levelOfSeverity, levels, parseLevel, severityOf } from "./level.ts";
export { type Limit, limits } from "./limits.ts";
export { type Batch, createBatch, type EncodedRecord, type Signal } from "./plugin/batch.ts";
export type { Enricher } from "./plugin/enricher.ts";
export type { Filter } from "./plugin/filter.ts";
export type { Formatter } from "./plugin/formatter.ts";
export {
  type FailMode,
  type Health,
  type Plugin,
  type PluginCapability,
  type PluginContext,
  type PluginKind,
  type PluginManifest,
  pluginApiVersion,
  pluginKinds,
} from "./plugin/manifest.ts";
export type { Processor } from "./plugin/processor.ts";
export type { RecordView } from "./plugin/record-view.ts";
export type { Redactor, Verdict } from "./plugin/redactor.ts";
export type { Batching, Sink, SyncWriteResult, WriteResult } from "./plugin/sink.ts";
export type { StandardResult, StandardSchema } from "./plugin/standard-schema.ts";
export { createRandom, type Random } from "./random.ts";
export type { AttributeValue, LogRecord, LogView } from "./record.ts";
