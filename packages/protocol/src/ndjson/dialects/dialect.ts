import type { RecordMap } from "../../value.ts";
import type { Fields, Reading } from "../fields.ts";

/** Names by which a line format can be forced. `docker` and `cri` frame lines of the other formats, which are recognised inside. */
export const lineFormats = [
  "taffrail",
  "pino",
  "bunyan",
  "winston",
  "ecs",
  "json",
  "docker",
  "cri",
  "logfmt",
  "access-log",
  "plain",
] as const;

export type LineFormat = (typeof lineFormats)[number];

/** A way of writing one record as one JSON object. */
export interface JsonDialect {
  readonly name: LineFormat;
  /** Whether an object is of this dialect; cheap, looks at a few keys. */
  recognises(object: RecordMap): boolean;
  read(fields: Fields): Reading;
}

/** A way of writing one record as one line of text that is not JSON. */
export interface TextDialect {
  readonly name: LineFormat;
  /** Undefined when the line is not of this dialect. The arrival says which year is meant where a line does not. */
  read(line: string, receivedAtMs: number): Reading | undefined;
}
