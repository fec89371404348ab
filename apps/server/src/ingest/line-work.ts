import { limits, TaffrailError } from "@taffrail/contracts";
import {
  createLineParser,
  createLineSplitter,
  invalidUtf8At,
  isDeeperThan,
  jsonText,
  type LineFormat,
  type LineOutcome,
  type LineParser,
  lineFormats,
  parseJson,
  type RecordValue,
} from "@taffrail/protocol";
import type { LineOptions, Target } from "./job.ts";

/**
 * Reads the name of a line format.
 *
 * @throws TaffrailError `invalid_parameter` with the known names.
 * @example parseFormat("pino")
 */
export function parseFormat(name: string | undefined): LineFormat | undefined {
  if (name === undefined || name === "") return undefined;
  const known = lineFormats.find((format) => format === name);
  if (known) return known;
  throw new TaffrailError("invalid_parameter", { name: "format", reason: `it is none of ${lineFormats.join(", ")}` });
}

function putOutcome(target: Target, outcome: LineOutcome, line: string, number: number): void {
  if ("none" in outcome) return;
  if ("error" in outcome) {
    target.refusals.add(outcome.error, line, number);
    return;
  }
  try {
    target.frames.add(target.encode(outcome.record), number);
  } catch (error) {
    if (!(error instanceof TaffrailError)) throw error;
    target.refusals.add(error, line, number);
  }
}

function parseEach(body: Uint8Array, parser: LineParser, receivedAtMs: number, target: Target): void {
  const splitter = createLineSplitter();
  let lines = 0;
  const onLine: Parameters<typeof splitter.push>[1] = ({ text, number, error }) => {
    lines = number;
    if (error) target.refusals.add(error, text, number);
    else putOutcome(target, parser.parse(text, receivedAtMs, number), text, number);
  };
  splitter.push(body, onLine);
  splitter.end(onLine);
  for (const outcome of parser.flush(receivedAtMs)) putOutcome(target, outcome, "", lines);
}

/** The text of a JSON value that a list held, as the line it would have been. */
function lineOf(value: RecordValue): string {
  return isDeeperThan(value, limits.jsonDepth.value) ? "" : jsonText(value);
}

function putItem(value: RecordValue, number: number, parser: LineParser, receivedAtMs: number, target: Target): void {
  const line = lineOf(value);
  if (line === "") {
    const limit = limits.jsonDepth.value;
    target.refusals.add(new TaffrailError("record_too_deep", { limit }), "", number);
    return;
  }
  putOutcome(target, parser.parse(line, receivedAtMs, number), line, number);
}

/** The body as one JSON value; undefined when it is not one, which is then a matter of its lines. */
function wholeValue(body: Uint8Array): RecordValue | undefined {
  if (invalidUtf8At(body) >= 0) return undefined;
  try {
    return parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  } catch (error) {
    if (error instanceof TaffrailError) return undefined;
    throw error;
  }
}

/**
 * Parses a body of lines into the target; a bad line is refused and disturbs no other. With `wholeJson` a body that is one JSON value is taken as
 * one record, or as a list of records, numbered like lines.
 */
export function parseLines(body: Uint8Array, options: LineOptions, receivedAtMs: number, target: Target): void {
  const parser = createLineParser({
    format: parseFormat(options.format),
    service: options.service,
    plainText: options.plainText,
  });
  const value = options.wholeJson ? wholeValue(body) : undefined;
  if (value === undefined) parseEach(body, parser, receivedAtMs, target);
  else {
    const items: readonly RecordValue[] = Array.isArray(value) ? value : [value];
    for (const [index, item] of items.entries()) putItem(item, index + 1, parser, receivedAtMs, target);
  }
}
