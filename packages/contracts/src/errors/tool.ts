import type { ErrorDefinition } from "./define.ts";

/** Errors of the command-line tool. */
export const toolErrors = {
  server_unreachable: {
    status: 503,
    message: "No server answers at {url}: {reason}.",
    remedy: "Start one with `taffrail up`, or pass --server.",
  },
  file_unreadable: {
    status: 400,
    message: "{path} cannot be read: {reason}.",
    remedy: "Check the path and its permissions.",
  },
  nothing_to_ship: {
    status: 400,
    message: "No file matches {pattern}.",
    remedy: "Check the pattern; quote it so that the shell leaves it alone.",
  },
  file_damaged: {
    status: 400,
    message: "{path} is not a whole gzip file: {reason}.",
    remedy: "Check it with `gzip -t`; what could be read was shipped.",
  },
  state_unusable: {
    status: 500,
    message: "The place reached in {path} cannot be kept in {dir}: {reason}.",
    remedy: "Make the directory writable, or pass --state with another one.",
  },
  tool_failed: {
    status: 500,
    message: "The command failed: {reason}.",
    remedy: "Run `taffrail doctor`; if it stays, report it with this message.",
  },
  usage: { status: 400, message: "{reason}.", remedy: "See --help." },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
