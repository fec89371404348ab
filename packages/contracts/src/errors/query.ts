import type { ErrorDefinition } from "./define.ts";

/** Errors of asking: the query text, its parameters, and what the engine says. */
export const queryErrors = {
  query_syntax: { status: 400, message: "The query is not understood at column {column}: {reason}.", remedy: "{hint}" },
  query_too_long: {
    status: 400,
    message: "The query has {length} characters; the limit is {limit}.",
    remedy: "Shorten the query.",
  },
  query_too_deep: {
    status: 400,
    message: "The query is nested deeper than {limit} levels.",
    remedy: "Use fewer parentheses.",
  },
  query_too_many_terms: {
    status: 400,
    message: "The query has more than {limit} terms.",
    remedy: "Use fewer terms, or a wildcard for many.",
  },
  query_too_large: {
    status: 400,
    message: "The query becomes a statement of {length} characters; the limit is {limit}.",
    remedy: "Use fewer terms or shorter field names.",
  },
  query_field_masked: {
    status: 403,
    message: "Field {field} is masked for you and cannot be searched.",
    remedy: "Take the field out of the query, or ask an administrator for the right.",
  },
  tail_limit: {
    status: 429,
    message: "{limit} live tails are open already.",
    remedy: "Close another live tail first.",
  },
  tail_behind: {
    status: 503,
    message: "The live tail fell behind and left out the records of {commits} commits.",
    remedy: "They are stored; search the time range to see them.",
  },
  query_bad_regex: {
    status: 400,
    message: "The regular expression at column {column} cannot be used: {reason}.",
    remedy: "Use RE2 syntax: no back-references, no look-around.",
  },
  time_range_required: {
    status: 400,
    message: "The query has no time range.",
    remedy: "Pass `from` and `to`, or `since`.",
  },
  time_range_invalid: {
    status: 400,
    message: "The time range is not valid: {reason}.",
    remedy: "Use RFC 3339 times or durations like 15m, 1h, 7d.",
  },
  unknown_parameter: { status: 400, message: "Parameter {name} is unknown.", remedy: "Known parameters: {known}." },
  invalid_parameter: {
    status: 400,
    message: "Parameter {name} is not valid: {reason}.",
    remedy: "Correct the parameter.",
  },
  limit_too_large: { status: 400, message: "limit is {value}; the most is {limit}.", remedy: "Page with the cursor." },
  query_timeout: {
    status: 504,
    message: "The query ran longer than {seconds} s and was ended.",
    remedy: "Narrow the time range or the filter.",
  },
  query_memory: {
    status: 422,
    message: "The query needed more memory than the {limit} bytes it may use.",
    remedy: "Narrow the time range or the filter.",
  },
  query_rows: {
    status: 422,
    message: "The query would read more than the {limit} rows it may read.",
    remedy: "Narrow the time range or the filter.",
  },
  answer_too_large: {
    status: 422,
    message: "The answer would have more than {limit} bytes.",
    remedy: "Ask for fewer records, or narrow the time range or the filter.",
  },
  query_queue_full: {
    status: 503,
    message: "Too many queries are waiting for the engine.",
    remedy: "Retry in a few seconds.",
  },
  query_quarantined: {
    status: 422,
    message: "This query ended the engine twice and is refused until {until}.",
    remedy: "Change the query.",
  },
  query_failed: {
    status: 500,
    message: "The engine could not answer: {reason}.",
    remedy: "Retry; if it stays, run `taffrail doctor`.",
  },
  engine_unavailable: {
    status: 503,
    message: "The engine is starting again: {reason}.",
    remedy: "Retry in a few seconds; ingest goes on meanwhile.",
  },
  record_not_found: {
    status: 404,
    message: "There is no record {id} at this time.",
    remedy: "Check the id and its time; it may be past its retention.",
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
