import { closeSync, constants, fdatasync, fstatSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Sink } from "@taffrail/contracts";
import { checkOptions, isText } from "../options/check-options.ts";
import { createFileWriter } from "./file-writer.ts";
import { createLineOutput } from "./line-output.ts";
import type { LineWriter } from "./line-writer.ts";
import { sinkManifest } from "./manifest.ts";
import { createStreamWriter } from "./stream-writer.ts";

export interface FileSinkOptions {
  /** The file. It and its folder are made when they are missing; lines are appended. */
  readonly path: string;
}

interface Target {
  readonly descriptor: number;
  readonly writer: LineWriter;
  readonly regular: boolean;
}

// O_NONBLOCK does nothing to a regular file, and keeps a named pipe without a reader from blocking the process.
const openFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NONBLOCK;
/** Readable by the group, for log shippers; not by everybody. */
const fileMode = 0o640;
const syncFile = promisify(fdatasync);

function open(path: string): Target {
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(path, openFlags, fileMode);
  const regular = fstatSync(descriptor).isFile();
  return { descriptor, regular, writer: regular ? createFileWriter(descriptor) : createStreamWriter(descriptor) };
}

/**
 * Makes a sink that appends lines to a file. The file is opened at once, so that even the first line survives a crash; when that fails the sink
 * says so in `health()`, and opens it again with each attempt. Throws `option_unknown` and `option_invalid`, never for the state of the disk.
 *
 * @example createLogger({ sinks: [fileSink({ path: "logs/app.log" })] });
 */
export function fileSink(options: FileSinkOptions): Sink {
  checkOptions("fileSink", options, { path: isText });
  checkOptions("fileSink", { path: options.path ?? "" }, { path: isText });
  const { path } = options;
  let target: Target | undefined;
  let problem: string | undefined;
  let closed = false;
  let writing: Promise<unknown> = Promise.resolve();

  const openTarget = (): LineWriter | undefined => {
    if (target !== undefined || closed) return target?.writer;
    try {
      target = open(path);
      problem = undefined;
    } catch (error) {
      problem = `cannot open ${path}: ${error instanceof Error ? error.message : String(error)}`;
    }
    return target?.writer;
  };
  openTarget();
  const output = createLineOutput({ writer: openTarget });

  return {
    manifest: sinkManifest("file"),
    async write(batch, signal) {
      if (closed) return { outcome: "drop", reason: "the sink is closed" };
      const write = output.write(batch, signal);
      writing = write;
      const result = await write;
      return result.outcome === "retry" && problem !== undefined ? { ...result, reason: problem } : result;
    },
    writeSync: (batch, unfinished) => output.writeSync(batch, unfinished),
    async flush() {
      if (target?.regular) await syncFile(target.descriptor);
    },
    health: () => (problem === undefined ? { status: "healthy" } : { status: "unhealthy", detail: problem }),
    async close() {
      closed = true;
      // The thread pool may still be writing: its descriptor must not be given to another file.
      await writing;
      if (target !== undefined) closeSync(target.descriptor);
      target = undefined;
    },
  };
}
