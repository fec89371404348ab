import type { Readable } from "node:stream";
import type { ErrorBody } from "@taffrail/contracts";

/** One request with records, freed of its HTTP framework. Header values are passed as they came. */
export interface IngestInput {
  /** The body as it came over the wire, still compressed. A stream must end with an error when the client goes away half-way. */
  readonly body: Readable | Uint8Array;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** Bytes on the wire, when the client said so: a body that says it is too large is refused unread. */
  readonly contentLength?: number | undefined;
  /** The tenant comes from the principal, never from the body. */
  readonly scope: { readonly tenant: string };
  readonly principalId: string;
  /** Aborts when the client went away. A batch that is not complete by then is not accepted. */
  readonly signal?: AbortSignal | undefined;
}

/** What `POST /api/v1/ingest/lines` adds: its query-string parameters, unchecked. */
export interface LinesInput extends IngestInput {
  /** Service of lines that name none. */
  readonly service?: string | undefined;
  /** Name of the way the lines came, shown as the record's `source`; default `lines`. */
  readonly source?: string | undefined;
  /** Forces one line format (see `lineFormats` of @taffrail/protocol); default: each line is recognised by itself. */
  readonly format?: string | undefined;
}

/** An answer to be sent as it stands: OTLP answers are protobuf or JSON, as the request was. */
export interface IngestAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array | string;
  /** Lower-case names; `retry-after` (seconds) with 429 and 503. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One line that was refused; `line` counts from 1. */
export interface LineRefusal {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

/** What became of the lines of one body. `errors` names the first 20 refused lines; `rejected` counts all of them. */
export interface LinesResult {
  readonly accepted: number;
  readonly rejected: number;
  readonly errors: readonly LineRefusal[];
}

/**
 * Answer to lines, to be sent as JSON. Status 200: some or all lines were accepted. 400 with counts: none was, and `body.error` is that of the
 * first line. Otherwise the request failed and `body.error` says why. A failure after a part of a very large body was made durable carries the counts
 * beside the error: then `acceptedThroughLine` says up to which line (inclusive) the body must not be sent again.
 */
export interface LinesAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body:
    | LinesResult
    | { readonly error: ErrorBody }
    | (LinesResult & { readonly error: ErrorBody; readonly acceptedThroughLine?: number });
}

/** Counters of one source since the start. Records: accepted + sum(rejected) = records seen in whole bodies. */
export interface SourceStats {
  readonly requests: number;
  /** Requests that were answered with an error as a whole, by code. */
  readonly failed: Readonly<Record<string, number>>;
  readonly accepted: number;
  /** Records refused one by one, by code. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Bytes of bodies after decompression. */
  readonly bytes: number;
  /** Records whose time was replaced by their arrival time. */
  readonly timesReplaced: number;
}

export interface IngestStats {
  readonly sources: Readonly<Record<string, SourceStats>>;
  /** Bodies being read, decoded or written at this moment, and their bytes. */
  readonly bodiesInFlight: number;
  readonly bytesInFlight: number;
}

/**
 * Taking records in, free of any HTTP framework: each method reads one body to its end, writes its records into the journal and answers only
 * when they are durable. Methods may be called concurrently and log nothing; they reject only for a bug, with what is no TaffrailError. Records
 * that are refused one by one become dead letters. Overload is answered 429 or 503 with `retry-after`, never 500.
 */
export interface Ingest {
  otlpLogs(input: IngestInput): Promise<IngestAnswer>;
  lines(input: LinesInput): Promise<LinesAnswer>;
  stats(): IngestStats;
  /** Refuses new bodies as `shutting_down`, lets those in flight finish, ends the worker threads. Idempotent. */
  close(): Promise<void>;
}
