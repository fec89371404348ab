import type { EncodedRecord } from "@taffrail/contracts";

/** Bookkeeping of an object and a queue slot, added to each record's own size. */
const overheadBytes = 128;

/** Memory that a waiting record may take, in bytes: a JavaScript string holds up to two bytes a character. */
export function costOf(record: EncodedRecord): number {
  return 2 * record.line.length + overheadBytes;
}

/** Bounds of one batch. A single record is a batch, however large it is. */
export interface BatchBounds {
  readonly maxRecords: number;
  readonly maxCharacters: number;
}

/** A first-in first-out queue of records that knows its size. The bound itself is the owner's affair. */
export class RecordBuffer<T extends EncodedRecord> {
  #records: T[] = [];
  #head = 0;
  #bytes = 0;
  #characters = 0;

  get length(): number {
    return this.#records.length - this.#head;
  }

  /** Memory of all records, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  get characters(): number {
    return this.#characters;
  }

  push(record: T): void {
    this.#records.push(record);
    this.#bytes += costOf(record);
    this.#characters += record.line.length;
  }

  /** Takes the oldest records out, at least one if there is any. */
  take({ maxRecords, maxCharacters }: BatchBounds): T[] {
    const taken: T[] = [];
    let size = 0;
    for (let index = this.#head; index < this.#records.length && taken.length < maxRecords; index++) {
      const record = this.#records[index];
      if (record === undefined) break;
      size += record.line.length;
      if (taken.length > 0 && size > maxCharacters) break;
      taken.push(record);
      this.#bytes -= costOf(record);
      this.#characters -= record.line.length;
    }
    this.#head += taken.length;
    this.#compact();
    return taken;
  }

  /** Lets go of taken records when they are half of the list: each record is then moved once on average. */
  #compact(): void {
    if (this.#head * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#head);
    this.#head = 0;
  }
}
