/** What is known of the record that is being put together. */
export interface OpenRecord {
  readonly lines: readonly Buffer[];
  /** A Python traceback was opened and its closing line (`ValueError: ...`) has not come yet. */
  readonly inTraceback: boolean;
  /** Its last line was blank. */
  readonly afterBlank: boolean;
}

/** What a line is to the record before it. */
export type Bond = "starts" | "continues" | "opens-traceback" | "ends-traceback";

const space = 0x20;
const tab = 0x09;
/** First characters of lines that may continue a record without being indented: Caused, Traceback, During, The above, `}` and the exception's name. */
const candidates = new Set([..."CTDS}"].map((character) => character.charCodeAt(0)));

/** How lines begin that carry a time of their own: 2026-11-22T09:00, [2026/11/22 09:00, 09:00:00, Nov 22 09:00:00. */
const stamp = /^\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)/;
/** What a logger writes under its own line: `java.io.IOException: closed`, `TypeError: x`, `Error [ERR_X]: y`; not `Error while reading`. */
const exceptionHead = /^(?:[\w$]+\.)*[\w$]*(?:Error|Exception|Throwable|Panic)(?:: |:?\s*$| \[\w+\]: )/;
const frame = /^\s+at /;
/** Nearly every line begins with its time: seen by one byte. */
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const headBytes = 200;
const headOf = (line: Buffer | undefined): string => line?.toString("utf8", 0, headBytes) ?? "";

const traceback = /^Traceback \(most recent call last\):/;
const causes =
  /^(Caused by: |Suppressed: |During handling of the above exception|The above exception was the direct cause)/;
/** How a traceback's closing line begins: the exception's name. */
const exception = /^[A-Za-z_][\w.]*(: |$)/;
/** The line of braces that closes the properties Node prints behind a stack trace. */
const closing = /^\}[\]},;]*$/;

function isTrace(lines: readonly Buffer[]): boolean {
  return lines.some((line) => {
    const text = headOf(line);
    return frame.test(text) || exceptionHead.test(text);
  });
}

/** An exception directly below a line with a time; its own line has none. */
const isLoggedException = (line: Buffer, { lines, afterBlank }: OpenRecord): boolean =>
  lines.length === 1 && !afterBlank && exceptionHead.test(headOf(line)) && stamp.test(headOf(lines[0]));

/** An error's message and Node's properties may hold blank lines: what is indented below one is still of the trace. */
const bondOfIndented = (open: OpenRecord): Bond =>
  open.afterBlank && !open.inTraceback && !isTrace(open.lines) ? "starts" : "continues";

/**
 * Says whether a line begins a record or belongs to the one before it: indented lines, Java's causes, Python's tracebacks with their closing line,
 * the brace that ends Node's error properties, an exception under a line with a time. A line after a blank one continues only where Python chains
 * exceptions and, indented, inside a trace.
 *
 * @example bondOf(Buffer.from("    at main (a.js:1:1)"), { lines: [first], inTraceback: false, afterBlank: false }) // "continues"
 */
export function bondOf(line: Buffer, open: OpenRecord): Bond {
  const first = line[0];
  if (first === space || first === tab) return bondOfIndented(open);
  if (first === undefined) return "starts";
  if (!open.inTraceback && !candidates.has(first))
    return !isDigit(first) && isLoggedException(line, open) ? "continues" : "starts";
  const text = headOf(line);
  if (traceback.test(text)) return "opens-traceback";
  if (causes.test(text)) return "continues";
  if (open.afterBlank) return "starts";
  if (open.inTraceback && exception.test(text)) return "ends-traceback";
  if (isLoggedException(line, open)) return "continues";
  return open.lines.length > 1 && closing.test(text) ? "continues" : "starts";
}

/** Nothing to see: empty, or blanks only. */
export const isBlank = (line: Buffer): boolean =>
  line.length === 0 || ((line[0] === space || line[0] === tab) && line.toString("latin1").trim() === "");

const openBrace = 0x7b;
const closeBrace = 0x7d;

/** A JSON object on one line is a whole record: nothing that follows can belong to it. */
export const isWhole = (line: Buffer): boolean => line[0] === openBrace && line[line.length - 1] === closeBrace;
