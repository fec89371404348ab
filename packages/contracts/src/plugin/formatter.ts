import type { EncodedRecord } from "./batch.ts";
import type { Plugin } from "./manifest.ts";

/** Turns a line into the text that one sink shows: pretty, logfmt, a company's own form. Given to a sink, not to the logger. */
export interface Formatter extends Plugin {
  /** The text of one record, with its line feed. */
  format(record: EncodedRecord): string;
}
