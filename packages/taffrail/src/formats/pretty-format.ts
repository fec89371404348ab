import type { Formatter } from "@taffrail/contracts";
import { checkOptions, isBoolean, isOneOf } from "../options/check-options.ts";
import { wantsColours } from "./colours.ts";
import { formatManifest } from "./manifest.ts";
import { type Fields, isLoggedError, type LoggedError, parseLine, stackOf } from "./parsed-line.ts";
import { visible } from "./visible.ts";

export interface PrettyFormatOptions {
  /** Colours. Default: as `NO_COLOR` and `FORCE_COLOR` say, otherwise on a terminal. */
  readonly colours?: boolean | undefined;
  /** Time of day in the zone of the machine (`local`, default), in UTC, or the line's own full time (`full`). */
  readonly time?: "local" | "utc" | "full" | undefined;
}

type Paint = (text: string, code: number) => string;

const colourOf: Readonly<Record<string, number>> = { trace: 90, debug: 36, info: 32, warn: 33, error: 31, fatal: 35 };
const dim = 2;
const bold = 1;
const red = 31;
const levelWidth = 5;
const headNames: ReadonlySet<string> = new Set(["time", "level", "service", "msg"]);
const step = "  ";
const firstIndent = "    ";
/** A nested value that is longer than this as JSON stands in lines of its own. */
const inlineMax = 72;

const plain = /^[\w./:@+-]+$/;
const plainName = /^[\w./:@+[\]-]+$/;

/** A line that is cut out of the text, by `grep` or a pager, has its own colour and ends it. */
const inColour: Paint = (text, code) =>
  text.replace(/^([ ]*)(.+)$/gm, (_, blanks: string, rest: string) => `${blanks}\u001b[${code}m${rest}\u001b[0m`);

function indent(text: string, by: string): string {
  return text.replaceAll("\n", `\n${by}`);
}

/** For what stands in the head of a record: a line feed there would look like the beginning of another record. */
function inLine(value: unknown): string {
  return visible(String(value)).replaceAll("\n", "\\n");
}

function scalar(value: unknown): string {
  if (typeof value === "string" && plain.test(value)) return value;
  return visible(JSON.stringify(value));
}

function nameOf(name: string): string {
  return visible(plainName.test(name) ? name : JSON.stringify(name));
}

/** True for what reads better below the line: long nested values and texts of several lines. */
function isBlock(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\n");
  return typeof value === "object" && value !== null && JSON.stringify(value).length > inlineMax;
}

function entriesOf(value: unknown): [string, unknown][] {
  return Array.isArray(value) ? value.map((item, index) => [`${index}`, item]) : Object.entries(value as Fields);
}

/** `name: value`, in as many lines as it takes, each behind `by`. */
function block(name: string, value: unknown, by: string, paint: Paint): string {
  const head = `\n${by}${paint(`${nameOf(name)}:`, dim)}`;
  if (isLoggedError(value)) return errorBlock(name, value, by, paint);
  if (!isBlock(value)) return `${head} ${scalar(value)}`;
  const inner = by + step;
  if (typeof value === "string") return `${head}\n${inner}${indent(visible(value), inner)}`;
  return head + entriesOf(value).reduce((text, [key, item]) => text + block(key, item, inner, paint), "");
}

function errorBlock(name: string, error: LoggedError, by: string, paint: Paint): string {
  const { type, message, stack, cause, errors, ...own } = error;
  const [head = "", ...frames] = visible(stackOf(error)).split("\n");
  const inner = by + step;
  let text = `\n${by}${paint(`${nameOf(name)}:`, dim)} ${paint(head, red)}`;
  if (frames.length > 0) text += `\n${by}${paint(frames.join(`\n${by}`), dim)}`;
  for (const [key, value] of Object.entries(own)) text += block(key, value, inner, paint);
  if (cause !== undefined) text += block("cause", cause, inner, paint);
  for (const [index, member] of Array.isArray(errors) ? errors.entries() : []) {
    text += block(`errors[${index}]`, member, inner, paint);
  }
  return text;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Makes what turns the line's UTC time into the time to show. */
function clockOf(form: NonNullable<PrettyFormatOptions["time"]>): (time: unknown) => string {
  if (form === "full") return inLine;
  if (form === "utc") return (time) => inLine(/T([\d:.]+)Z$/.exec(String(time))?.[1] ?? String(time));
  return (time) => {
    const date = new Date(String(time));
    if (Number.isNaN(date.getTime())) return inLine(time);
    const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
    return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
  };
}

function present(record: Fields, timeOf: (time: unknown) => string, paint: Paint): string {
  const level = String(record.level);
  const label = paint(inLine(level).toUpperCase().padEnd(levelWidth), colourOf[level] ?? 0);
  let head = `${paint(timeOf(record.time), dim)} ${label} ${paint(inLine(record.service), dim)}`;
  if (record.msg !== "") head += ` ${paint(indent(visible(String(record.msg)), firstIndent), bold)}`;
  let blocks = "";
  for (const [name, value] of Object.entries(record)) {
    if (headNames.has(name)) continue;
    if (isLoggedError(value) || isBlock(value)) blocks += block(name, value, firstIndent, paint);
    else head += ` ${paint(`${nameOf(name)}=`, dim)}${scalar(value)}`;
  }
  return `${head}${blocks}\n`;
}

/**
 * Makes the form for people: time, level, service, message and fields in one line; long nested values, texts of several lines, and errors with
 * their stacks and causes below. No value can command the terminal. A line that is no record is shown as it is.
 * Throws `option_unknown` and `option_invalid`.
 *
 * @example
 * prettyFormat({ colours: false, time: "utc" }).format({ level: "info", line: '{"time":"2026-11-22T09:00:00.123Z","level":"info","service":"shop","msg":"paid","total":9}\n' })
 * // "09:00:00.123 INFO  shop paid total=9\n"
 */
export function prettyFormat(options: PrettyFormatOptions = {}): Formatter {
  checkOptions("prettyFormat", options, { colours: isBoolean, time: isOneOf(["local", "utc", "full"]) });
  const colours = options.colours ?? wantsColours(process.env, process.getBuiltinModule("node:tty").isatty(1));
  const paint: Paint = colours ? inColour : (text) => text;
  const timeOf = clockOf(options.time ?? "local");
  return {
    manifest: formatManifest("pretty"),
    format({ line }) {
      const record = parseLine(line);
      return record === undefined ? visible(line) : present(record, timeOf, paint);
    },
  };
}
