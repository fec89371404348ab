import type { ErrorDefinition } from "./define.ts";

/** Errors of the server itself: access, start-up, settings. */
export const serverErrors = {
  not_found: {
    status: 404,
    message: "There is nothing at {method} {path}.",
    remedy: "See /api/v1/openapi.json for what there is.",
  },
  method_not_allowed: { status: 405, message: "{method} is not allowed at {path}.", remedy: "Allowed: {allowed}." },
  foreign_host: {
    status: 421,
    message: "The Host header {host} does not name this server.",
    remedy: "Use 127.0.0.1, localhost or [::1] with the server's port.",
  },
  foreign_origin: {
    status: 403,
    message: "A request from {origin} is refused.",
    remedy: "Open the page from this server's own address.",
  },
  forbidden: {
    status: 403,
    message: "The principal may not {action} {resource}.",
    remedy: "Ask an administrator for the right.",
  },
  validation_failed: {
    status: 400,
    message: "{path} {reason}.",
    remedy: "Correct the request; see /api/v1/openapi.json.",
  },
  internal: {
    status: 500,
    message: "Something failed inside the server ({id}).",
    remedy: "Look for {id} in the server's log.",
  },
  port_in_use: {
    status: 500,
    message: "{address} is held by another process{holder}.",
    remedy: "Stop that process, or pass --listen with another port.",
  },
  listen_failed: {
    status: 500,
    message: "Cannot listen on {address}: {reason}.",
    remedy: "Pass --listen with an address of this machine.",
  },
  data_dir_owned: {
    status: 500,
    message: "{dir} is in use by process {pid}.",
    remedy: "Stop that server, or pass --data with another directory.",
  },
  data_dir_unusable: {
    status: 500,
    message: "{dir} cannot be used: {reason}.",
    remedy: "Make it writable for this user, or pass --data with another directory.",
  },
  data_dir_newer: {
    status: 500,
    message: "{dir} was written by version {found}; this is {known}.",
    remedy: "Start a server of that version or newer.",
  },
  config_invalid: {
    status: 500,
    message: "Setting {key} is not valid: {reason}.",
    remedy: "Correct it; `taffrail up --help` lists the settings.",
  },
  listen_needs_login: {
    status: 500,
    message: "Listening on {address} without login is refused.",
    remedy: "Listen on 127.0.0.1 or [::1].",
  },
  payload_invalid: {
    status: 400,
    message: "The body is not valid: {reason}.",
    remedy: "Correct the body; see /api/v1/openapi.json.",
  },
  server_starting: {
    status: 503,
    message: "The server is starting: {reason}.",
    remedy: "Retry in a few seconds; GET /readyz says when it is ready.",
  },
  request_malformed: {
    status: 400,
    message: "The request is not valid HTTP: {reason}.",
    remedy: "Check the client and the URL's encoding.",
  },
  request_timeout: {
    status: 408,
    message: "The request did not arrive in time.",
    remedy: "Send it faster or in smaller parts.",
  },
  headers_too_large: {
    status: 431,
    message: "URL and headers together exceed {limit} bytes.",
    remedy: "Shorten the query or the headers.",
  },
  page_missing: {
    status: 503,
    message: "The page is not built.",
    remedy: "Run `npm run build`; the API works without it.",
  },
  settings_unavailable: {
    status: 503,
    message: "The settings database {where} cannot be used: {reason}.",
    remedy: "Check TAFFRAIL_SETTINGS_URL and the database; the server retries nothing by itself.",
  },
  audit_unavailable: {
    status: 503,
    message: "The audit log cannot be written: {reason}.",
    remedy: "Free disk space or repair the data directory; the change was not made.",
  },
  setting_unknown: { status: 404, message: "There is no setting {key}.", remedy: "Known settings: {known}." },
  setting_invalid: {
    status: 400,
    message: "Setting {key} cannot be {value}: {reason}.",
    remedy: "Its unit is {unit}; see GET /api/v1/settings.",
  },
  hold_not_found: { status: 404, message: "There is no hold {id}.", remedy: "See GET /api/v1/retention/holds." },
  unexpected_answer: {
    status: 502,
    message: "The server answered {status} {code}: {reason}",
    remedy: "Use the client and the server of one version.",
  },
  retention_waits: {
    status: 409,
    message: "Retention drops nothing because {reason}.",
    remedy: "Check the machine's clock; if it is right, run retention once with a confirmation.",
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
