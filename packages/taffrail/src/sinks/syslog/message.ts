import type { EncodedRecord, Level } from "@taffrail/contracts";
import { type Fields, isFields, parseLine } from "../../formats/parsed-line.ts";
import { visible } from "../../formats/visible.ts";

export interface MessageOptions {
  readonly format: "rfc5424" | "rfc3164";
  readonly content: "json" | "structured-data";
  /** 0 to 23. */
  readonly facility: number;
  /** Undefined takes the service of each record. */
  readonly appName: string | undefined;
  readonly hostname: string;
  readonly processId: number;
}

/** Severities of syslog: 7 debug, 6 informational, 5 notice, 4 warning, 3 error, 2 critical. */
const severities: Readonly<Record<Level, number>> = { trace: 7, debug: 7, info: 6, warn: 4, error: 3, fatal: 2 };
const notice = 5;
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
/** Longest name of an application, of a machine and of a datum. */
const longest = { appName: 48, hostname: 255, datum: 32, tag: 32 } as const;
/** Name of our structured data: the number is the one that examples may use, since there is none of our own. */
const dataName = "taffrail@32473";

/** A name in the characters that a header allows; `-` where nothing is left. */
function headerName(text: string, length: number): string {
  return text.replace(/[^!-~]/g, "_").slice(0, length) || "-";
}

/** One line: a line feed would begin another message. */
function inLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n");
}

/** Writes `prefix.name="value"` for each leaf. */
function parameters(prefix: string, fields: Fields, out: string[]): void {
  for (const [name, value] of Object.entries(fields)) {
    const key = prefix + name;
    if (isFields(value)) {
      parameters(`${key}.`, value, out);
      continue;
    }
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const escaped = inLine(text).replace(/["\\\]]/g, "\\$&");
    out.push(`${key.replace(/[^!-~]|[="\]]/g, "_").slice(0, longest.datum)}="${escaped}"`);
  }
}

function structuredData(record: Fields): string {
  const { time, level, service, msg, ...fields } = record;
  const out: string[] = [];
  parameters("", fields, out);
  return out.length === 0 ? "-" : `[${dataName} ${out.join(" ")}]`;
}

/** `Nov  2 09:00:00` in the zone of the machine, as RFC 3164 wants it. */
function oldTime(time: unknown): string {
  const date = new Date(String(time));
  const valid = Number.isNaN(date.getTime()) ? new Date(0) : date;
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = String(valid.getDate()).padStart(2);
  return `${months[valid.getMonth()]} ${day} ${two(valid.getHours())}:${two(valid.getMinutes())}:${two(valid.getSeconds())}`;
}

/**
 * Makes the form of one record as a syslog message, without framing.
 *
 * @example
 * syslogMessage({ format: "rfc5424", content: "json", facility: 1, appName: undefined, hostname: "h", processId: 7 })({ level: "info", line })
 * // '<14>1 2026-11-22T09:00:00.123Z h shop 7 - - {"time":…}'
 */
export function syslogMessage(options: MessageOptions): (record: EncodedRecord) => string {
  const hostname = headerName(options.hostname, longest.hostname);
  return ({ line, level, audit }) => {
    const record = parseLine(line) ?? {};
    const severity = audit === true && severities[level] > notice ? notice : severities[level];
    const priority = `<${options.facility * 8 + severity}>`;
    const service = options.appName ?? String(record.service ?? "");
    const isText = options.content === "structured-data" && record.msg !== undefined;
    const text = isText ? inLine(String(record.msg)) : line.trimEnd();
    if (options.format === "rfc3164") {
      const tag = headerName(service, longest.tag).replace(/[:[\]]/g, "_");
      return `${priority}${oldTime(record.time)} ${hostname} ${tag}[${options.processId}]: ${text}`;
    }
    const time = typeof record.time === "string" ? headerName(record.time, longest.datum) : "-";
    const data = isText ? structuredData(record) : "-";
    const appName = headerName(service, longest.appName);
    return `${priority}1 ${time} ${hostname} ${appName} ${options.processId} - ${data} ${text}`;
  };
}

/**
 * Cuts a message that is longer than `maxBytes`; a mark at its end says so. No character is cut in half.
 *
 * @example cutMessage(Buffer.from("x".repeat(3000)), 2048).length // 2048
 */
export function cutMessage(message: Uint8Array, maxBytes: number): Uint8Array {
  if (message.length <= maxBytes) return message;
  const mark = Buffer.from(`… [cut, ${message.length} bytes]`);
  let end = maxBytes - mark.length;
  while (end > 0 && ((message[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return Buffer.concat([message.subarray(0, end), mark]);
}
