import type { ErrorDefinition } from "./define.ts";

/** Errors of taking records in: whole bodies (400 and up) and single records (dead-lettered, counted in the answer). */
export const ingestErrors = {
  body_too_large: { status: 413, message: "The body exceeds {limit} bytes.", remedy: "Send smaller batches." },
  body_too_complex: {
    status: 413,
    message: "Decoding the body of {bytes} bytes needs more than {limit} MiB of memory.",
    remedy: "Send smaller batches.",
  },
  body_truncated: {
    status: 400,
    message: "The compressed body ends early or is damaged.",
    remedy: "Send the whole body again.",
  },
  unsupported_encoding: {
    status: 415,
    message: "Content-Encoding {encoding} is not supported.",
    remedy: "Use one of: {supported}; or none.",
  },
  unsupported_media_type: {
    status: 415,
    message: "Content-Type {type} is not supported here.",
    remedy: "Use one of: {supported}.",
  },
  malformed_protobuf: {
    status: 400,
    message: "The body is not a valid OTLP request: {reason} at byte {offset}.",
    remedy: "Check the exporter's protocol setting (http/protobuf).",
  },
  malformed_json: {
    status: 400,
    message: "The body is not valid JSON: {reason}.",
    remedy: "Check the sender; OTLP/JSON needs one object a request.",
  },
  wrong_field_type: {
    status: 400,
    message: "Field {path} must be {expected}.",
    remedy: "Correct the sender to follow the OTLP/JSON mapping.",
  },
  invalid_utf8: {
    status: 400,
    message: "The text is not valid UTF-8 at byte {offset}.",
    remedy: "Encode the record as UTF-8.",
  },
  invalid_line: {
    status: 400,
    message: "Line {line} is not a record: {reason}.",
    remedy: "Send one JSON object a line.",
  },
  record_too_large: {
    status: 400,
    message: "The record has {size} bytes; the limit is {limit}.",
    remedy: "Send less in one record.",
  },
  record_too_deep: {
    status: 400,
    message: "The record is nested deeper than {limit} levels.",
    remedy: "Flatten the record.",
  },
  too_old: {
    status: 400,
    message: "The record's time {time} is older than its retention of {days} days.",
    remedy: "Raise the retention, or send it to another store.",
  },
  ingest_busy: {
    status: 429,
    message: "The journal is at the limit of {limit} bytes that holds for this sender now.",
    remedy: "Retry after {retryAfter} seconds.",
  },
  ingest_stalled: {
    status: 429,
    message:
      "Records have been waiting in the journal for more than {hours} hours; nothing more is taken in until they are stored.",
    remedy: "Retry after {retryAfter} seconds; the server's `/status` and log say what keeps them waiting.",
  },
  ingest_overloaded: {
    status: 429,
    message: "The bodies being taken in at this moment exceed {limit} bytes.",
    remedy: "Retry after {retryAfter} seconds.",
  },
  journal_unavailable: {
    status: 503,
    message: "The journal cannot be written: {reason}.",
    remedy: "Free disk space or repair the data directory; the sender should retry.",
  },
  frame_refused: {
    status: 500,
    message: "The engine does not take journal file {file} ({records} records): {reason}.",
    remedy: "The file is kept in the journal's quarantine directory; report it with that file.",
  },
  frame_damaged: {
    status: 500,
    message: "Journal file {file} was damaged on disk; {records} records are lost.",
    remedy: "Check the disk; the damaged bytes are kept in the journal's quarantine directory.",
  },
  segment_gone: {
    status: 500,
    message: "Journal file {file} is no longer on disk; its {records} records that were not stored are lost.",
    remedy: "Find out what removed it: only the server may change the journal's directory.",
  },
  segment_waiting: {
    status: 503,
    message: "Journal file {file} cannot be stored yet: {reason}.",
    remedy: "It is tried again every few seconds; nothing is lost. See the engine's state in `/status`.",
  },
  rows_unequal: {
    status: 500,
    message: "The store holds {stored} rows of journal file {file}; it should hold {expected}.",
    remedy: "Report it; missing records are kept in the journal's quarantine directory.",
  },
  shutting_down: { status: 503, message: "The server is shutting down.", remedy: "Retry after it is back." },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
