import type { Clock } from "@taffrail/contracts";
import { type FileTarget, moveAway, openTarget } from "./file-target.ts";

export interface RollingFileOptions {
  readonly path: string;
  readonly mode: number;
  readonly folderMode: number;
  /** Size that a file shall not exceed. */
  readonly maxBytes: number | undefined;
  /** Length of a period, counted from 1970 in UTC; each has a file of its own. */
  readonly periodMs: number | undefined;
  readonly clock: () => Clock;
  /** Called after a file was rotated away. */
  readonly rotated: () => void;
}

/** A file under one path that is followed by a new one from time to time. All methods but `sync` and `close` are for between two batches. */
export interface RollingFile {
  /** The file for the next `bytes` bytes: opened, reopened or rotated as it is due; undefined when that is not possible now. */
  prepare(bytes: number): FileTarget | undefined;
  /** The open file, whatever is due. */
  current(): FileTarget | undefined;
  /** Tells of a write; `bytes` undefined when it is not known how far it came. */
  wrote(bytes: number | undefined): void;
  /** Opens the path anew. */
  reopen(): void;
  /** What is wrong with opening and rotating, or undefined. */
  fault(): string | undefined;
  /** Makes durable what was written, also to files that were rotated away. Rejects with the system's error. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Least time between two looks whether the file is still in its place, in ms. */
const lookMs = 100;
/** Least time between two attempts to rotate when one has failed, in ms. */
const rotateAgainMs = 1000;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

class OnePathFile implements RollingFile {
  readonly #options: RollingFileOptions;
  #target: FileTarget | undefined;
  #bytes = 0;
  /** Wall-clock time of the newest line. */
  #changed = 0;
  #lookAt = 0;
  #rotateAt = 0;
  #openFault: string | undefined;
  #rotateFault: string | undefined;
  readonly #retiring = new Set<Promise<void>>();

  constructor(options: RollingFileOptions) {
    this.#options = options;
    this.#open();
  }

  prepare(bytes: number): FileTarget | undefined {
    if (this.#target === undefined) this.#open();
    const target = this.#target;
    if (target?.regular !== true) return target;
    const now = this.#options.clock().monotonic();
    if (now >= this.#lookAt) {
      this.#lookAt = now + lookMs;
      // Moved or removed by a rotation from outside.
      if (!target.inPlace()) this.reopen();
      else this.#bytes = target.state().bytes;
    }
    if (this.#isDue(bytes) && now >= this.#rotateAt) this.#rotate(now);
    return this.#target;
  }

  current(): FileTarget | undefined {
    return this.#target;
  }

  wrote(bytes: number | undefined): void {
    this.#changed = this.#options.clock().now();
    if (bytes === undefined) this.#lookAt = 0;
    else this.#bytes += bytes;
  }

  reopen(): void {
    this.#retire();
    this.#open();
  }

  fault(): string | undefined {
    return this.#openFault ?? this.#rotateFault;
  }

  async sync(): Promise<void> {
    await Promise.all([this.#target?.regular ? this.#target.sync() : undefined, ...this.#retiring]);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#retiring);
    this.#target?.close();
    this.#target = undefined;
  }

  #isDue(bytes: number): boolean {
    if (this.#target === undefined || this.#bytes === 0) return false;
    const { maxBytes, periodMs, clock } = this.#options;
    if (maxBytes !== undefined && this.#bytes + bytes > maxBytes) return true;
    if (periodMs === undefined) return false;
    return Math.floor(clock().now() / periodMs) > Math.floor(this.#changed / periodMs);
  }

  #open(): void {
    const { path, mode, folderMode, clock } = this.#options;
    try {
      this.#target = openTarget(path, mode, folderMode);
      const { bytes, changed } = this.#target.state();
      this.#bytes = bytes;
      this.#changed = bytes === 0 ? clock().now() : changed;
      this.#openFault = undefined;
    } catch (error) {
      this.#openFault = `cannot open ${path}: ${textOf(error)}`;
    }
  }

  #rotate(now: number): void {
    const { path, mode, rotated } = this.#options;
    try {
      // Another process may have done it already.
      const mine = this.#target?.inPlace() === true;
      if (mine) moveAway(path, this.#changed, mode);
      this.#rotateFault = undefined;
      this.reopen();
      if (mine) rotated();
    } catch (error) {
      this.#rotateAt = now + rotateAgainMs;
      this.#rotateFault = `cannot rotate ${path}: ${textOf(error)}`;
    }
  }

  /** Lets go of the open file; what is in it is made durable in the background, and `sync` waits for that. */
  #retire(): void {
    const target = this.#target;
    this.#target = undefined;
    if (target === undefined) return;
    const work = (target.regular ? target.sync() : Promise.resolve()).finally(() => {
      target.close();
      this.#retiring.delete(work);
    });
    // Whoever asks for durability is told; nobody else needs to be.
    work.catch(() => {});
    this.#retiring.add(work);
  }
}

/**
 * Opens a file that is rotated by size and time. It is opened at once; when that fails, `fault` says why, and each `prepare` tries again.
 *
 * @example createRollingFile({ path: "logs/app.log", mode: 0o640, folderMode: 0o750, maxBytes: 1e8, periodMs: undefined, clock, rotated }).prepare(100)
 */
export function createRollingFile(options: RollingFileOptions): RollingFile {
  return new OnePathFile(options);
}
