import type { Batch, EncodedRecord } from "@taffrail/contracts";

/** A batch as a sink shows it: the bytes, and where each record ends in them. */
export interface Rendering {
  readonly bytes: Uint8Array;
  /** Offsets behind each record, ascending; undefined when each record is one line. */
  readonly ends: readonly number[] | undefined;
}

const lineFeed = 10;

/**
 * The lines of a batch as they are.
 *
 * @example renderLines(batch).bytes === batch.bytes() // true
 */
export function renderLines(batch: Batch): Rendering {
  return { bytes: batch.bytes(), ends: undefined };
}

/**
 * Makes a rendering from the text that `format` gives for each record.
 *
 * @example renderWith((record) => record.line.toUpperCase())(batch)
 */
export function renderWith(format: (record: EncodedRecord) => string): (batch: Batch) => Rendering {
  return (batch) => {
    let text = "";
    let end = 0;
    const ends: number[] = [];
    for (const record of batch.records()) {
      const shown = format(record);
      text += shown;
      end += Buffer.byteLength(shown);
      ends.push(end);
    }
    return { bytes: Buffer.from(text), ends };
  };
}

/**
 * How many records are out whole after `written` bytes.
 *
 * @example recordsWithin({ bytes: Buffer.from("a\nb\n"), ends: undefined }, 3) // 1
 */
export function recordsWithin({ bytes, ends }: Rendering, written: number): number {
  if (ends !== undefined) return ends.filter((end) => end <= written).length;
  let records = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0 && at < written; at = bytes.indexOf(lineFeed, at + 1)) records += 1;
  return records;
}

/**
 * The end of a record that is half out after `written` bytes, as a copy; empty when none is. It must still be written when the rest of the
 * batch is given up: a line is never torn.
 *
 * @example tornEnd({ bytes: Buffer.from("{}\n{}\n"), ends: undefined }, 4).toString() // "}\n"
 */
export function tornEnd({ bytes, ends }: Rendering, written: number): Uint8Array {
  if (written === 0 || written >= bytes.length) return new Uint8Array(0);
  if (ends === undefined) {
    const whole = bytes[written - 1] === lineFeed;
    return bytes.slice(written, whole ? written : bytes.indexOf(lineFeed, written) + 1);
  }
  return bytes.slice(written, ends.includes(written) ? written : ends.find((end) => end > written));
}
