import { type OpenMap, openMap } from "../value.ts";
import type { Reading } from "./fields.ts";
import { parseSeverity } from "./severity.ts";
import { levelAfterTime } from "./text-level.ts";
import { leadingTime } from "./text-time.ts";
import { parseTime } from "./time.ts";

const priority = /^<(\d{1,3})>/;
const modern =
  /^1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (-|(?:\[[^\]"]*(?:"(?:[^"\\]|\\.)*"[^\]"]*)*\])+)(?: \ufeff?(.*))?$/s;
const classic = /^(\S{1,255}) ([\w./-]{1,48})(?:\[(\d{1,10})\])?: ?(.*)$/s;

/** Hyphens stand for what the sender does not know. */
const known = (text: string | undefined): string | undefined => (text === "-" || text === "" ? undefined : text);

function resourceOf(host: string | undefined, pid: string | undefined): Readonly<Record<string, string>> {
  return { ...(host === undefined ? {} : { "host.name": host }), ...(pid === undefined ? {} : { "process.pid": pid }) };
}

function readModern(text: string, attributes: OpenMap): Reading | undefined {
  const match = modern.exec(text);
  const time = parseTime(match?.[1]);
  if (!match || (time === undefined && match[1] !== "-")) return undefined;
  const [, , host, app, process, id, data, body = ""] = match.map(known);
  if (id !== undefined) attributes["syslog.msgid"] = id;
  if (data !== undefined) attributes["syslog.structured_data"] = data;
  return { time, body, service: app, resource: resourceOf(host, process), attributes };
}

function readClassic(text: string, receivedAtMs: number, sure: boolean, attributes: OpenMap): Reading | undefined {
  const start = leadingTime(text, receivedAtMs);
  if (!start) return undefined;
  const rest = text.slice(start.length);
  const [whole, host, app, process, body = ""] = classic.exec(rest) ?? [];
  if (whole === undefined) return sure ? { time: start.time, body: rest, attributes } : undefined;
  if (!sure && process === undefined && app !== "kernel") return undefined;
  return { time: start.time, body, service: app, resource: resourceOf(host, process), attributes };
}

/**
 * Reads a line of syslog, RFC 5424 or RFC 3164, and the latter also as files keep it, without a priority. Host, program and process become the
 * resource, and the severity is that of the priority. Undefined when the line is neither.
 *
 * @example readSyslog("<11>Nov 22 09:00:00 web app[7]: it failed", Date.now())?.severity?.number // 17
 */
export function readSyslog(line: string, receivedAtMs: number): Reading | undefined {
  const [head, digits] = priority.exec(line) ?? [];
  if (head === undefined) {
    if (!/^[A-Z]/.test(line)) return undefined;
    const reading = readClassic(line, receivedAtMs, false, openMap());
    return reading && { ...reading, severity: levelAfterTime(reading.body ?? "") };
  }
  const value = Number(digits);
  if (value > 191) return undefined;
  const text = line.slice(head.length);
  const attributes = Object.assign(openMap(), { "syslog.facility": value >> 3 });
  const reading = readModern(text, attributes) ?? readClassic(text, receivedAtMs, true, attributes);
  return reading && { ...reading, severity: parseSeverity(value & 7) };
}
