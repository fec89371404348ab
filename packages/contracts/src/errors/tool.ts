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
  usage: { status: 400, message: "{reason}.", remedy: "See --help." },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
