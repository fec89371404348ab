import type { Batch, EncodedRecord, Signal } from "@taffrail/contracts";
import type { Chunk } from "./chunk.ts";
import type { Picks } from "./chunk-account.ts";

/** Some records of one chunk. */
export interface Slice {
  readonly chunk: Chunk;
  readonly picks: Picks;
  /** The lines, when they were taken out of the chunk because most of it is gone. */
  readonly lines: readonly string[] | undefined;
}

/**
 * How many records a selection has.
 *
 * @example sizeOf({ from: 2, to: 5 }) // 3
 */
export function sizeOf(picks: Picks): number {
  return "from" in picks ? picks.to - picks.from : picks.length;
}

function indexesOf(picks: Picks): readonly number[] {
  return "from" in picks ? Array.from({ length: picks.to - picks.from }, (_, offset) => picks.from + offset) : picks;
}

/**
 * Characters of the lines of a slice.
 *
 * @example charactersOf(slice)
 */
export function charactersOf({ chunk, picks, lines }: Slice): number {
  if (lines !== undefined) return lines.reduce((sum, line) => sum + line.length, 0);
  if ("from" in picks) return chunk.endOf(picks.to - 1) - chunk.endOf(picks.from - 1);
  return picks.reduce((sum, index) => sum + chunk.endOf(index) - chunk.endOf(index - 1), 0);
}

function recordsOf({ chunk, picks, lines }: Slice): EncodedRecord[] {
  return chunk.records(indexesOf(picks), lines);
}

function textOf(slice: Slice): string {
  const { chunk, picks, lines } = slice;
  if (lines !== undefined) return lines.join("");
  if ("from" in picks) return chunk.wholeText().slice(chunk.endOf(picks.from - 1), chunk.endOf(picks.to - 1));
  return recordsOf(slice)
    .map((record) => record.line)
    .join("");
}

function bytesOf(slice: Slice): Uint8Array {
  const { chunk, picks, lines } = slice;
  if (lines !== undefined || !("from" in picks)) return Buffer.from(textOf(slice));
  const bytes = chunk.bytes();
  if (picks.to - picks.from === chunk.size) return bytes;
  // Plain ASCII: positions in the text are positions in the bytes.
  if (bytes.byteLength === chunk.characters)
    return bytes.subarray(chunk.endOf(picks.from - 1), chunk.endOf(picks.to - 1));
  return Buffer.from(textOf(slice));
}

/** Records on their way to one sink: parts of chunks that other sinks read too. */
export class MemoryBatch implements Batch {
  readonly signal: Signal;
  readonly id: undefined;
  readonly size: number;
  readonly characters: number;
  readonly slices: readonly Slice[];
  #bytes: Uint8Array | undefined;

  constructor(signal: Signal, slices: readonly Slice[]) {
    this.signal = signal;
    this.slices = slices;
    this.size = slices.reduce((sum, slice) => sum + sizeOf(slice.picks), 0);
    this.characters = slices.reduce((sum, slice) => sum + charactersOf(slice), 0);
  }

  text(): string {
    return this.slices.map(textOf).join("");
  }

  bytes(): Uint8Array {
    if (this.#bytes === undefined) {
      const parts = this.slices.map(bytesOf);
      this.#bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    }
    return this.#bytes ?? new Uint8Array(0);
  }

  /** Size as UTF-8 as far as it is known without encoding for it alone. */
  get byteLength(): number {
    return this.#bytes?.byteLength ?? this.characters;
  }

  records(): readonly EncodedRecord[] {
    return this.slices.flatMap(recordsOf);
  }
}
