import { mkdir, readdir, rename, stat, unlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Clock, limits } from "@taffrail/contracts";
import type { Failpoint } from "@taffrail/experiments";
import { type ByteRange, copyRanges, syncDirectory } from "./file-effects.ts";

/** Why something was put away; stands beside it as JSON. */
interface QuarantineNote {
  readonly code: string;
  readonly reason: string;
  /** Records in it as far as known. */
  readonly records: number;
}

/**
 * Where frames go that cannot be stored: kept for people, not read again. Bounded in bytes; the oldest go first. Methods reject with the file system's
 * error; then the source is untouched.
 */
export interface Quarantine {
  /** Moves a whole segment file here. */
  keepFile(path: string, note: QuarantineNote): Promise<void>;
  /** Copies bytes of a damaged file here. */
  keepBytes(path: string, range: ByteRange, note: QuarantineNote): Promise<void>;
  readonly files: number;
}

interface KeptFile {
  readonly name: string;
  readonly bytes: number;
  readonly changedMs: number;
}

const noteSuffix = ".reason.json";

class DiskQuarantine implements Quarantine {
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #failpoint: Failpoint;
  readonly #kept: KeptFile[];

  constructor(dir: string, clock: Clock, failpoint: Failpoint, kept: readonly KeptFile[]) {
    this.#dir = dir;
    this.#clock = clock;
    this.#failpoint = failpoint;
    this.#kept = [...kept];
  }

  get files(): number {
    return this.#kept.length;
  }

  async keepFile(path: string, note: QuarantineNote): Promise<void> {
    const name = basename(path);
    const { size } = await stat(path);
    this.#failpoint("journal.quarantine.before");
    await rename(path, join(this.#dir, name));
    await this.#added(name, size, note);
  }

  async keepBytes(path: string, range: ByteRange, note: QuarantineNote): Promise<void> {
    const name = `${basename(path)}-${range.at}.damage`;
    await copyRanges(path, join(this.#dir, name), new Uint8Array(), [range]);
    await this.#added(name, range.end - range.at, note);
  }

  async #added(name: string, bytes: number, note: QuarantineNote): Promise<void> {
    const changedMs = this.#clock.now();
    const known = this.#kept.findIndex((file) => file.name === name);
    if (known >= 0) this.#kept.splice(known, 1);
    this.#kept.push({ name, bytes, changedMs });
    const text = `${JSON.stringify({ ...note, at: new Date(changedMs).toISOString() })}\n`;
    // The note explains; on a full disk the file alone must do.
    await writeFile(join(this.#dir, `${name}${noteSuffix}`), text, { mode: 0o600 }).catch(() => undefined);
    await this.#prune();
    // What is moved is moved: after a power loss the file may be back where it came from, and is found guilty once more.
    await syncDirectory(this.#dir).catch(() => undefined);
  }

  async #prune(): Promise<void> {
    let sum = this.#kept.reduce((total, file) => total + file.bytes, 0);
    while (sum > limits.journalQuarantine.value && this.#kept.length > 1) {
      const oldest = this.#kept.shift();
      if (!oldest) return;
      sum -= oldest.bytes;
      await unlink(join(this.#dir, oldest.name)).catch(() => undefined);
      await unlink(join(this.#dir, `${oldest.name}${noteSuffix}`)).catch(() => undefined);
    }
  }
}

/** Opens the quarantine directory, creating it if needed. */
export async function openQuarantine(dir: string, clock: Clock, failpoint: Failpoint): Promise<Quarantine> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const names = (await readdir(dir)).filter((name) => !name.endsWith(noteSuffix));
  const kept = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(dir, name));
      return { name, bytes: size, changedMs: mtimeMs };
    }),
  );
  kept.sort((left, right) => left.changedMs - right.changedMs);
  return new DiskQuarantine(dir, clock, failpoint, kept);
}
