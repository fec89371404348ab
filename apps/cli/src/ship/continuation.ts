/** What is known of the record that is being put together. */
export interface OpenRecord {
  readonly lines: number;
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

const traceback = /^Traceback \(most recent call last\):/;
const causes =
  /^(Caused by: |Suppressed: |During handling of the above exception|The above exception was the direct cause)/;
/** How a traceback's closing line begins: the exception's name. */
const exception = /^[A-Za-z_][\w.]*(: |$)/;
/** The line of braces that closes the properties Node prints behind a stack trace. */
const closing = /^\}[\]},;]*$/;

/**
 * Says whether a line begins a record or belongs to the one before it: indented lines, Java's causes, Python's tracebacks with their closing line,
 * the brace that ends Node's error properties. A line after a blank one continues only where Python chains exceptions.
 *
 * @example bondOf(Buffer.from("    at main (a.js:1:1)"), { lines: 1, inTraceback: false, afterBlank: false }) // "continues"
 */
export function bondOf(line: Buffer, open: OpenRecord): Bond {
  const first = line[0];
  if (first === space || first === tab) return open.afterBlank && !open.inTraceback ? "starts" : "continues";
  if (!open.inTraceback && (first === undefined || !candidates.has(first))) return "starts";
  const text = line.toString("utf8", 0, 200);
  if (traceback.test(text)) return "opens-traceback";
  if (causes.test(text)) return "continues";
  if (open.afterBlank) return "starts";
  if (open.inTraceback && exception.test(text)) return "ends-traceback";
  return open.lines > 1 && closing.test(text) ? "continues" : "starts";
}

/** Nothing to see: empty, or blanks only. */
export const isBlank = (line: Buffer): boolean =>
  line.length === 0 || ((line[0] === space || line[0] === tab) && line.toString("latin1").trim() === "");

const openBrace = 0x7b;
const closeBrace = 0x7d;

/** A JSON object on one line is a whole record: nothing that follows can belong to it. */
export const isWhole = (line: Buffer): boolean => line[0] === openBrace && line[line.length - 1] === closeBrace;
