import type { EncodedRecord } from "./batch.ts";
import type { Plugin } from "./manifest.ts";

/**
 * Works on encoded lines after the caller's side: in the background, before the spool and the sinks, and once more blocking at exit, so it does
 * not wait. For signing, size rules, rewriting for a receiver.
 */
export interface Processor extends Plugin<"processor"> {
  /** The line to go on with (a single line that ends in "\n"), or undefined to filter the record. */
  process(record: EncodedRecord): string | undefined;
}
