import {
  type Batch,
  type Batching,
  type Clock,
  type Health,
  type PluginContext,
  type Sink,
  systemClock,
  type WriteResult,
} from "@taffrail/contracts";
import { checkFileOptions, type FileSinkOptions, periodOf } from "./file/file-options.ts";
import { createHousekeeping, type Housekeeping } from "./file/housekeeping.ts";
import { createRollingFile, type RollingFile } from "./file/rolling-file.ts";
import { createSyncing, type Syncing } from "./file/syncing.ts";
import { createLineOutput, type LineOutput } from "./line-output.ts";
import { sinkManifest } from "./manifest.ts";

/** A sink that appends to a file. */
export interface FileSink extends Sink {
  /**
   * Opens the file anew before the next batch: for rotation from outside. That the file was moved or removed is also noticed by itself, within
   * 100 ms.
   */
  reopen(): void;
}

/** A batch is no larger than this, so that a file does not grow far beyond its bound. */
const batchCharacters = 256 * 1024;
/**
 * Writes begin at least so far apart, in ms. Without it a busy program would write the lines of a turn or two each time, and the writing would cost
 * more than all the rest; the first line after a quiet time still goes at once.
 */
const lingerMs = 1;

class AppendingSink {
  readonly manifest = sinkManifest("file", ["filesystem", "sync-drain", "durable-flush"]);
  readonly batching: Batching;
  readonly #path: string;
  readonly #syncOnExit: boolean;
  readonly #housekeeping: Housekeeping;
  readonly #file: RollingFile;
  readonly #output: LineOutput;
  readonly #syncing: Syncing;
  #clock: Clock = systemClock;
  #problem: PluginContext["problem"] = () => {};
  #writing: Promise<unknown> | undefined;
  /** The file is to be opened anew as soon as no batch is half out. */
  #stale = false;
  #closed = false;

  constructor(options: FileSinkOptions) {
    const { path, gzip = false, keep, fsync = "never", fsyncIntervalMs = 1000, mode = 0o640, maxBytes } = options;
    const clock = (): Clock => this.#clock;
    this.#path = path;
    this.#syncOnExit = fsync !== "never";
    this.batching = {
      lingerMs,
      ...(maxBytes === undefined ? {} : { maxCharacters: Math.min(maxBytes, batchCharacters) }),
    };
    const problem = (message: string): void => this.#problem(message);
    this.#housekeeping = createHousekeeping({ path, gzip, keep, mode, clock, problem });
    const file = createRollingFile({
      path,
      mode,
      folderMode: options.folderMode ?? 0o750,
      maxBytes,
      periodMs: periodOf(options.every),
      clock,
      rotated: this.#housekeeping.round,
    });
    this.#file = file;
    this.#output = createLineOutput({ writer: () => file.current()?.writer });
    this.#syncing = createSyncing({ policy: fsync, intervalMs: fsyncIntervalMs, sync: () => file.sync() });
    if (options.sighup === true) process.on("SIGHUP", this.#onHangup);
    this.#housekeeping.round();
  }

  start({ clock, problem }: PluginContext): void {
    this.#clock = clock;
    this.#problem = problem;
  }

  async write(batch: Batch, signal: AbortSignal): Promise<WriteResult> {
    if (this.#closed) return { outcome: "drop", reason: "the sink is closed" };
    const write = this.#writeOnce(batch, signal);
    this.#writing = write;
    const result = await write;
    this.#writing = undefined;
    return result;
  }

  writeSync(batch: Batch, unfinished: Batch | undefined): number {
    if (this.#file.current() === undefined) this.#file.prepare(0);
    const out = this.#output.writeSync(batch, unfinished);
    try {
      if (this.#syncOnExit && out > 0) this.#file.current()?.syncSync();
    } catch {
      return 0;
    }
    return out;
  }

  flush(): Promise<void> {
    return this.#syncing.flush();
  }

  reopen(): void {
    this.#stale = true;
    if (this.#writing === undefined) this.#renew();
  }

  health(): Health {
    const fault = this.#file.fault() ?? this.#syncing.fault();
    if (fault === undefined) return { status: "healthy" };
    return { status: this.#file.current() === undefined ? "unhealthy" : "degraded", detail: fault };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    process.removeListener("SIGHUP", this.#onHangup);
    // The thread pool may still be writing: its descriptor must not be given to another file.
    await this.#writing;
    this.#syncing.stop();
    if (this.#syncOnExit) await this.#syncing.flush().catch(() => {});
    await Promise.all([this.#file.close(), this.#housekeeping.close()]);
  }

  readonly #onHangup = (): void => this.reopen();

  #renew(): void {
    if (!this.#stale || this.#closed || !this.#output.between) return;
    this.#stale = false;
    this.#file.reopen();
  }

  async #writeOnce(batch: Batch, signal: AbortSignal): Promise<WriteResult> {
    const { length } = batch.bytes();
    try {
      this.#renew();
      if (this.#output.between) this.#file.prepare(length);
    } catch (error) {
      // A file system that went away under the open file.
      return { outcome: "retry", reason: `${this.#path}: ${String(error)}` };
    }
    const result = await this.#output.write(batch, signal);
    this.#file.wrote(result.outcome === "ok" ? length : undefined);
    this.#housekeeping.hourly();
    if (result.outcome !== "ok") return { ...result, reason: this.#file.fault() ?? `${this.#path}: ${result.reason}` };
    try {
      await this.#syncing.wrote();
      return result;
    } catch (error) {
      // What the system could not write it may have forgotten: a second sync would wrongly succeed. So the batch is written again, to the file
      // opened anew.
      this.#stale = true;
      return { outcome: "retry", reason: `${this.#path}: fsync: ${String(error)}` };
    }
  }
}

/**
 * Makes a sink that appends lines to a file, with rotation, compression and retention. The file is opened at once, so that even the first line
 * survives a crash; when that fails the sink says so in `health()`, and opens it again with each attempt. Rotation happens between two batches:
 * no line is lost or torn. A rotated file is named by the time of its newest line: `app-2026-11-22T09-00-00Z.log`. Several processes may write to
 * one file: each line stays whole, one of them rotates and the others follow within 100 ms. A full or failing disk is answered by a retry.
 * Throws `option_unknown` and `option_invalid`, never for the state of the disk.
 *
 * @example createLogger({ sinks: [fileSink({ path: "logs/app.log", maxBytes: 1e8, gzip: true, keep: { days: 14 } })] });
 */
export function fileSink(options: FileSinkOptions): FileSink {
  checkFileOptions(options);
  const sink = new AppendingSink(options);
  // Functions of their own, so that a sink can be decorated by spreading it.
  return {
    manifest: sink.manifest,
    batching: sink.batching,
    start: (context) => sink.start(context),
    write: (batch, signal) => sink.write(batch, signal),
    writeSync: (batch, unfinished) => sink.writeSync(batch, unfinished),
    flush: () => sink.flush(),
    reopen: () => sink.reopen(),
    health: () => sink.health(),
    close: () => sink.close(),
  };
}
