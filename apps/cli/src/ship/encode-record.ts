import { levelOfSeverity } from "@taffrail/contracts";
import { createLineParser, type DecodedRecord } from "@taffrail/protocol";

/** Formats that every line of an input can be taken as; `auto` leaves it to the server to recognise each line. */
export const shipFormats = ["auto", "json", "logfmt", "access-log", "plain"] as const;
export type ShipFormat = (typeof shipFormats)[number];

/** One record as one line for the server; undefined when it is not of the format. */
export type RecordEncoder = (lines: readonly Buffer[]) => Buffer | undefined;

const stackTrace = /^\s+at |^Traceback \(most recent call last\):|^Caused by: /m;

/** Arrival time given to the parser: a record that has it as its own time has none in its line. */
const noTimeMs = 0;

function levelOf(record: DecodedRecord, text: string): string | undefined {
  const { severityText, severityNumber } = record;
  if (severityText !== "") return severityText;
  if (severityNumber > 0) return levelOfSeverity(severityNumber);
  return stackTrace.test(text) ? "error" : undefined;
}

/** A JSON line that the server reads back to the same record, with `more` behind its message. */
function jsonLine(record: DecodedRecord, first: string, more: string): Buffer {
  const { timeUnixNano, observedTimeUnixNano, service, traceId, spanId, attributes, body } = record;
  const level = levelOf(record, `${first}${more}`);
  const line = {
    ...(timeUnixNano === observedTimeUnixNano ? {} : { time: timeUnixNano }),
    ...(level === undefined ? {} : { level }),
    ...(service === "" ? {} : { service }),
    ...(traceId === "" ? {} : { trace_id: traceId }),
    ...(spanId === "" ? {} : { span_id: spanId }),
    ...attributes,
    msg: `${body}${more}`,
  };
  return Buffer.from(JSON.stringify(line, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
}

const lineBreak = Buffer.from("\n");
const restOf = (lines: readonly Buffer[]): string =>
  Buffer.concat(lines.slice(1).flatMap((line) => [lineBreak, line])).toString("utf8");

/**
 * Makes the encoder of an input. Without a forced format a single line goes as it stands, because the server knows its format; several lines become a
 * JSON line: the first is read for its time, level and fields, the rest joins its message. A stack trace without a level is an error.
 *
 * @example createRecordEncoder("auto")([Buffer.from("Error: boom"), Buffer.from("    at main (a.js:1:1)")])
 */
export function createRecordEncoder(format: ShipFormat): RecordEncoder {
  const isText = format !== "auto" && format !== "json";
  const parser = createLineParser(isText ? { format } : { plainText: format === "auto" });
  return (lines) => {
    const [first] = lines;
    if (first === undefined) return undefined;
    if (format === "auto" && lines.length === 1) return first;
    const opening = first.toString("utf8");
    const outcome = parser.parse(opening, noTimeMs);
    const more = restOf(lines);
    if ("record" in outcome) {
      // JSON of any dialect is best read by the server itself; several lines must become one in any case.
      if (format === "json" && more === "") return opening.trimStart().startsWith("{") ? first : undefined;
      return jsonLine(outcome.record, opening, more);
    }
    return format === "auto" ? Buffer.from(JSON.stringify({ msg: `${opening}${more}` })) : undefined;
  };
}
