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
export {
  type Batching,
  type EncodedRecord,
  type Health,
  type PluginKind,
  type PluginManifest,
  pluginApiVersion,
  pluginKinds,
  type Sink,
  type WriteResult,
} from "./plugin.ts";
export { createRandom, type Random } from "./random.ts";
export type { AttributeValue, LogRecord, LogView } from "./record.ts";
