import { readdir, stat, unlink } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { Clock } from "@taffrail/contracts";
import { compressFile, removeLeftovers } from "./compress.ts";
import { expired, type FileRetention, type RotatedFile } from "./retention.ts";
import { folderOf, parseRotated } from "./rotated-name.ts";

export interface HousekeepingOptions {
  readonly path: string;
  readonly gzip: boolean;
  readonly keep: FileRetention | undefined;
  /** Mode of compressed files. */
  readonly mode: number;
  readonly clock: () => Clock;
  /** Told what could not be done, in one sentence. */
  readonly problem: (message: string) => void;
}

/** What happens to rotated files in the background: one round at a time, never in the way of a write. */
export interface Housekeeping {
  /** Asks for a round; one that runs is followed by another. */
  round(): void;
  /** Asks for a round if the newest one is an hour old: files grow too old without any rotation. */
  hourly(): void;
  /** Ends what runs; a compression that is interrupted begins anew at the next start. */
  close(): Promise<void>;
}

const hourMs = 3_600_000;
/** Another process that writes to the same file needs this long to notice that it was rotated away, in ms. */
const quietMs = 1000;

async function list(path: string): Promise<RotatedFile[]> {
  const files: RotatedFile[] = [];
  for (const name of await readdir(folderOf(path))) {
    const rotated = parseRotated(path, name);
    const stats = rotated === undefined ? undefined : await stat(rotated.path).catch(() => undefined);
    if (rotated !== undefined && stats?.isFile()) files.push({ ...rotated, bytes: stats.size });
  }
  return files;
}

/** Removes a file that somebody else may have removed at the same moment. */
async function remove(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

/** Waits without keeping the process alive. */
function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds).unref();
    signal.addEventListener("abort", done, { once: true });
  });
}

/**
 * Looks after the rotated files of a log: compresses them and removes those beyond the bounds. It reads the folder each time, so it also finds
 * what earlier processes left.
 *
 * @example createHousekeeping({ path: "logs/app.log", gzip: true, keep: { files: 7 }, mode: 0o640, clock, problem }).round();
 */
export function createHousekeeping(options: HousekeepingOptions): Housekeeping {
  const { path, gzip, keep, mode, clock, problem } = options;
  const abort = new AbortController();
  const { signal } = abort;
  let running: Promise<void> | undefined;
  let wanted = false;
  let newest = 0;

  const compressAll = async (): Promise<void> => {
    await removeLeftovers(folderOf(path), basename(path, extname(path)));
    const plain = (await list(path)).filter((file) => !file.compressed);
    if (plain.length > 0) await rest(quietMs, signal);
    for (const file of plain) {
      if (signal.aborted) return;
      if (!(await compressFile(file.path, mode, signal))) wanted = true;
    }
  };
  const prune = async (bounds: FileRetention): Promise<void> => {
    for (const file of expired(await list(path), bounds, clock().now())) await remove(file.path);
  };
  const once = async (): Promise<void> => {
    // Before the compression, which needs room, and after it, since it gave some.
    if (keep !== undefined) await prune(keep);
    if (!gzip) return;
    await compressAll();
    if (keep !== undefined && !signal.aborted) await prune(keep);
  };
  const loop = async (): Promise<void> => {
    while (wanted && !signal.aborted) {
      wanted = false;
      try {
        await once();
      } catch (error) {
        if (!signal.aborted) problem(`fileSink ${path}: rotated files: ${String(error)}`);
      }
    }
    running = undefined;
  };

  const round = (): void => {
    if (!gzip && keep === undefined) return;
    newest = clock().monotonic();
    wanted = true;
    running ??= loop();
  };

  return {
    round,
    hourly() {
      if (clock().monotonic() - newest >= hourMs) round();
    },
    async close() {
      abort.abort();
      await running;
    },
  };
}
