/** One line of an input, without its line break. */
export interface Line {
  readonly bytes: Buffer;
  /** Bytes of the input up to and with this line and its line break. */
  readonly endOffset: number;
  /** The same without the line break. */
  readonly contentEnd: number;
  /** Longer than allowed: `bytes` is empty, its content was let go. */
  readonly tooLong: boolean;
}

export interface LineSplitter {
  /** Takes the next bytes; gives the lines that are complete. The bytes must not change afterwards. */
  push(bytes: Buffer): Line[];
  /** The last line when it has no line break; afterwards the splitter is empty. */
  rest(): Line | undefined;
}

const lineFeed = 10;
const carriageReturn = 13;
const nothing = Buffer.alloc(0);

/**
 * Cuts a byte stream into lines. Holds at most `lineBytesMax` bytes of an unfinished line; a longer one is let go and marked.
 *
 * @example createLineSplitter({ offset: 0, lineBytesMax: 1024 }).push(Buffer.from("a\nb")) // one line, "a", endOffset 2
 */
export function createLineSplitter(options: { readonly offset: number; readonly lineBytesMax: number }): LineSplitter {
  const { lineBytesMax } = options;
  let offset = options.offset;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let overflowed = false;

  const hold = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    overflowed ||= heldBytes + bytes.length > lineBytesMax;
    if (overflowed) held = [];
    else held.push(bytes);
    heldBytes += bytes.length;
  };
  const finish = (last: Buffer, breakBytes: number): Line => {
    offset += heldBytes + last.length + breakBytes;
    const tooLong = overflowed || heldBytes + last.length > lineBytesMax;
    let bytes = tooLong ? nothing : held.length === 0 ? last : Buffer.concat([...held, last]);
    let contentEnd = offset - breakBytes;
    if (bytes.length > 0 && bytes[bytes.length - 1] === carriageReturn) {
      bytes = bytes.subarray(0, -1);
      contentEnd -= 1;
    }
    held = [];
    heldBytes = 0;
    overflowed = false;
    return { bytes, endOffset: offset, contentEnd, tooLong };
  };
  return {
    push(bytes) {
      const lines: Line[] = [];
      let start = 0;
      for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
        lines.push(finish(bytes.subarray(start, end), 1));
        start = end + 1;
      }
      hold(bytes.subarray(start));
      return lines;
    },
    rest() {
      return heldBytes === 0 ? undefined : finish(nothing, 0);
    },
  };
}
