import type { RotatedName } from "./rotated-name.ts";

/** What is kept of rotated files; the file that is written to does not count. A bound that is left out does not bound. */
export interface FileRetention {
  /** Newest files that are kept. */
  readonly files?: number;
  /** Files whose newest line is older than this are removed, in days. */
  readonly days?: number;
  /** Room for all rotated files together, compressed ones as they are, in bytes. */
  readonly bytes?: number;
}

/** A rotated file and the room it takes. */
export interface RotatedFile extends RotatedName {
  readonly bytes: number;
}

const dayMs = 24 * 3_600_000;

/**
 * Picks the files that go: the oldest ones beyond any of the bounds.
 *
 * @example expired(files, { files: 7 }, Date.now()) // all but the newest seven
 */
export function expired(files: readonly RotatedFile[], keep: FileRetention, now: number): RotatedFile[] {
  const newestFirst = [...files].sort((one, other) => other.time - one.time || other.number - one.number);
  let bytes = 0;
  return newestFirst.filter((file, index) => {
    bytes += file.bytes;
    return (
      index >= (keep.files ?? Number.POSITIVE_INFINITY) ||
      now - file.time > (keep.days ?? Number.POSITIVE_INFINITY) * dayMs ||
      bytes > (keep.bytes ?? Number.POSITIVE_INFINITY)
    );
  });
}
