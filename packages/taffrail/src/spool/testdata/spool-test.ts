import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Batch, DropReason } from "@taffrail/contracts";
import { afterEach } from "vitest";
import type { BatchSource } from "../../pipeline/batch-source.ts";
import { createSpool } from "../file-spool.ts";
import type { SourceListener, Spool } from "../spool.ts";
import type { SpoolOptions } from "../spool-options.ts";

export const wide = { maxRecords: 10_000, maxCharacters: 10_000_000 };
export const done = { dropped: 0, reason: undefined };

/** A record of about `size` bytes. */
export const line = (key: number | string, size = 40): string => `${JSON.stringify({ key }).padEnd(size)}\n`;

/** Keys of the records of a batch. */
export const keys = (batch: Batch | undefined): unknown[] =>
  (batch?.text() ?? "")
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => JSON.parse(text).key);

/** Takes and settles all there is; the keys in order. */
export function drain(source: BatchSource, bounds: typeof wide = wide): unknown[] {
  const all: unknown[] = [];
  for (let batch = source.next(bounds); batch !== undefined; batch = source.next(bounds)) {
    all.push(...keys(batch));
    source.settle(batch, done);
  }
  return all;
}

/** What a listener was told, in sums. */
export function listening(): SourceListener & { readonly told: Record<string, number> } {
  const told: Record<string, number> = {};
  const add = (what: string, records: number): void => {
    told[what] = (told[what] ?? 0) + records;
  };
  return { told, inherited: (records) => add("inherited", records), gone: (reason: DropReason, records) => add(reason, records) };
}

/** Temporary spool directories of one test file, and spools that are closed after each test. */
export function spoolPlace(): {
  readonly dir: () => string;
  readonly open: (options?: Partial<SpoolOptions>) => Spool & { readonly problems: string[] };
} {
  let made: string[] = [];
  let opened: Spool[] = [];
  afterEach(async () => {
    await Promise.all(opened.map((spool) => spool.close()));
    for (const dir of made) rmSync(dir, { recursive: true, force: true });
    made = [];
    opened = [];
  });
  const dir = (): string => {
    const path = mkdtempSync(join(tmpdir(), "taffrail-spool-"));
    made.push(path);
    return path;
  };
  return {
    dir,
    open(options = {}) {
      const problems: string[] = [];
      const spool = createSpool({ dir: options.dir ?? dir(), problem: (message) => problems.push(message), ...options });
      opened.push(spool);
      return Object.assign(spool, { problems });
    },
  };
}

/** Sub-directories of a spool directory. */
export const lanes = (dir: string): string[] => readdirSync(join(dir, "logs")).map((name) => join(dir, "logs", name));

/** Files with records, in all sub-directories. */
export const segments = (dir: string): string[] =>
  lanes(dir).flatMap((lane) =>
    readdirSync(lane)
      .filter((name) => name.endsWith(".seg"))
      .toSorted()
      .map((name) => join(lane, name)),
  );

/** What kill -9 at this moment would leave: a copy whose owner is no process. */
export function crashImage(dir: string, to: string): string {
  cpSync(dir, to, { recursive: true });
  for (const lane of lanes(to)) renameSync(lane, lane.replace(/\.\d+-\d*-(\d+)\.([0-9a-f]+)$/, ".999999999-1-$1.$2"));
  return to;
}

/** Takes the place of the next file of the only lane, which has so many records: as good as a disk that refuses it. */
export function refuseNextFile(dir: string, records: number): void {
  const next = Number(/-(\d+)\.seg$/.exec(segments(dir).at(-1) ?? "")?.[1]) + 1;
  for (let count = records; count < records + 60; count += 1)
    writeFileSync(join(lanes(dir)[0] ?? "", `${String(count).padStart(16, "0")}-${next}.seg`), "");
}
