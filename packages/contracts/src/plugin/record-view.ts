import type { Level } from "../level.ts";

/** A call on its way to becoming a record, as filters, enrichers and routes see it. Valid only during the call; read it, never change it. */
export interface RecordView {
  readonly level: Level;
  readonly audit: boolean;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly message: string;
  /** The fields of this call, the very object that was logged (or undefined). Not redacted: a plugin must not keep it. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  /** Fields of the running context (`withContext`), or undefined. The same object for all records of one request: a key for per-request state. */
  readonly context: Readonly<Record<string, unknown>> | undefined;
  /** Id of the trace that the record belongs to, if any. */
  readonly traceId: string | undefined;
  /** A field by name, wherever it comes from: the call, the context, the logger and its parents, in this order. */
  get(name: string): unknown;
}
