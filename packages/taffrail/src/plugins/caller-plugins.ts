import type { RecordView } from "@taffrail/contracts";

/** What the plugins on the caller's side make of a record: it goes on, it is filtered, or it is dropped because a plugin that fails closed failed. */
export type Admission = "keep" | "filtered" | "plugin-failed";

/** The filters and enrichers of a logger family, isolated and counted. Nothing here throws. */
export interface CallerPlugins {
  /** False when no plugin wants to see records: then no view of them has to be made. */
  readonly active: boolean;
  /** Constant fields of all enrichers that are ready, to be encoded once. Those of enrichers that get ready later come with each record. */
  readonly constants: readonly object[];
  /** Fields of the enrichers for this record, the earlier plugin first. The list holds until the next call. */
  enrich(record: RecordView): readonly object[];
  /**
   * Asks every filter, in order; an enricher that fails closed and failed on this record counts as a filter that did. To be called after `enrich`,
   * and not for audit records: they go on, whatever fails.
   */
  admit(record: RecordView): Admission;
}
