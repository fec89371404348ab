import type { Plugin } from "./manifest.ts";
import type { RecordView } from "./record-view.ts";

/**
 * Adds fields to records. Runs on the caller's side. What it returns stands below the fields of the call: of two fields with one name the
 * caller's stays.
 */
export interface Enricher extends Plugin<"enricher"> {
  /** Fields that never change while the process lives (host, version): encoded once. */
  readonly constants?: object;
  /** Fields for this record. A frozen object that was returned before is taken as unchanged and costs nothing to encode again. */
  enrich?(record: RecordView): object | undefined;
}
