import type { Level } from "./level.ts";

/** A JSON value as it travels in attributes before it is flattened. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

/**
 * One log record in the OpenTelemetry data model, decoded. Codecs produce it, processors change it, the server's rows are made from it.
 * Times are nanoseconds since 1970 as decimal strings (they do not fit a double); ids are lower-case hex or empty.
 */
export interface LogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  /** The sender's own word for the severity, as it came; may be empty. */
  readonly severityText: string;
  readonly body: string;
  readonly eventName: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly service: string;
  readonly resource: { readonly [key: string]: AttributeValue };
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scopeAttributes: { readonly [key: string]: AttributeValue };
  readonly attributes: { readonly [key: string]: AttributeValue };
}

/**
 * One stored log record as the API answers it and `taffrail search --json` prints it.
 * Nested attributes come back under dotted names (`user.id`); lists come back as JSON text under their key.
 */
export interface LogView {
  /** The record's `Seq` as a decimal string: unique, stable, good for a permalink. */
  readonly id: string;
  /** RFC 3339, UTC, nine fraction digits. */
  readonly time: string;
  readonly observedTime: string;
  readonly level: Level;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly service: string;
  readonly body: string;
  readonly eventName: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scopeAttributes: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  /** Numbers come back as numbers where they were sent as numbers. */
  readonly attributes: Readonly<Record<string, string | number>>;
  /** How the record came in: `otlp`, `lines`, `docker`, ... */
  readonly source: string;
}
