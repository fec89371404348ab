import { TaffrailError } from "@taffrail/contracts";
import {
  checkNested,
  checkOptions,
  isBoolean,
  isInteger,
  isObject,
  isOneOf,
  isText,
  type OptionCheck,
  type OptionChecks,
} from "../../options/check-options.ts";

/** How a TLS receiver is checked, and how it knows us: PEM texts. */
export interface SyslogTlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name that the certificate must have, where it is not the host. */
  readonly servername?: string;
  /** Default true. */
  readonly rejectUnauthorized?: boolean;
}

export interface SyslogSinkOptions {
  /** `udp` (default), `tcp`, `tls`, or `unix`: a stream socket at `path` (Node.js cannot open datagram sockets such as the usual `/dev/log`). */
  readonly transport?: "udp" | "tcp" | "tls" | "unix" | undefined;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 514, for TLS 6514. */
  readonly port?: number | undefined;
  /** The socket, for `unix` only. */
  readonly path?: string | undefined;
  /** For `tls` only. */
  readonly tls?: SyslogTlsOptions | undefined;
  /** Default `rfc5424`. */
  readonly format?: "rfc5424" | "rfc3164" | undefined;
  /** What stands in the message: the JSON line (`json`, default), or the text, with the fields as structured data (RFC 5424 only). */
  readonly content?: "json" | "structured-data" | undefined;
  /** Name or number of the facility. Default `user`. */
  readonly facility?: string | number | undefined;
  /** Default: the service of each record. */
  readonly appName?: string | undefined;
  /** Default: the name of the machine. */
  readonly hostname?: string | undefined;
  /** How messages are told apart on a stream. Default `octet-counting`, for `unix` `newline`. */
  readonly framing?: "octet-counting" | "newline" | undefined;
  /** Longest datagram, in bytes; a longer message is cut, with a mark at its end. Default 2048. */
  readonly maxBytes?: number | undefined;
  /** Time for one batch, in ms. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** How long the end of a process may block to send what is left, in ms. Default 2000; 0 sends nothing then. */
  readonly lastEffortMs?: number | undefined;
}

const facilities: readonly string[] = (
  "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock " +
  "local0 local1 local2 local3 local4 local5 local6 local7"
).split(" ");

const isFacility: OptionCheck = (value) =>
  facilities.includes(value as string) || isInteger(0, facilities.length - 1)(value) === undefined
    ? undefined
    : `it must be a number from 0 to 23 or one of ${facilities.join(", ")}`;

const isPem: OptionCheck = (value) =>
  typeof value === "string" && value.includes("-----BEGIN ") ? undefined : "it must be a PEM text";

const tlsChecks = {
  ca: isPem,
  cert: isPem,
  key: isPem,
  servername: isText,
  rejectUnauthorized: isBoolean,
} as const satisfies OptionChecks;

/** Options of one transport. */
const ownTransport = [
  ["path", "unix"],
  ["tls", "tls"],
] as const;

const isPort = isInteger(1, 65_535);

/** Refuses what is no set of options of a syslog sink. Throws `option_unknown` and `option_invalid`. */
export function checkSyslogOptions(options: SyslogSinkOptions): void {
  checkOptions("syslogSink", options, {
    transport: isOneOf(["udp", "tcp", "tls", "unix"]),
    host: isText,
    port: isPort,
    path: isText,
    tls: isObject,
    format: isOneOf(["rfc5424", "rfc3164"]),
    content: isOneOf(["json", "structured-data"]),
    facility: isFacility,
    appName: isText,
    hostname: isText,
    framing: isOneOf(["octet-counting", "newline"]),
    maxBytes: isInteger(480, 65_507),
    timeoutMs: isInteger(1, 600_000),
    lastEffortMs: isInteger(0, 60_000),
  });
  checkNested(options.tls, { where: "syslogSink", key: "tls" }, tlsChecks);
  const { transport = "udp" } = options;
  // What has no effect is told: whoever gives certificates must not send in the clear.
  const idle = ownTransport.find(([key, own]) => options[key] !== undefined && transport !== own);
  if (idle !== undefined) {
    const [key, own] = idle;
    const reason = `it has an effect with the transport ${own} only`;
    throw new TaffrailError("option_invalid", { where: "syslogSink", key, reason });
  }
  if (transport === "unix") checkOptions("syslogSink", { path: options.path ?? "" }, { path: isText });
}

/** Number of a facility. */
export function facilityNumber(facility: NonNullable<SyslogSinkOptions["facility"]>): number {
  return typeof facility === "number" ? facility : facilities.indexOf(facility);
}
