import { limits, TaffrailError } from "@taffrail/contracts";
import { invalidUtf8At } from "../otlp/utf8.ts";

/** One line of a byte stream: its text without the line end, or why it has none. */
export interface SplitLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  /** `invalid_utf8` (the offset counts from the start of the line) or `record_too_large`; then `text` is the line's start, repaired. */
  readonly error?: TaffrailError;
  /** Bytes that the line took from the stream, its line end included. */
  readonly bytes: number;
}

export interface LineSplitterOptions {
  /** Longest line, bytes; what exceeds it is stepped over and told as an error. Default: the limit of a record. */
  readonly lineBytesMax?: number;
}

/** Splits bytes into lines as they come; holds at most one line. */
export interface LineSplitter {
  push(chunk: Uint8Array, onLine: (line: SplitLine) => void): void;
  /** The last line, when it has no line end. */
  end(onLine: (line: SplitLine) => void): void;
}

const newline = 10;
const carriageReturn = 13;
const sampleBytes = 512;

function decode(bytes: Uint8Array, number: number, size: number): SplitLine {
  let end = bytes.byteLength;
  if (end > 0 && bytes[end - 1] === carriageReturn) end--;
  const start = number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
  if (!text.includes("\ufffd")) return { number, text, bytes: size };
  const fault = invalidUtf8At(bytes.subarray(start, end));
  if (fault < 0) return { number, text, bytes: size };
  const offset = fault + start;
  return {
    number,
    text: text.slice(0, sampleBytes),
    bytes: size,
    error: new TaffrailError("invalid_utf8", { offset }),
  };
}

function tooLarge(start: Uint8Array, number: number, size: number, limit: number): SplitLine {
  const text = Buffer.from(start.subarray(0, sampleBytes)).toString("utf8");
  return { number, text, bytes: size, error: new TaffrailError("record_too_large", { size, limit }) };
}

/**
 * Makes a splitter: lines end in LF or CRLF, a byte-order mark at the start is dropped, the last line needs no end, a line that is too long or
 * not UTF-8 is told as an error and does not disturb the next.
 *
 * @example const splitter = createLineSplitter(); splitter.push(chunk, keep); splitter.end(keep);
 */
export function createLineSplitter(options: LineSplitterOptions = {}): LineSplitter {
  const limit = options.lineBytesMax ?? limits.recordLine.value;
  let number = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  /** Bytes of the line under way, held or stepped over. */
  let lineBytes = 0;

  function hold(part: Uint8Array): void {
    lineBytes += part.byteLength;
    if (part.byteLength === 0 || heldBytes > limit) return;
    const kept = part.subarray(0, limit + 1 - heldBytes);
    // A copy, because the caller may reuse its chunk.
    held.push(Uint8Array.from(kept));
    heldBytes += kept.byteLength;
  }

  function finish(last: Uint8Array, ended: boolean, onLine: (line: SplitLine) => void): void {
    const size = lineBytes + last.byteLength + (ended ? 1 : 0);
    const bytes = held.length === 0 ? last : Buffer.concat([...held, last.subarray(0, limit + 1 - heldBytes)]);
    held = [];
    heldBytes = 0;
    lineBytes = 0;
    number++;
    onLine(bytes.byteLength > limit ? tooLarge(bytes, number, size, limit) : decode(bytes, number, size));
  }

  return {
    push(chunk, onLine): void {
      let start = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
        finish(chunk.subarray(start, at), true, onLine);
        start = at + 1;
      }
      hold(chunk.subarray(start));
    },
    end(onLine): void {
      if (lineBytes > 0) finish(new Uint8Array(0), false, onLine);
    },
  };
}
