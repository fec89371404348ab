import {
  checkOptions,
  isBoolean,
  isInteger,
  isObject,
  isOneOf,
  isText,
  type OptionCheck,
} from "../../options/check-options.ts";
import type { FileRetention } from "./retention.ts";

export interface FileSinkOptions {
  /** The file. It and its folder are made when they are missing; lines are appended. */
  readonly path: string;
  /** Size that a file does not exceed, in bytes: the batch that would go beyond it goes to a new file. A single larger batch has a file of its own. */
  readonly maxBytes?: number | undefined;
  /** A new file for each hour or day (UTC) or each this many ms (since 1970); it begins with the first line of the new period. */
  readonly every?: "hour" | "day" | number | undefined;
  /** Compress rotated files in the background. Default false. */
  readonly gzip?: boolean | undefined;
  /** How many rotated files are kept, for how many days, and how many bytes together. Default: all. */
  readonly keep?: FileRetention | undefined;
  /**
   * When lines are made durable against a loss of power: `never` (default; `flush()` does it), `interval`, or `always` (before a batch counts as
   * delivered).
   */
  readonly fsync?: "never" | "interval" | "always" | undefined;
  /** Longest time that lines are not durable with `fsync: "interval"`, in ms. Default 1000. */
  readonly fsyncIntervalMs?: number | undefined;
  /** Open the file anew on SIGHUP, which then no longer ends the process. Default false. */
  readonly sighup?: boolean | undefined;
  /** Permissions of new files, less the umask. Default 0o640: for the owner, and for log shippers of the group to read. */
  readonly mode?: number | undefined;
  /** Permissions of new folders, less the umask. Default 0o750. */
  readonly folderMode?: number | undefined;
}

const hourMs = 3_600_000;
const periodsMs: Readonly<Record<string, number>> = { hour: hourMs, day: 24 * hourMs };
const leastPeriod = isInteger(1000, 366 * 24 * hourMs);

const isPeriod: OptionCheck = (value) =>
  (typeof value === "string" && Object.hasOwn(periodsMs, value)) || leastPeriod(value) === undefined
    ? undefined
    : "it must be hour, day or a whole number of ms from 1000 to a year";

const isBound = isInteger(0, Number.MAX_SAFE_INTEGER);
const isMode = isInteger(0, 0o7777);

const checks = {
  path: isText,
  maxBytes: isInteger(1024, Number.MAX_SAFE_INTEGER),
  every: isPeriod,
  gzip: isBoolean,
  keep: isObject,
  fsync: isOneOf(["never", "interval", "always"]),
  fsyncIntervalMs: isInteger(1, hourMs),
  sighup: isBoolean,
  mode: isMode,
  folderMode: isMode,
};

/** Refuses what is no set of options of a file sink. Throws `option_unknown` and `option_invalid`. */
export function checkFileOptions(options: FileSinkOptions): void {
  checkOptions("fileSink", options, checks);
  checkOptions("fileSink", { path: options.path ?? "" }, checks);
  if (options.keep === undefined) return;
  checkOptions("fileSink keep", options.keep, { files: isBound, days: isInteger(0, 100_000), bytes: isBound });
}

/** Length of a period, in ms. */
export function periodOf(every: FileSinkOptions["every"]): number | undefined {
  return typeof every === "string" ? periodsMs[every] : every;
}
