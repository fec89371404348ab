import { basename, resolve } from "node:path";
import { type Clock, TaffrailError } from "@taffrail/contracts";
import type { ToolNotice } from "../output/notice.ts";
import { type FoundFile, findFile, isGzip } from "./file-identity.ts";
import type { FileLock } from "./file-lock.ts";
import { findRenamed } from "./find-renamed.ts";
import { expandPattern, isPattern } from "./glob.ts";
import type { Input, TurnResult } from "./input.ts";
import { identityKey, type PlaceBook } from "./known-places.ts";
import { type OpenedFile, openFile } from "./open-file.ts";
import type { Place } from "./place.ts";
import type { PlaceStore } from "./place-store.ts";
import { createPlaceTracker, type PlaceTracker } from "./place-tracker.ts";

export interface FollowedFilesOptions {
  readonly patterns: readonly string[];
  readonly cwd: string;
  readonly follow: boolean;
  readonly fromStart: boolean;
  readonly fromEnd: boolean;
  readonly store: PlaceStore;
  readonly places: PlaceBook;
  readonly clock: Clock;
  readonly notice: (notice: ToolNotice) => void;
  readonly makeInput: (path: string, opened: OpenedFile, tracker: PlaceTracker) => Input;
  /** Waits until everything that was sent is settled. */
  readonly settled: () => Promise<void>;
}

interface Followed {
  path: string;
  readonly input: Input;
  readonly tracker: PlaceTracker;
  readonly lock: FileLock;
  readonly compressed: boolean;
  /** What stood at its path when it was opened. */
  readonly stamp: string;
  /** The last turn found nothing more to read. */
  atEnd: boolean;
  /** When it last gave bytes, monotonic milliseconds. */
  activeMs: number;
  /** When it had its last turn. */
  turnedMs: number;
  /** The last scan found it under a wanted path. */
  wanted: boolean;
}

const filesMax = 2_000;
/** A file that lost its name may still be written by a program that has it open. */
const nameLossGraceMs = 5_000;
/** A copy whose original still stands becomes a file of its own after this. */
const copyGraceMs = 5_000;
/** A compressed file that changed so recently may still be written. */
const compressedQuietMs = 1_500;

/** How often a file that another process ships is claimed again. */
const claimAgainMs = 3_000;

/** A file that gave nothing for so long is quiet. */
const quietMs = 10_000;
/** How often a quiet file is looked at. */
const quietPollMs = 1_000;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The files of some patterns, as they come, change their names and go. */
export class FollowedFiles {
  readonly #options: FollowedFilesOptions;
  readonly #open = new Map<string, Followed>();
  /** Files that were read whole, with the stamp they had: they need no further look while they are found with the same. */
  readonly #finished = new Map<string, string>();
  /** Files that another process ships, and when they were claimed last (monotonic milliseconds). */
  readonly #foreign = new Map<string, number>();
  /** Copies that wait for their original to go, and since when (monotonic milliseconds). */
  readonly #copies = new Map<string, number>();
  readonly #told = new Set<string>();
  #saving: Promise<void> = Promise.resolve();
  #firstScan = true;
  #total = 0;
  #faults = 0;
  #unmatched: readonly string[] = [];

  constructor(options: FollowedFilesOptions) {
    this.#options = options;
  }

  get open(): number {
    return this.#open.size;
  }

  /** Files that were opened so far. */
  get total(): number {
    return this.#total;
  }

  /** Files that could not be read whole, and places that could not be kept. */
  get faults(): number {
    return this.#faults;
  }

  /** Operands that matched nothing at the last scan. */
  get unmatched(): readonly string[] {
    return this.#unmatched;
  }

  /** Looks for files and gives how many match. The first scan throws for an operand that cannot be read; later ones tell. */
  async scan(): Promise<number> {
    const { patterns, cwd } = this.#options;
    for (const followed of this.#open.values()) followed.wanted = false;
    const seen = new Set<string>();
    const met = new Set<string>();
    const unmatched: string[] = [];
    for (const pattern of patterns) {
      const paths = await expandPattern(pattern, { cwd, filesMax });
      if (paths.length === 0) unmatched.push(pattern);
      for (const path of paths) {
        if (seen.has(path)) continue;
        seen.add(path);
        await this.#meet(path, !isPattern(pattern), met);
      }
    }
    if (this.#firstScan && !this.#options.fromStart) {
      const named = patterns.filter((pattern) => !isPattern(pattern)).map((pattern) => resolve(cwd, pattern));
      const renamed = await findRenamed(this.#options.places.all(), new Set([...seen, ...named]));
      for (const path of renamed) await this.#meet(path, false, met);
    }
    this.#unmatched = unmatched;
    this.#firstScan = false;
    this.#forgetAllBut(met);
    await this.#letGo();
    return seen.size;
  }

  /** Gives each file its turn; answers whether any had something. */
  async turn(): Promise<boolean> {
    let busy = false;
    for (const [key, followed] of this.#open) {
      if (this.#sleeps(followed)) continue;
      const { state } = await this.#giveTurn(key, followed);
      busy ||= state !== "idle";
      if (state === "idle" && !this.#options.follow) await this.#ended(key, followed, undefined);
    }
    return busy;
  }

  async #giveTurn(key: string, followed: Followed): Promise<TurnResult> {
    const result = await followed.input.turn().catch((error: unknown): TurnResult => {
      if (error instanceof TaffrailError || !isSystemError(error)) throw error;
      return { state: "ended", damage: error.message };
    });
    followed.atEnd = result.state === "idle";
    if (!followed.atEnd) followed.activeMs = this.#options.clock.monotonic();
    if (result.state === "restarted") await this.#restarted(result.old);
    if (result.state === "ended") await this.#ended(key, followed, result.damage);
    return result;
  }

  /** Of a thousand files few are written at any time: the others are looked at less often. */
  #sleeps(followed: Followed): boolean {
    const now = this.#options.clock.monotonic();
    if (now - followed.activeMs > quietMs && now - followed.turnedMs < quietPollMs) return true;
    followed.turnedMs = now;
    return false;
  }

  /**
   * Submits what is held, and waits until all of it is settled. An unfinished line is left to the next run, except that of a file without a wanted
   * name: no later run may find it.
   */
  async flush(): Promise<void> {
    for (const { input, wanted, atEnd } of this.#open.values())
      await (atEnd && !wanted ? input.flush() : input.flushLines());
    await this.#options.settled();
  }

  /** Lets every file go, once the places that were reached are kept. What was not settled will be read again. */
  async close(): Promise<void> {
    await this.#saving;
    for (const { input, lock } of this.#open.values()) {
      await input.close();
      await lock.release();
    }
    this.#open.clear();
  }

  /** Takes the file at a path, and adds it to those that were met. */
  async #meet(path: string, isNamed: boolean, met: Set<string>): Promise<void> {
    try {
      const found = await findFile(path);
      if (!found) return;
      met.add(identityKey(found));
      await this.#take(path, found);
    } catch (error) {
      if (error instanceof TaffrailError || !isSystemError(error)) throw error;
      const unreadable = new TaffrailError("file_unreadable", { path, reason: reasonOf(error) }, error);
      if (isNamed && this.#firstScan) throw unreadable;
      this.#tell(path, unreadable);
    }
  }

  /** Forgets files that were not met: what has their inode later is another file. */
  #forgetAllBut(met: ReadonlySet<string>): void {
    for (const remembered of [this.#finished, this.#foreign, this.#copies])
      for (const key of remembered.keys()) if (!met.has(key)) remembered.delete(key);
  }

  /** Tells a fault once for each path. */
  #tell(path: string, fault: TaffrailError): void {
    if (this.#told.has(`${fault.code} ${path}`)) return;
    this.#told.add(`${fault.code} ${path}`);
    this.#faults += 1;
    this.#options.notice({ code: fault.code, message: `${fault.message} ${fault.remedy}` });
  }

  async #take(path: string, found: FoundFile): Promise<void> {
    const key = identityKey(found);
    const followed = this.#open.get(key);
    if (followed) {
      followed.path = path;
      followed.wanted = true;
      return;
    }
    if (this.#finished.get(key) === found.stamp) return;
    if (!found.isRegular) throw new TaffrailError("file_unreadable", { path, reason: "it is not a regular file" });
    if (this.#open.size >= filesMax)
      return this.#tell(path, new TaffrailError("file_unreadable", { path, reason: `${filesMax} files are open` }));
    const compressed = await isGzip(path);
    const { follow, clock } = this.#options;
    if (compressed && follow && clock.now() - found.modifiedMs < compressedQuietMs) return;
    const lock = await this.#claim(path, found);
    if (!lock) return;
    const taken = await this.#openTaken(path, found, compressed, lock).catch(async (error: unknown) => {
      await lock.release();
      throw error;
    });
    if (!taken) await lock.release();
  }

  /** Claims a file; one that another process ships is claimed again later, and then goes on at the place that one reached. */
  async #claim(path: string, found: FoundFile): Promise<FileLock | undefined> {
    const key = identityKey(found);
    const { clock, store, places } = this.#options;
    const refusedMs = this.#foreign.get(key);
    if (refusedMs !== undefined && clock.monotonic() - refusedMs < claimAgainMs) return undefined;
    const lock = await store.claim(found);
    if (!lock) {
      this.#foreign.set(key, clock.monotonic());
      this.#tell(path, new TaffrailError("file_unreadable", { path, reason: "another process ships it" }));
      return undefined;
    }
    if (refusedMs === undefined) return lock;
    const reached = await store.read(found).catch(async (error: unknown) => {
      await lock.release();
      throw error;
    });
    if (reached) places.learn(reached);
    this.#foreign.delete(key);
    return lock;
  }

  async #openTaken(path: string, found: FoundFile, compressed: boolean, lock: FileLock): Promise<boolean> {
    const key = identityKey(found);
    const { follow, fromStart, fromEnd, places, clock } = this.#options;
    const since = this.#copies.get(key) ?? clock.monotonic();
    const opened = await openFile({
      path,
      identity: found,
      compressed,
      known: places,
      fromStart: fromStart && !places.isOwn(found),
      fromEnd: fromEnd && this.#firstScan,
      waits: follow && clock.monotonic() - since < copyGraceMs,
    });
    if (opened === "wait") this.#copies.set(key, since);
    if (opened === "done") this.#finished.set(key, found.stamp);
    if (opened === "wait" || opened === "done") return false;
    this.#copies.delete(key);
    const tracker = createPlaceTracker({
      identity: found,
      path: () => this.#open.get(key)?.path ?? path,
      start: opened.start.from,
      head: opened.head,
      save: (place) => this.#save(place),
    });
    const input = this.#options.makeInput(path, opened, tracker);
    const { stamp } = found;
    const times = { activeMs: clock.monotonic(), turnedMs: 0 };
    this.#open.set(key, { path, input, tracker, lock, compressed, stamp, atEnd: false, ...times, wanted: true });
    this.#total += 1;
    if (opened.start.copyOf) this.#copied(path, opened.start.copyOf, found);
    return true;
  }

  #copied(path: string, original: Place, found: FoundFile): void {
    this.#save({ ...original, path, device: found.device, inode: found.inode });
    const message = `${path} is a copy of ${basename(original.path)}; reading on at byte ${original.offset}`;
    this.#options.notice({ code: "copy_found", message });
  }

  #save(place: Place): void {
    this.#options.places.note(place);
    const saved = this.#options.store.save(place).catch((error: unknown) => {
      if (error instanceof TaffrailError) this.#tell(place.path, error);
      else throw error;
    });
    this.#saving = Promise.all([this.#saving, saved]).then(() => undefined);
  }

  /** The old content may stand in a copy by now: find it before the place is written over, and only after all of it is settled. */
  async #restarted(old: Place | undefined): Promise<void> {
    if (old === undefined || old.offset === 0) return;
    this.#options.places.retire(old);
    await this.#options.settled();
    await this.scan();
  }

  async #ended(key: string, followed: Followed, damage: string | undefined): Promise<void> {
    await followed.input.flush();
    if (followed.compressed || !this.#options.follow) this.#finished.set(key, followed.stamp);
    if (damage !== undefined) {
      const code = followed.compressed ? "file_damaged" : "file_unreadable";
      this.#tell(followed.path, new TaffrailError(code, { path: followed.path, reason: damage }));
    } else if (followed.compressed) {
      await this.#options.settled();
      followed.tracker.finish();
    }
    await this.#release(key, followed);
  }

  async #release(key: string, followed: Followed): Promise<void> {
    try {
      // The place must be down before another process may go on from it.
      await this.#options.settled();
      await this.#saving;
    } finally {
      this.#open.delete(key);
      await followed.input.close();
      await followed.lock.release();
    }
  }

  /** Lets go of files that have no wanted name any more and were quiet for a while. */
  async #letGo(): Promise<void> {
    const before = this.#options.clock.monotonic() - nameLossGraceMs;
    for (const [key, followed] of this.#open) {
      if (followed.wanted || followed.activeMs > before) continue;
      // While a slow server held this command up, more may have been written than was looked at.
      if ((await this.#giveTurn(key, followed)).state !== "idle") continue;
      await followed.input.flush();
      await this.#release(key, followed);
    }
  }
}

/** Errors of the operating system carry a code like EACCES; anything else is a defect and must be seen. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
