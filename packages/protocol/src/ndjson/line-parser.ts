import { TaffrailError } from "@taffrail/contracts";
import { parseJsonObject } from "../json.ts";
import { type DecodedRecord, openMap, type RecordMap } from "../value.ts";
import { createPartJoiner } from "./container-parts.ts";
import { type ContainerLine, readCri } from "./dialects/cri.ts";
import type { LineFormat } from "./dialects/dialect.ts";
import { readDocker } from "./dialects/docker.ts";
import { plain } from "./dialects/plain.ts";
import { openFields, type Reading } from "./fields.ts";
import { jsonDialects, textDialects } from "./formats.ts";
import { createRecordMaker } from "./make-record.ts";

export interface LineParserOptions {
  /** Takes every line as this format; default: each line is recognised by itself. */
  readonly format?: LineFormat | undefined;
  /** Service of lines that name none. */
  readonly service?: string | undefined;
  /** Whether a line that is no known format is a record of plain text (default) or an error. */
  readonly plainText?: boolean | undefined;
}

/** What became of a line: a record, an error, or nothing yet (blank; or a part that waits for the rest of its record). */
export type LineOutcome =
  | { readonly record: DecodedRecord; readonly format: LineFormat }
  | { readonly error: TaffrailError }
  | { readonly none: "blank" | "partial" };

/** Turns the lines of one stream, in order, into records. It keeps state only for records that a container runtime cut into parts. */
export interface LineParser {
  /** `line` has no line end. `number` is for messages; default: calls are counted from 1. */
  parse(line: string, receivedAtMs: number, number?: number): LineOutcome;
  /** Records whose last part never came; call it at the end of the stream. */
  flush(receivedAtMs: number): readonly LineOutcome[];
}

interface Found {
  readonly reading: Reading;
  readonly format: LineFormat;
}

function readJson(object: RecordMap, format: LineFormat | undefined): Found | undefined {
  const dialect = jsonDialects.find(({ name, recognises }) => (format ? name === format : recognises(object)));
  return dialect && { reading: dialect.read(openFields(object)), format: dialect.name };
}

interface TextOptions {
  readonly format: LineFormat | undefined;
  readonly plainText: boolean;
}

function readText(line: string, now: number, { format, plainText }: TextOptions): Found | undefined {
  for (const dialect of textDialects) {
    if (format ? dialect.name !== format : dialect.name === "plain" && !plainText) continue;
    const reading = dialect.read(line, now);
    if (reading) return { reading, format: dialect.name };
  }
  return undefined;
}

const startsObject = (line: string): boolean => /^\s*\{/.test(line);

/** What a container printed is a record whatever it is: broken JSON is text there. */
function readInner(text: string, now: number): Reading {
  try {
    const found = startsObject(text)
      ? readJson(parseJsonObject(text), undefined)
      : readText(text, now, { format: undefined, plainText: true });
    if (found) return found.reading;
  } catch (error) {
    if (!(error instanceof TaffrailError)) throw error;
  }
  return plain.read(text, now) ?? { body: text, attributes: openMap() };
}

/** Puts the runtime's frame around what the container printed: its time where the record has none, its stream, its labels. */
function readFramed(frame: ContainerLine, labels: RecordMap | undefined, now: number): Reading {
  const inner = readInner(frame.text, now);
  const attributes = Object.assign(openMap(), inner.attributes, { "log.iostream": frame.stream });
  if (labels) attributes.attrs = labels;
  return { ...inner, time: inner.time ?? frame.time, attributes };
}

/** Tells the sender which line, and keeps errors that say more than "this is no record". */
function lineError(error: unknown, line: number): TaffrailError {
  if (!(error instanceof TaffrailError)) throw error;
  if (error.code !== "malformed_json") return error;
  return new TaffrailError("invalid_line", { line, reason: String(error.details.reason) }, error);
}

const reasonOf = (format: LineFormat | undefined): string =>
  format ? `it is not ${format}` : "it is neither JSON nor a known format; plain text is sent as text/plain";

/**
 * Makes a parser of log lines: JSON lines of taffrail, pino, bunyan, winston, ECS and others, Docker's json-file and CRI with any of these
 * inside, logfmt, web-server access logs, and plain text.
 *
 * @example
 * const parser = createLineParser();
 * const outcome = parser.parse('{"level":30,"time":1795338000000,"msg":"hi","pid":1}', Date.now());
 * if ("record" in outcome) keep(outcome.record);
 */
export function createLineParser(options: LineParserOptions = {}): LineParser {
  const { format, plainText = true } = options;
  const make = createRecordMaker(options.service ?? "");
  const joiner = createPartJoiner();
  let count = 0;

  function frameOutcome(
    frame: ContainerLine,
    labels: RecordMap | undefined,
    framing: LineFormat,
    now: number,
  ): LineOutcome {
    const whole = joiner.add(frame);
    if (whole === undefined) return { none: "partial" };
    return { record: make(readFramed(whole, labels, now), now), format: framing };
  }

  function outcomeOf(line: string, now: number, number: number): LineOutcome {
    let found: Found | undefined;
    if (startsObject(line) && !textDialects.some(({ name }) => name === format)) {
      const object = parseJsonObject(line);
      const docker = format === undefined || format === "docker" ? readDocker(object) : undefined;
      if (docker) return frameOutcome(docker, docker.labels, "docker", now);
      found = readJson(object, format);
    } else {
      const cri = format === undefined || format === "cri" ? readCri(line) : undefined;
      if (cri) return frameOutcome(cri, undefined, "cri", now);
      found = readText(line, now, { format, plainText });
    }
    if (found) return { record: make(found.reading, now), format: found.format };
    return { error: new TaffrailError("invalid_line", { line: number, reason: reasonOf(format) }) };
  }

  return {
    parse(line, receivedAtMs, number): LineOutcome {
      count++;
      if (line.trim() === "") return { none: "blank" };
      try {
        return outcomeOf(line, receivedAtMs, number ?? count);
      } catch (error) {
        return { error: lineError(error, number ?? count) };
      }
    },
    flush(receivedAtMs): readonly LineOutcome[] {
      return joiner
        .flush()
        .map((frame) => ({ record: make(readFramed(frame, undefined, receivedAtMs), receivedAtMs), format: "cri" }));
    },
  };
}
