import { type Clock, type IdSource, type Signal, systemClock, systemIds } from "@taffrail/contracts";
import {
  checkOptions,
  isFunction,
  isInteger,
  isObject,
  isOneOf,
  isText,
  type OptionChecks,
} from "../options/check-options.ts";

const mebibyte = 1024 * 1024;
const dayMs = 86_400_000;

/** Options of the durable mode that a user may set. */
export interface DurableOptions {
  /** Directory of the spool, on a local disk. Several processes may share it. */
  readonly dir: string;
  /** Bytes that one process may keep on disk for each signal; a tenth of them is for error, fatal and audit records only. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Size of one file, in bytes. Default 8 MiB, at most a quarter of `maxBytes`. */
  readonly segmentBytes?: number;
  /** Age after which records are given up, in ms. Default 7 days; at most 30, as long as a server remembers batch ids. */
  readonly maxAgeMs?: number;
  /** Memory for records while the disk fails, in bytes. Default 4 MiB. */
  readonly holdBytes?: number;
  /** Bytes of damaged files that are kept. Default 16 MiB. */
  readonly quarantineBytes?: number;
  /** `record` (default): a log call returns when the operating system has the record. `turn`: at the end of the event loop's turn; faster, and kill -9 loses that turn. */
  readonly commit?: "record" | "turn";
  /** What survives a loss of power: `interval` (default) all but the last `fsyncIntervalMs`, `always` everything (each log call then waits for the disk), `never` what the system wrote by itself. */
  readonly fsync?: "never" | "interval" | "always";
  /** Default 1000 ms. */
  readonly fsyncIntervalMs?: number;
}

export interface SpoolOptions extends DurableOptions {
  /** Records of each signal have files of their own. Default `logs`. */
  readonly signal?: Signal;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** Told what goes wrong, one sentence at a time. */
  readonly problem?: (message: string) => void;
}

/** A check for each option of `DurableOptions`, for those who take them as part of their own. */
export const durableChecks: OptionChecks = {
  dir: isText,
  maxBytes: isInteger(64 * 1024, 2 ** 40),
  segmentBytes: isInteger(4096, 64 * mebibyte),
  maxAgeMs: isInteger(1000, 30 * dayMs),
  holdBytes: isInteger(0, 1024 * mebibyte),
  quarantineBytes: isInteger(0, 2 ** 40),
  commit: isOneOf(["record", "turn"]),
  fsync: isOneOf(["never", "interval", "always"]),
  fsyncIntervalMs: isInteger(1, 3_600_000),
};

const checks: OptionChecks = {
  ...durableChecks,
  signal: isOneOf(["logs", "traces", "metrics"]),
  clock: isObject,
  ids: isObject,
  problem: isFunction,
};

const segmentsLeast = 4;

/**
 * Checks the options of a spool and fills in the defaults. Throws `option_unknown` and `option_invalid`.
 *
 * @example resolveSpoolOptions({ dir: "/var/spool/app" }).maxBytes // 268_435_456
 */
export function resolveSpoolOptions(options: SpoolOptions): Required<SpoolOptions> {
  checkOptions("createSpool", options, checks);
  checkOptions("createSpool", { dir: options.dir ?? "" }, { dir: isText });
  const maxBytes = options.maxBytes ?? 256 * mebibyte;
  return {
    dir: options.dir,
    maxBytes,
    segmentBytes: Math.min(options.segmentBytes ?? 8 * mebibyte, Math.floor(maxBytes / segmentsLeast)),
    maxAgeMs: options.maxAgeMs ?? 7 * dayMs,
    holdBytes: options.holdBytes ?? 4 * mebibyte,
    quarantineBytes: options.quarantineBytes ?? 16 * mebibyte,
    commit: options.commit ?? "record",
    fsync: options.fsync ?? "interval",
    fsyncIntervalMs: options.fsyncIntervalMs ?? 1000,
    signal: options.signal ?? "logs",
    clock: options.clock ?? systemClock,
    ids: options.ids ?? systemIds,
    problem: options.problem ?? (() => {}),
  };
}
