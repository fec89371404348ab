import { type FileHandle, mkdir, open, readdir, readFile, stat, truncate, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type IdSource, limits, TaffrailError } from "@taffrail/contracts";
import type { Failpoint } from "@taffrail/experiments";
import type { DeadLetter, DeadLetterEntry, DeadLetters } from "./dead-letters.ts";
import { syncDirectory, writeAll } from "./file-effects.ts";

export interface DeadLetterOptions {
  /** Directory of its own; created with mode 0700 if missing. */
  readonly dir: string;
  readonly ids: IdSource;
  readonly failpoint: Failpoint;
  /** Bounds; defaults are `limits.deadLetters` and `limits.deadLetterEntries`. */
  readonly bytesMax?: number;
  readonly entriesMax?: number;
}

/** What is kept of a file in memory. */
interface LetterFile {
  readonly name: string;
  bytes: number;
  entries: number;
  readonly tenants: Map<string, number>;
}

interface Waiting {
  readonly entries: readonly DeadLetterEntry[];
  readonly resolve: () => void;
  readonly reject: (error: TaffrailError) => void;
}

/** A letter as it stands in the file, one JSON object a line; the sample is base64, so that its bytes stay what they were. */
interface StoredLetter {
  readonly tenant: string;
  readonly id: string;
  readonly receivedAt: string;
  readonly source: string;
  readonly code: string;
  readonly message: string;
  readonly sample: string;
  readonly count: number;
}

/** Files are this fraction of the whole bound, so that dropping the oldest one costs little. */
const filesPerBound = 32;
const messageCharactersMax = 1024;
const timeEndMs = 8.64e15;

function addTo(tenants: Map<string, number>, tenant: string, count: number): void {
  tenants.set(tenant, (tenants.get(tenant) ?? 0) + count);
}

function parseLetter(line: string): StoredLetter | undefined {
  try {
    const value: StoredLetter = JSON.parse(line);
    return typeof value.tenant === "string" && typeof value.sample === "string" ? value : undefined;
  } catch {
    // The last line of a file whose process was killed may be torn.
    return undefined;
  }
}

function lineOf(entry: DeadLetterEntry, id: string): string {
  const sample = Buffer.from(entry.sample.subarray(0, limits.deadLetterSample.value)).toString("base64");
  const receivedAt = new Date(Math.min(timeEndMs, entry.receivedAtMs)).toISOString();
  const message = entry.message.slice(0, messageCharactersMax);
  const { tenant, source, code, count } = entry;
  const letter: StoredLetter = { tenant, id, receivedAt, source, code, message, sample, count };
  return `${JSON.stringify(letter)}\n`;
}

function shown({ tenant: _, sample, ...rest }: StoredLetter): DeadLetter {
  return { ...rest, sample: Buffer.from(sample, "base64").toString("utf8") };
}

async function lettersIn(path: string): Promise<StoredLetter[]> {
  const text = await readFile(path, "utf8");
  return text.split("\n").flatMap((line) => parseLetter(line) ?? []);
}

class DeadLetterFiles implements DeadLetters {
  readonly #options: DeadLetterOptions;
  readonly #files: LetterFile[];
  readonly #bytesMax: number;
  readonly #entriesMax: number;
  #queue: Waiting[] = [];
  #handle: FileHandle | undefined;
  #pumping: Promise<void> | undefined;
  #closed = false;
  #lastNumber: number;

  constructor(options: DeadLetterOptions, files: readonly LetterFile[]) {
    this.#options = options;
    this.#lastNumber = Number.parseInt(files.at(-1)?.name ?? "0", 10);
    this.#files = [...files];
    this.#bytesMax = options.bytesMax ?? limits.deadLetters.value;
    this.#entriesMax = options.entriesMax ?? limits.deadLetterEntries.value;
  }

  async add(entries: readonly DeadLetterEntry[]): Promise<void> {
    if (this.#closed) throw new TaffrailError("shutting_down");
    if (entries.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#queue.push({ entries, resolve, reject });
      this.#pumping ??= this.#pump();
    });
  }

  async list(tenant: string, limit: number): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (const file of this.#files.toReversed()) {
      if (letters.length >= limit) break;
      if (!file.tenants.has(tenant)) continue;
      // A file may be dropped for room while the list is read; then its letters are gone, as they would be a moment later.
      const stored = await lettersIn(join(this.#options.dir, file.name)).catch(() => []);
      const mine = stored.filter((letter) => letter.tenant === tenant).toReversed();
      letters.push(...mine.slice(0, limit - letters.length).map(shown));
    }
    return letters;
  }

  total(tenant: string): number {
    return this.#files.reduce((sum, file) => sum + (file.tenants.get(tenant) ?? 0), 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pumping;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #pump(): Promise<void> {
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const group = this.#queue;
      this.#queue = [];
      try {
        await this.#write(group.flatMap(({ entries }) => entries));
        for (const { resolve } of group) resolve();
      } catch (error) {
        await this.#giveUpFile();
        const reason = error instanceof Error ? error.message : String(error);
        for (const { reject } of group) reject(new TaffrailError("journal_unavailable", { reason }, error));
      }
    }
    this.#pumping = undefined;
  }

  async #write(entries: readonly DeadLetterEntry[]): Promise<void> {
    const { failpoint, ids } = this.#options;
    const { file, handle, fresh } = await this.#current();
    const lines = entries.map((entry) => Buffer.from(lineOf(entry, ids.hex(8))));
    failpoint("deadletter.write.before");
    const written = await writeAll(handle, lines, file.bytes);
    failpoint("deadletter.write.after");
    await handle.datasync();
    if (fresh) await syncDirectory(this.#options.dir);
    failpoint("deadletter.fsync.after");
    file.bytes += written;
    file.entries += entries.length;
    for (const { tenant } of entries) addTo(file.tenants, tenant, 1);
    await this.#prune();
  }

  async #current(): Promise<{ readonly file: LetterFile; readonly handle: FileHandle; readonly fresh: boolean }> {
    const last = this.#files.at(-1);
    const room = last && last.bytes < this.#bytesMax / filesPerBound && last.entries < this.#entriesMax / filesPerBound;
    if (last && room && this.#handle) return { file: last, handle: this.#handle, fresh: false };
    await this.#handle?.close();
    this.#handle = undefined;
    this.#lastNumber += 1;
    const name = `${String(this.#lastNumber).padStart(10, "0")}.jsonl`;
    const handle = await open(join(this.#options.dir, name), "wx", 0o600);
    const file: LetterFile = { name, bytes: 0, entries: 0, tenants: new Map() };
    this.#handle = handle;
    this.#files.push(file);
    return { file, handle, fresh: true };
  }

  /** After a failed write the file takes nothing more; what the write may have left is cut off if the disk allows it. */
  async #giveUpFile(): Promise<void> {
    const handle = this.#handle;
    const file = this.#files.at(-1);
    this.#handle = undefined;
    if (!handle || !file) return;
    await handle.close().catch(() => undefined);
    const path = join(this.#options.dir, file.name);
    if (file.bytes > 0) await truncate(path, file.bytes).catch(() => undefined);
    else {
      this.#files.pop();
      await unlink(path).catch(() => undefined);
    }
  }

  async #prune(): Promise<void> {
    const tooMuch = (): boolean => {
      const bytes = this.#files.reduce((sum, file) => sum + file.bytes, 0);
      const entries = this.#files.reduce((sum, file) => sum + file.entries, 0);
      return bytes > this.#bytesMax || entries > this.#entriesMax;
    };
    while (this.#files.length > 1 && tooMuch()) {
      const oldest = this.#files.shift();
      if (oldest) await unlink(join(this.#options.dir, oldest.name)).catch(() => undefined);
    }
  }
}

async function readFileSums(dir: string, name: string): Promise<LetterFile> {
  const tenants = new Map<string, number>();
  const letters = await lettersIn(join(dir, name));
  for (const { tenant } of letters) addTo(tenants, tenant, 1);
  const { size } = await stat(join(dir, name));
  return { name, bytes: size, entries: letters.length, tenants };
}

/**
 * Opens the dead letters of a directory. Each process writes files of its own, so a line torn by a crash is simply the last of its file. Rejects with the
 * file system's error when the directory cannot be used.
 *
 * @example const deadLetters = await openDeadLetters({ dir, ids: systemIds, failpoint });
 */
export async function openDeadLetters(options: DeadLetterOptions): Promise<DeadLetters> {
  const { dir } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await syncDirectory(dirname(dir));
  const names = (await readdir(dir)).filter((name) => /^\d{10}\.jsonl$/.test(name)).sort();
  const files: LetterFile[] = [];
  for (const name of names) files.push(await readFileSums(dir, name));
  return new DeadLetterFiles(options, files);
}
