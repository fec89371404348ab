import type { Plugin } from "./manifest.ts";
import type { RecordView } from "./record-view.ts";

/** Decides which records go on. Runs on the caller's side, so it must be quick and must not wait. Audit records are never asked about. */
export interface Filter extends Plugin<"filter"> {
  /** True keeps the record; false counts it as filtered. */
  keep(record: RecordView): boolean;
}
