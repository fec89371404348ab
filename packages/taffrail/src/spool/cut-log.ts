import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "./checksum.ts";

const fileName = "cuts";
const entryBytes = 24;
/** Beyond this the file is rewritten without what is no longer needed. */
const rewriteBytes = 64 * 1024;

/**
 * Which batches were handed out: for each sink the first and last record of each. Kept as long as the records are, so that a batch is cut the same
 * way again even when the place of the sink was lost: the same id always stands for the same bytes.
 */
export class CutLog {
  readonly #path: string;
  readonly #seed: number;
  /** By checksum of the sink's name: last record by first record. */
  readonly #cuts = new Map<number, Map<number, number>>();
  /** By the same: the latest first record. Batches are mostly cut behind it, and need no search then. */
  readonly #latest = new Map<number, number>();
  #descriptor: number | undefined;
  #bytes = 0;
  #rewriteAt = rewriteBytes;

  constructor(folder: string, laneId: string) {
    this.#path = join(folder, fileName);
    this.#seed = crc32(laneId);
  }

  /** Makes the file while there is room for it; throws what the file system says. */
  create(): void {
    this.#descriptor ??= openSync(this.#path, "w", 0o600);
  }

  /** Reads what is there; entries that are not whole are left out. */
  load(): void {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#path);
    } catch {
      // Not there yet, or lost: the cursor still knows the batch that is out.
      return;
    }
    for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
      const entry = bytes.subarray(at, at + entryBytes);
      if (entry.readUInt32LE(0) !== crc32(entry.subarray(4), this.#seed)) continue;
      this.#note(entry.readUInt32LE(4), entry.readUIntLE(8, 6), entry.readUIntLE(14, 6));
    }
    this.#bytes = bytes.length - (bytes.length % entryBytes);
  }

  /** Last record of the batch that began with `first`, if one was handed out. */
  lastOf(sink: string, first: number): number | undefined {
    return this.#cuts.get(crc32(sink))?.get(first);
  }

  /** First record of the next batch known to begin after `first`: a batch that is cut anew must end before it. */
  nextAfter(sink: string, first: number): number {
    const name = crc32(sink);
    let next = Number.POSITIVE_INFINITY;
    if ((this.#latest.get(name) ?? 0) <= first) return next;
    for (const start of this.#cuts.get(name)?.keys() ?? []) if (start > first && start < next) next = start;
    return next;
  }

  /** Notes a batch that another file tells of. */
  remember(sink: string, first: number, last: number): void {
    this.#note(crc32(sink), first, last);
  }

  /** Notes a batch; in memory in any case. Throws what the file system says. */
  add(sink: string, first: number, last: number): void {
    const name = crc32(sink);
    this.#note(name, first, last);
    this.#descriptor ??= openSync(this.#path, this.#bytes === 0 ? "w" : "r+", 0o600);
    writeSync(this.#descriptor, this.#entry(name, first, last), 0, entryBytes, this.#bytes);
    this.#bytes += entryBytes;
  }

  /** Forgets batches that ended before the oldest record there is. Throws what the file system says. */
  forgetBefore(oldest: number): void {
    for (const cuts of this.#cuts.values()) {
      for (const [first, last] of cuts) {
        if (last >= oldest) break;
        cuts.delete(first);
      }
    }
    if (this.#bytes < this.#rewriteAt) return;
    const entries = [...this.#cuts].flatMap(([name, cuts]) =>
      [...cuts].map(([first, last]) => this.#entry(name, first, last)),
    );
    const bytes = Buffer.concat(entries);
    this.close();
    writeFileSync(`${this.#path}.new`, bytes, { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#bytes = bytes.length;
    this.#rewriteAt = Math.max(rewriteBytes, 2 * bytes.length);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #note(name: number, first: number, last: number): void {
    const cuts = this.#cuts.get(name) ?? new Map<number, number>();
    this.#cuts.set(name, cuts.set(first, last));
    this.#latest.set(name, Math.max(first, this.#latest.get(name) ?? 0));
  }

  #entry(name: number, first: number, last: number): Buffer {
    const entry = Buffer.alloc(entryBytes);
    entry.writeUInt32LE(name, 4);
    entry.writeUIntLE(first, 8, 6);
    entry.writeUIntLE(last, 14, 6);
    entry.writeUInt32LE(crc32(entry.subarray(4), this.#seed), 0);
    return entry;
  }
}
