import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "./checksum.ts";

const slotBytes = 32;
const checkedFrom = 4;
const checkedTo = 20;

/** How far one sink is in one sub-directory. */
export interface Cursor {
  /** Number of the first record that is not decided. */
  readonly next: number;
  /** Last number of the batch that is handed out and not decided; 0 for none. */
  readonly handedOut: number;
}

/** Name of the file that keeps a sink's place: readable, and different for different names. */
function cursorFileName(sink: string): string {
  const readable = sink.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 40);
  return `${readable}-${crc32(sink).toString(16).padStart(8, "0")}.cursor`;
}

/**
 * The place of one sink, kept in a file of two slots that are written in turn: when a write is torn the other slot still holds. Being written in
 * place it needs no room on a full disk.
 */
export class CursorFile {
  readonly #path: string;
  readonly #seed: number;
  readonly #slot = Buffer.alloc(slotBytes);
  #descriptor: number | undefined;
  #sequence = 0;

  /** `laneId` is mixed into the checksums: a file of another spool does not count. */
  constructor(folder: string, laneId: string, sink: string) {
    this.#path = join(folder, cursorFileName(sink));
    this.#seed = crc32(laneId);
  }

  /** The newest place that was written whole; undefined when there is none. Never throws. */
  read(): Cursor | undefined {
    const slots = Buffer.alloc(2 * slotBytes);
    try {
      const descriptor = openSync(this.#path, "r");
      try {
        readSync(descriptor, slots, 0, slots.length, 0);
      } finally {
        closeSync(descriptor);
      }
    } catch {
      // No file or no right: the same as lost. What it knew is repeated under the same ids.
      return undefined;
    }
    let newest: Cursor | undefined;
    for (const slot of [slots.subarray(0, slotBytes), slots.subarray(slotBytes)]) {
      const sequence = slot.readUInt32LE(checkedFrom);
      if (slot.readUInt32LE(0) !== crc32(slot.subarray(checkedFrom, checkedTo), this.#seed)) continue;
      if (newest !== undefined && sequence <= this.#sequence) continue;
      this.#sequence = sequence;
      newest = { next: slot.readUIntLE(8, 6), handedOut: slot.readUIntLE(14, 6) };
    }
    return newest;
  }

  /** Writes the place; throws what the file system says. */
  write({ next, handedOut }: Cursor): void {
    this.#descriptor ??= openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o600);
    const slot = this.#slot;
    this.#sequence += 1;
    slot.writeUInt32LE(this.#sequence, checkedFrom);
    slot.writeUIntLE(next, 8, 6);
    slot.writeUIntLE(handedOut, 14, 6);
    slot.writeUInt32LE(crc32(slot.subarray(checkedFrom, checkedTo), this.#seed), 0);
    writeSync(this.#descriptor, slot, 0, slotBytes, (this.#sequence % 2) * slotBytes);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
