import { readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { Clock, IdSource } from "@taffrail/contracts";
import { makeFolder } from "../make-folder.ts";
import { type LaneName, laneFolder, type Owner, parseLaneFolder, patienceMs } from "./owner.ts";

/** A sub-directory that is ours. */
export interface Claim {
  readonly id: string;
  readonly createdAt: number;
  /** Where it is now. */
  readonly path: string;
}

/** Sub-directories that are taken over at a time; the others follow at the next look. */
const adoptedAtOnce = 64;

/** Longest time between two looks, in ms, for what the first one saw to count. */
const blindMs = 15_000;

/** When the owner of a sub-directory was last seen to move, by our own clock: a clock of another machine is never compared. */
interface Sighting {
  readonly sign: number;
  readonly at: number;
}

/** Takes, keeps and gives back sub-directories of one spool directory, so that each has one owner at a time. */
export class Claims {
  readonly #root: string;
  readonly #self: Owner;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  #sightings = new Map<string, Sighting>();
  #lookedAt = 0;

  constructor(root: string, self: Owner, clock: Clock, ids: IdSource) {
    this.#root = root;
    this.#self = self;
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Makes a new sub-directory under a new id; throws what the file system says. */
  create(): Claim {
    const name: LaneName = {
      ...this.#self,
      id: this.#ids.hex(8),
      createdAt: this.#clock.now(),
      nonce: this.#ids.hex(3),
    };
    const path = join(this.#root, laneFolder(name));
    makeFolder(path, 0o700);
    return { id: name.id, createdAt: name.createdAt, path };
  }

  /** Takes over sub-directories whose owner is gone, oldest first. Of several processes that try, one succeeds. */
  adopt(): Claim[] {
    const now = this.#clock.monotonic();
    // After a time in which we could not look (a blocked loop, a sleeping laptop) nobody's silence means anything.
    if (now - this.#lookedAt > blindMs) this.#sightings.clear();
    this.#lookedAt = now;
    const seen = new Map<string, Sighting>();
    const orphans: LaneName[] = [];
    for (const folder of this.#folders()) {
      const name = parseLaneFolder(folder);
      if (name !== undefined && this.#isOrphan(folder, name, seen)) orphans.push(name);
    }
    this.#sightings = seen;
    orphans.sort((one, other) => one.createdAt - other.createdAt);
    return orphans.slice(0, adoptedAtOnce).flatMap((name) => this.#take(name) ?? []);
  }

  /** A sign of life; false when the sub-directory is no longer ours. */
  keep(claim: Claim): boolean {
    const now = new Date(this.#clock.now());
    try {
      utimesSync(claim.path, now, now);
      return true;
    } catch (error) {
      // Any other trouble (a file system that became read-only) does not make it somebody else's.
      return !["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
    }
  }

  /** Makes a sub-directory again that somebody removed; false when another process took it over. Throws what the file system says. */
  restore(claim: Claim): boolean {
    if (this.#folders().some((folder) => folder.startsWith(`${claim.id}.`))) return false;
    makeFolder(claim.path, 0o700);
    return true;
  }

  /** Leaves the sub-directory to whoever comes next. */
  release(claim: Claim): void {
    const { id, createdAt } = claim;
    const name = { ...this.#self, id, createdAt, pid: 0, started: "", thread: 0, nonce: this.#ids.hex(3) };
    try {
      renameSync(claim.path, join(this.#root, laneFolder(name)));
    } catch {
      // It stays under our name, and is free as soon as this process is gone.
    }
  }

  /** Removes a sub-directory in which nothing waits. */
  remove(claim: Claim): void {
    try {
      rmSync(claim.path, { recursive: true, force: true });
    } catch {
      // An empty sub-directory that stays is found, and removed, by the next process.
    }
  }

  #folders(): string[] {
    try {
      return readdirSync(this.#root);
    } catch {
      // The directory cannot be read at the moment; appending tells, this look is skipped.
      return [];
    }
  }

  #isOrphan(folder: string, name: LaneName, seen: Map<string, Sighting>): boolean {
    const patience = patienceMs(name, this.#self);
    if (patience === 0) return true;
    let sign: number;
    try {
      sign = statSync(join(this.#root, folder)).mtimeMs;
    } catch {
      return false;
    }
    const before = this.#sightings.get(folder);
    const now = this.#clock.monotonic();
    const sighting = before?.sign === sign ? before : { sign, at: now };
    seen.set(folder, sighting);
    return now - sighting.at >= patience;
  }

  #take(old: LaneName): Claim | undefined {
    const { id, createdAt } = old;
    const path = join(this.#root, laneFolder({ ...this.#self, id, createdAt, nonce: this.#ids.hex(3) }));
    try {
      renameSync(join(this.#root, laneFolder(old)), path);
      return { id, createdAt, path };
    } catch {
      // Another process was faster, or its owner has files open on a system that then refuses.
      return undefined;
    }
  }
}
