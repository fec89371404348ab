import { levelOfSeverity } from "@taffrail/contracts";
import { createLineParser, type LineFormat } from "@taffrail/protocol";

const stackTrace = /^\s+at |^Traceback \(most recent call last\):|^Caused by: /m;

/** Nanoseconds that the parser gives to a line without a time of its own, to tell it from one with. */
const noTimeMs = 0;

function levelOf(severityText: string, severityNumber: number, text: string): string | undefined {
  if (severityText !== "") return severityText;
  if (severityNumber > 0) return levelOfSeverity(severityNumber);
  return stackTrace.test(text) ? "error" : undefined;
}

/**
 * One record as one line for the server. A single line goes as it stands, because the server knows its format; several lines become a JSON line: the
 * first is read for its time, level and fields, the rest joins its message. A stack trace without a level is an error.
 *
 * @example encodeRecord([Buffer.from("Error: boom"), Buffer.from("    at main (a.js:1:1)")], undefined)
 */
export function encodeRecord(lines: readonly Buffer[], format: LineFormat | undefined): Buffer {
  const [first, ...rest] = lines;
  if (first === undefined) return Buffer.alloc(0);
  if (rest.length === 0) return first;
  const text = Buffer.concat(rest.flatMap((line) => [Buffer.from("\n"), line])).toString("utf8");
  const opening = first.toString("utf8");
  const outcome = createLineParser({ format }).parse(opening, noTimeMs);
  if (!("record" in outcome)) return Buffer.from(JSON.stringify({ msg: `${opening}${text}` }));
  const { record } = outcome;
  const { timeUnixNano, severityText, severityNumber, service, traceId, spanId, attributes } = record;
  const level = levelOf(severityText, severityNumber, `${opening}${text}`);
  const line = {
    ...(timeUnixNano === "0000000" || timeUnixNano === "0" ? {} : { time: timeUnixNano }),
    ...(level === undefined ? {} : { level }),
    ...(service === "" ? {} : { service }),
    ...(traceId === "" ? {} : { trace_id: traceId }),
    ...(spanId === "" ? {} : { span_id: spanId }),
    ...attributes,
    msg: `${record.body}${text}`,
  };
  return Buffer.from(JSON.stringify(line, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
}
