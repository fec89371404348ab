import type { EncodedRecord } from "@taffrail/contracts";

/** Bookkeeping of an object and a queue slot, added to each record's own size. */
const overheadBytes = 128;

/** Memory that a waiting record may take, in bytes: a JavaScript string holds up to two bytes a character. */
export function costOf(record: EncodedRecord): number {
  return 2 * record.line.length + overheadBytes;
}

/** Bounds of one batch. */
export interface BatchBounds {
  readonly maxRecords: number;
  readonly maxCharacters: number;
}

/** A first-in first-out queue of records that knows its size in bytes. The bound itself is the owner's affair. */
export interface RecordBuffer<T extends EncodedRecord> {
  readonly length: number;
  readonly bytes: number;
  readonly characters: number;
  push(record: T): void;
  /** Takes the oldest record out. */
  shift(): T | undefined;
  /** Takes the oldest records out, at least one if there is any. */
  take(bounds: BatchBounds): T[];
}

/**
 * Makes an empty buffer.
 *
 * @example const buffer = createRecordBuffer(); buffer.push({ line: "{}\n", level: "info" });
 */
export function createRecordBuffer<T extends EncodedRecord>(): RecordBuffer<T> {
  let records: T[] = [];
  let head = 0;
  let bytes = 0;
  let characters = 0;

  const remove = (count: number): T[] => {
    const taken = records.slice(head, head + count);
    for (const record of taken) {
      bytes -= costOf(record);
      characters -= record.line.length;
    }
    head += count;
    // Taken records must not be held; moving the rest is paid for by those that were taken.
    if (head * 2 >= records.length) {
      records = records.slice(head);
      head = 0;
    } else {
      records.fill(undefined as unknown as T, head - count, head);
    }
    return taken;
  };

  return {
    get length() {
      return records.length - head;
    },
    get bytes() {
      return bytes;
    },
    get characters() {
      return characters;
    },
    push(record) {
      records.push(record);
      bytes += costOf(record);
      characters += record.line.length;
    },
    shift: () => (records.length > head ? remove(1)[0] : undefined),
    take({ maxRecords, maxCharacters }) {
      let count = 0;
      let size = 0;
      while (head + count < records.length && count < maxRecords) {
        size += records[head + count]?.line.length ?? 0;
        if (count > 0 && size > maxCharacters) break;
        count += 1;
      }
      return remove(count);
    },
  };
}
