import { bondOf, isBlank, isWhole } from "./continuation.ts";
import type { Line } from "./line-splitter.ts";

/** One record of an input: the lines that make it up. */
export interface JoinedRecord {
  readonly kind: "record" | "blank" | "too-long";
  readonly lines: readonly Buffer[];
  /** Bytes of the input up to and with its last line. */
  readonly endOffset: number;
  /** Where its last line with content ends, without the line break. */
  readonly contentEnd: number;
}

export interface RecordJoiner {
  /** Takes the next line; gives the records that are complete by it. `nowMs` is monotonic. */
  push(line: Line, nowMs: number): JoinedRecord[];
  /** Gives up the record that has been held since before `nowMs - waitMs`. */
  expire(nowMs: number): JoinedRecord[];
  /** Gives up whatever is held. */
  flush(): JoinedRecord[];
}

export interface JoinerOptions {
  /** Off: each line is a record. */
  readonly join: boolean;
  readonly linesMax: number;
  readonly bytesMax: number;
  /** How long a record waits for a further line, milliseconds. */
  readonly waitMs: number;
}

interface Held {
  lines: Buffer[];
  bytes: number;
  endOffset: number;
  contentEnd: number;
  inTraceback: boolean;
  /** Blank lines seen since the last line with content: they belong to the record only if it goes on. */
  blanks: number[];
  sinceMs: number;
}

const emptyOf = (kind: "blank" | "too-long", endOffset: number): JoinedRecord => ({
  kind,
  lines: [],
  endOffset,
  contentEnd: endOffset,
});
const blankOf = (endOffset: number): JoinedRecord => emptyOf("blank", endOffset);
const recordOf = ({ bytes, endOffset, contentEnd }: Line): JoinedRecord => ({
  kind: "record",
  lines: [bytes],
  endOffset,
  contentEnd,
});

/** The held record, then the blank lines that turned out not to be its own. */
function release(held: Held | undefined): JoinedRecord[] {
  if (!held) return [];
  const { lines, endOffset, contentEnd } = held;
  return [{ kind: "record", lines, endOffset, contentEnd }, ...held.blanks.map(blankOf)];
}

function begin(line: Line, nowMs: number): Held {
  const { bytes, endOffset, contentEnd } = line;
  return { lines: [bytes], bytes: bytes.length, endOffset, contentEnd, inTraceback: false, blanks: [], sinceMs: nowMs };
}

function extend(held: Held, line: Line, nowMs: number): void {
  const blanks = held.blanks.map(() => Buffer.alloc(0));
  held.lines.push(...blanks, line.bytes);
  held.bytes += line.bytes.length + 1;
  held.endOffset = line.endOffset;
  held.contentEnd = line.contentEnd;
  held.blanks = [];
  held.sinceMs = nowMs;
}

const blanksMax = 2;

/**
 * Joins the lines of stack traces into one record each, bounded in lines, bytes and time.
 *
 * @example const joiner = createRecordJoiner({ join: true, linesMax: 500, bytesMax: 65_536, waitMs: 300 });
 */
export function createRecordJoiner(options: JoinerOptions): RecordJoiner {
  const { join, linesMax, bytesMax, waitMs } = options;
  let held: Held | undefined;

  const flush = (): JoinedRecord[] => {
    const records = release(held);
    held = undefined;
    return records;
  };
  const pushBlank = (line: Line): JoinedRecord[] => {
    if (held && held.lines.length > 1 && held.blanks.length < blanksMax) {
      held.blanks.push(line.endOffset);
      return [];
    }
    return [...flush(), blankOf(line.endOffset)];
  };
  const fits = (open: Held, line: Line): boolean =>
    open.lines.length + open.blanks.length < linesMax && open.bytes + line.bytes.length < bytesMax;
  const pushText = (line: Line, nowMs: number): JoinedRecord[] => {
    if (held) {
      const { lines, inTraceback, blanks } = held;
      const bond = bondOf(line.bytes, { lines, inTraceback, afterBlank: blanks.length > 0 });
      if (bond !== "starts" && fits(held, line)) {
        extend(held, line, nowMs);
        if (bond !== "continues") held.inTraceback = bond === "opens-traceback";
        return [];
      }
    }
    const records = flush();
    if (isWhole(line.bytes)) return [...records, recordOf(line)];
    held = begin(line, nowMs);
    // An uncaught exception begins with the traceback itself.
    held.inTraceback = bondOf(line.bytes, { lines: [], inTraceback: false, afterBlank: false }) === "opens-traceback";
    return records;
  };
  return {
    push(line, nowMs) {
      if (line.tooLong) return [...flush(), emptyOf("too-long", line.endOffset)];
      if (!join) return [isBlank(line.bytes) ? blankOf(line.endOffset) : recordOf(line)];
      return isBlank(line.bytes) ? pushBlank(line) : pushText(line, nowMs);
    },
    expire: (nowMs) => (held && nowMs - held.sinceMs >= waitMs ? flush() : []),
    flush,
  };
}
