import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { pieceBytes } from "./frame-reader.ts";
import type { Segment } from "./segment.ts";

const fdatasyncLater = promisify(fdatasync);

/** A segment with its open file. */
export interface OpenFile {
  readonly segment: Segment;
  readonly descriptor: number;
}

export interface SegmentSyncOptions {
  readonly policy: "never" | "interval" | "always";
  readonly intervalMs: number;
  readonly problem: (message: string) => void;
  /** Stops writing to a file whose sync failed. */
  readonly abandon: (segment: Segment) => void;
}

/** A spare file that stays is recognised as a duplicate by the next process. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The disk fails: that is being told already.
  }
}

/** Carries what is written over to the disk itself, by policy. A file whose sync failed is never synced again: what it holds is written elsewhere. */
export class SegmentSync {
  readonly #options: SegmentSyncOptions;
  /** Files with bytes that are not synced. */
  readonly #dirty = new Set<OpenFile>();
  /** Files that are closed as soon as they are synced. */
  readonly #closing = new Set<OpenFile>();
  /** Directories with a new entry. */
  readonly #folders = new Set<string>();
  /** The file whose sync is under way in another thread: it must not be closed. */
  #inFlight: OpenFile | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  /** What the last failure said; undefined while all is well. */
  failure: string | undefined;

  constructor(options: SegmentSyncOptions) {
    this.#options = options;
  }

  /** A file was made. */
  created({ segment }: OpenFile): void {
    if (this.#options.policy !== "never" && segment.path !== undefined) this.#folders.add(dirname(segment.path));
  }

  /** Bytes were written. True when they are as safe as the policy says. */
  wrote(file: OpenFile): boolean {
    const { policy, intervalMs } = this.#options;
    if (policy === "never") return true;
    this.#dirty.add(file);
    if (policy === "always") return this.syncSync();
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => void this.sync(), intervalMs);
      this.#timer.unref();
    }
    return true;
  }

  /** Nothing more is written to the file: closes it, after its last sync. */
  finished(file: OpenFile): void {
    if (this.#dirty.has(file) || this.#inFlight === file) this.#closing.add(file);
    else closeSync(file.descriptor);
  }

  /** The segment is deleted: its bytes need no sync, and its file must let go of the disk. */
  forget(segment: Segment): void {
    for (const file of [...this.#dirty]) {
      if (file.segment !== segment || this.#inFlight === file) continue;
      this.#dirty.delete(file);
      if (this.#closing.delete(file)) closeSync(file.descriptor);
    }
  }

  /** Syncs all that was written before. Never rejects. */
  sync(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = this.#running.then(() => this.#syncAll());
    return this.#running;
  }

  /** The same, blocking; false when something could not be synced. */
  syncSync(): boolean {
    let isSafe = true;
    for (const file of [...this.#dirty]) {
      this.#dirty.delete(file);
      try {
        fdatasyncSync(file.descriptor);
        this.#synced(file);
      } catch (error) {
        isSafe = this.#rescueSync(file, error) && isSafe;
      }
    }
    this.#syncFolders();
    return isSafe;
  }

  async #syncAll(): Promise<void> {
    for (const file of [...this.#dirty]) {
      if (!this.#dirty.delete(file)) continue;
      this.#inFlight = file;
      const error = await fdatasyncLater(file.descriptor).then(
        () => undefined,
        (reason: unknown) => ({ reason }),
      );
      this.#inFlight = undefined;
      if (error === undefined) this.#synced(file);
      else await this.#rescue(file, error.reason);
    }
    this.#syncFolders();
  }

  #synced(file: OpenFile): void {
    this.failure = undefined;
    if (this.#inFlight === file || this.#dirty.has(file)) return;
    if (this.#closing.delete(file)) closeSync(file.descriptor);
  }

  #syncFolders(): void {
    for (const folder of this.#folders) {
      this.#folders.delete(folder);
      try {
        const descriptor = openSync(folder, "r");
        try {
          fsyncSync(descriptor);
        } finally {
          closeSync(descriptor);
        }
      } catch {
        // Some systems cannot sync a directory; there the entry is safe with the file.
      }
    }
  }

  async #rescue(file: OpenFile, error: unknown): Promise<void> {
    const copy = this.#copy(file, error);
    if (copy === undefined) return;
    try {
      await fdatasyncLater(copy.descriptor);
      this.#replace(file.segment, copy.path);
    } catch (again) {
      this.#failed(again, copy.path);
    }
    closeSync(copy.descriptor);
  }

  #rescueSync(file: OpenFile, error: unknown): boolean {
    const copy = this.#copy(file, error);
    if (copy === undefined) return false;
    let isSafe = false;
    try {
      fdatasyncSync(copy.descriptor);
      this.#replace(file.segment, copy.path);
      isSafe = true;
    } catch (again) {
      this.#failed(again, copy.path);
    }
    closeSync(copy.descriptor);
    return isSafe;
  }

  /** Writes what can still be read of a file whose sync failed to a new one. */
  #copy(file: OpenFile, error: unknown): { path: string; descriptor: number } | undefined {
    const { segment } = file;
    this.#failed(error, undefined);
    this.#closing.delete(file);
    this.#dirty.delete(file);
    this.#options.abandon(segment);
    if (segment.path === undefined) return undefined;
    const path = join(dirname(segment.path), `${basename(segment.path, ".seg")}-again.seg`);
    try {
      const descriptor = openSync(path, "wx", 0o600);
      const piece = Buffer.allocUnsafe(Math.min(pieceBytes, Math.max(1, segment.size)));
      for (let at = 0; at < segment.size; ) {
        const bytes = readSync(file.descriptor, piece, 0, Math.min(piece.length, segment.size - at), at);
        if (bytes === 0) throw new Error("the file is shorter than what was written to it");
        writeSync(descriptor, piece, 0, bytes, at);
        at += bytes;
      }
      this.#folders.add(dirname(path));
      return { path, descriptor };
    } catch (again) {
      this.#failed(again, path);
      return undefined;
    } finally {
      closeSync(file.descriptor);
    }
  }

  #replace(segment: Segment, path: string): void {
    const old = segment.path;
    this.failure = undefined;
    // All of it may have been delivered and deleted while the copy was synced.
    if (old === undefined) removeQuietly(path);
    else {
      segment.path = path;
      removeQuietly(old);
    }
  }

  #failed(error: unknown, spoiled: string | undefined): void {
    this.failure = `the disk does not keep what is written: ${String(error)}`;
    this.#options.problem(`spool: ${this.failure}`);
    if (spoiled !== undefined) removeQuietly(spoiled);
  }
}
