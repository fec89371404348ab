import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TaffrailError } from "@taffrail/contracts";
import { syncDirectory, writeFileDurably } from "../write-durably.ts";

/** Changes the directory from format `to - 1` to format `to`. Must be safe to run again after a crash half-way. */
interface FormatStep {
  readonly to: number;
  run(dir: string): void;
}

/** The format that this binary writes, and the steps that lead there from older ones. */
export interface Format {
  readonly version: number;
  readonly steps: readonly FormatStep[];
}

/** Format 1 is the first there is; a step is added with the change that needs it. */
export const currentFormat: Format = { version: 1, steps: [] };

const snapshotFiles = ["VERSION", "settings.db", "settings.db-wal"];

function foundVersion(dir: string): number | undefined {
  const path = join(dir, "VERSION");
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, "utf8").trim();
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new TaffrailError("data_dir_unusable", { dir, reason: "its VERSION file holds no number" });
  }
  return Number(text);
}

/** Copies what a step may change and cannot be made again. Telemetry is not copied: steps must not rewrite it in place. */
function snapshot(dir: string, found: number, stamp: string): string {
  const target = join(dir, "snapshots", `format-${found}-${stamp}`);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  for (const name of snapshotFiles) {
    if (existsSync(join(dir, name))) copyFileSync(join(dir, name), join(target, name));
  }
  syncDirectory(target);
  return target;
}

/** What was done to bring the directory to the binary's format. */
export interface FormatChange {
  readonly from: number;
  readonly to: number;
  readonly snapshot: string;
}

/**
 * Brings the directory to the given format: a new one is stamped, an older one is copied aside and migrated step by step, a newer one is
 * refused with `data_dir_newer`. Needs the directory's lock. Returns what changed, or undefined.
 */
export function bringToFormat(dir: string, format: Format, now: number): FormatChange | undefined {
  const found = foundVersion(dir);
  if (found === undefined) {
    writeFileDurably(join(dir, "VERSION"), `${format.version}\n`);
    return undefined;
  }
  if (found === format.version) return undefined;
  if (found > format.version) {
    throw new TaffrailError("data_dir_newer", { dir, found, known: format.version });
  }
  const copy = snapshot(dir, found, new Date(now).toISOString().replaceAll(/[:.]/g, "-"));
  for (const step of format.steps.filter((candidate) => candidate.to > found).sort((a, b) => a.to - b.to)) {
    step.run(dir);
    writeFileDurably(join(dir, "VERSION"), `${step.to}\n`);
  }
  return { from: found, to: format.version, snapshot: copy };
}
