import { basename, dirname, extname, join } from "node:path";

/** A file that was rotated away. */
export interface RotatedName {
  readonly path: string;
  /** Time of its newest line, ms since 1970, to the second. */
  readonly time: number;
  /** Counts files of the same second. */
  readonly number: number;
  readonly compressed: boolean;
}

const compressedEnd = ".gz";

function parts(path: string): { readonly folder: string; readonly stem: string; readonly extension: string } {
  const extension = extname(path);
  return { folder: dirname(path), stem: basename(path, extension), extension };
}

/**
 * Name for a file that is rotated away: the time (UTC) of its newest line before the extension, then a number where the second has several.
 *
 * @example rotatedPath("logs/app.log", Date.parse("2026-11-22T09:00:00Z"), 1) // "logs/app-2026-11-22T09-00-00Z.1.log"
 */
export function rotatedPath(path: string, time: number, number: number): string {
  const { folder, stem, extension } = parts(path);
  const stamp = new Date(time).toISOString().slice(0, 19).replaceAll(":", "-");
  return join(folder, `${stem}-${stamp}Z${number === 0 ? "" : `.${number}`}${extension}`);
}

/**
 * Reads the name of a file beside `path`; undefined when it is no rotated file of it.
 *
 * @example parseRotated("logs/app.log", "app-2026-11-22T09-00-00Z.log.gz")?.compressed // true
 */
export function parseRotated(path: string, name: string): RotatedName | undefined {
  const { folder, stem, extension } = parts(path);
  const compressed = name.endsWith(compressedEnd);
  const plain = compressed ? name.slice(0, -compressedEnd.length) : name;
  if (!plain.startsWith(`${stem}-`) || !plain.endsWith(extension)) return undefined;
  const middle = plain.slice(stem.length + 1, plain.length - extension.length);
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z(?:\.(\d+))?$/.exec(middle);
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}Z`);
  if (Number.isNaN(time)) return undefined;
  return { path: join(folder, name), time, number: Number(match?.[5] ?? 0), compressed };
}

/** Folder that rotated files of `path` stand in. */
export function folderOf(path: string): string {
  return dirname(path);
}

/** Path of the compressed form of a rotated file. */
export function compressedPath(path: string): string {
  return `${path}${compressedEnd}`;
}
